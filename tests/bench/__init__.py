"""`make bench`: what a call costs here, beside three yardsticks, in one interleaved run.

One *call* is three signed webhooks: the voice webhook, the dial action, and the callback
that ends it.  Only ratios within one run mean something.

scene       what is configured: the same numbers, campaigns and targets for everybody
forms       the carrier's signed requests, made before the clock starts
wire        raw HTTP/1.1 over a keep-alive connection
load        the client: callers that place calls one after the other
floor       yardstick: the web server and one NATS hop, no work
naive       yardstick: the monolith most people would write
lean        yardstick: a monolith by somebody who measures (and lean_store: its SQL)
sink        swallows traces and metrics while telemetry is measured
stage       servers, databases and processes, started and stopped
program     what a program must offer to be measured
yardstick   starts and stops the three yardsticks
product     the product as one more such program
seeding     configures it by the console's questions
history     gives it a past
rounds      everybody in turn, round after round
extras      what is measured of the product against itself
results     what rounds gave: ratios, the rule that drops a disturbed round
ratios      percentiles, medians, spreads
gates       when a run is worth nothing
machine     load, steal, CPU time
goals       what is to be reached
report      docs/benchmarks/latest.json and .md
plot        docs/benchmarks/latest.svg
"""
