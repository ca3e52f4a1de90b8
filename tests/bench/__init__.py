"""`make bench`: what a call costs here, beside three yardsticks, in one interleaved run.

One *call* is three signed webhooks: the voice webhook, the dial action, and the callback
that ends it.  Only ratios within one run mean something.

scene       what is configured: the same numbers, campaigns and targets for everybody
forms       the carrier's signed requests, made before the clock starts
load        the client: keep-alive connections that place calls one after the other
floor       yardstick: the web server and one NATS hop, no work
naive       yardstick: the monolith most people would write
lean        yardstick: a monolith by somebody who measures
sink        swallows traces and metrics while telemetry is measured
stage       servers, databases and processes, started and stopped
yardstick   what a program must offer to be measured; the three yardsticks
product     the product as one more such program
rounds      everybody in turn, round after round
extras      what is measured of the product against itself
ratios      ratios per round, medians, the rule that drops a disturbed round
gates       when a run is worth nothing
machine     load, steal, CPU time
goals       what is to be reached
report      docs/benchmarks/latest.*
"""
