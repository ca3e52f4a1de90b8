"""ingress: speaks Twilio, and is the only one that does.

answers     ask.ingress.render.v1 ask.ingress.leg_state.v1 ask.ingress.control_line.v1
            ask.ingress.list_calls.v1
            ask.ingress.say_again.v1 ask.ingress.carriers.v1 ask.ingress.find_numbers.v1
            ask.ingress.buy_number.v1 ask.ingress.set_up_number.v1
            ask.ingress.list_numbers.v1 ask.ingress.release_number.v1
            ask.ingress.open_recording.v1 ask.ingress.delete_recording.v1
            ask.ingress.transcribe.v1 ask.ingress.summarize_call.v1
asks        ask.router.admit.v1 ask.router.leg_ended.v1
            ask.router.whisper.v1 ask.router.fallback_plans.v1
            ask.flows.start.v1 ask.flows.turn.v1
publishes   event.call.arrived.v1 event.call.fell_back.v1 event.call.ended.v1
            event.call.controlled.v1
            event.leg.ringing.v1 event.leg.answered.v1 event.leg.accepted.v1
            event.leg.ended.v1 event.recording.ready.v1
            event.recording.transcribed.v1 event.recording.deleted.v1
consumes    nothing
owns        no table; a folder for facts and plans while NATS is away
calls out   the carrier's REST API (carrier, the only HTTP here)
heard at    /api/webhooks: the carrier; /recordings: the console, with a ticket (doors.py)
"""
