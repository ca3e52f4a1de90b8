"""The carrier player: plays Twilio for demonstrations, system tests and benchmarks.

It signs its webhooks, fetches and executes TwiML, sends callbacks, repeats and falls back as
Twilio does, refuses what Twilio refuses with Twilio's error numbers, and serves the part of
Twilio's REST API that the product uses.  Callees, callers and faults are scripted (`script.py`).

    clock      time: virtual for tests, real for demonstrations
    script     what everybody does, as text; callee: one dialled party
    player     Carrier.call(): one call from the first webhook to the last callback
    walk       executing documents; dialling: one Dial; tape: recordings; line: a caller's line
    mail       webhooks and their faults; fetch: one webhook; forms, signature: what it says
    twiml      TwiML to verbs, by the schema; destinations: whom a Dial may call
    ledger     what is remembered; rest, desk, resources: Twilio's REST API over it;
               shelf: numbers on sale
"""

from deploy.local.carrier.callee import Callee, Outcome
from deploy.local.carrier.clock import RealClock, VirtualClock
from deploy.local.carrier.ledger import NumberConfig
from deploy.local.carrier.player import Carrier
from deploy.local.carrier.report import CallReport
from deploy.local.carrier.script import Fault, Script, ScriptMistake, parse_script

__all__ = [
    "CallReport",
    "Callee",
    "Carrier",
    "Fault",
    "NumberConfig",
    "Outcome",
    "RealClock",
    "Script",
    "ScriptMistake",
    "VirtualClock",
    "parse_script",
]
