"""Runs code of users, who may mean harm: JavaScript and CEL expressions, in worker processes.

JavaScript runs in QuickJS, compiled to WebAssembly, in a fresh instance for every call: it can
reach nothing but its memory.  CEL has neither loops nor functions of its own.  Both run in a few
processes that hold no secret and may open no file, because what a limit does not stop ends with
its process, and another takes its place.

sandbox     what a service starts, calls and stops
outcome     what a call comes to
limits      what one call may use
unfit       what is refused before anybody runs it
nesting     how deep an expression's loops are nested
turnstile   who gets the next free worker
worker      a worker, seen from the service
wire        what goes between the two
inside      a worker, seen from inside; below it only what runs there:
quickjs     JavaScript (prelude.js is what surrounds the user's code)
expressions CEL
allowance   CPU time
"""
