"""What one call in the sandbox may use, and how long others wait for it."""

CPU_SECONDS = 0.050  # of JavaScript; a sensible piece of custom code takes less than one
CPU_BACKSTOP_SECONDS = 0.150  # what no check inside stops is killed by the kernel
MEMORY_BYTES = 16 << 20  # of JavaScript, all in all
STACK_BYTES = 1 << 20  # some thousand nested calls
WORKER_DATA_BYTES = 256 << 20  # of a worker with everything in it, which needs a fifth

CODE_BYTES_MAX = 32_000
GIVEN_BYTES_MAX = 8_192  # JSON that a call is given
ANSWER_BYTES_MAX = 8_192  # JSON that it gives back
EXPRESSION_BYTES_MAX = 2_048
LIST_LENGTH_MAX = 100  # of any list that an expression is given
NESTED_LOOPS_MAX = 1  # map, filter, all, exists inside one another
DETAIL_MAX = 300  # characters of what we say of a failure

WAIT_SECONDS = 0.5  # for a free worker
WAITING_MAX = 100  # who wait; the next is told at once
ANSWER_SECONDS = 1.0  # on an overloaded machine 50 ms of CPU time may take long; this is a hang
HIRED_SECONDS = 20.0  # from the start of a process until it has shown that it works
LEAVING_SECONDS = 1.0  # from the end of its pipe to the end of the process
HIRE_AGAIN_SECONDS = 2.0  # after a worker that could not start
