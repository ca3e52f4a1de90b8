"""flows: leads a caller through her campaign's flow, one turn at a time.

answers     ask.flows.start.v1 ask.flows.turn.v1
            ask.flows.list.v1 ask.flows.get.v1 ask.flows.versions.v1
            ask.flows.save.v1 ask.flows.publish.v1 ask.flows.roll_back.v1
            ask.flows.set_state.v1 ask.flows.duplicate.v1
            ask.flows.compare.v1 ask.flows.inspect.v1 ask.flows.describe.v1
            ask.flows.walk.v1 ask.flows.traffic.v1
            ask.flows.simulate.v1 ask.flows.test.v1 ask.flows.replay.v1
            ask.flows.import.v1 ask.flows.templates.v1
            ask.flows.erase_caller.v1
asks        ask.router.find_buyer.v1 ask.router.flowed.v1
publishes   event.flow.changed.v1 event.flow.finished.v1 event.flow.marked.v1
            event.flow.converted.v1 event.pixel.asked.v1
consumes    flows-calls
owns        schema `flows`: flows, published versions, sessions, turns, counts
calls out   whoever HTTP nodes name (desk/world.py, the only HTTP here)
"""
