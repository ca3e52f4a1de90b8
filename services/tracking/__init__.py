"""tracking: keeps the record of every call.

answers     ask.tracking.list_calls.v1 ask.tracking.live_calls.v1
            ask.tracking.get_call.v1
asks        nothing
publishes   nothing
consumes    tracking-calls
owns        schema `tracking`: facts, calls
calls out   nobody
"""
