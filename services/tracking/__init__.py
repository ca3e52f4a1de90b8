"""tracking: keeps the record of every call, and what accounts configure about who sends them.

answers     ask.tracking.list_calls.v1 ask.tracking.live_calls.v1
            ask.tracking.get_call.v1
            ask.tracking.save_publisher.v1 ask.tracking.publishers.v1
            ask.tracking.list.v1 ask.tracking.get.v1 ask.tracking.retire.v1
            ask.tracking.save_pixel.v1 ask.tracking.test_pixel.v1
            ask.tracking.pixel_presets.v1 ask.tracking.list_deliveries.v1
            ask.tracking.get_delivery.v1 ask.tracking.resend.v1
asks        nothing
publishes   event.publisher.changed.v1 event.pixel.changed.v1
            event.delivery.changed.v1
consumes    tracking-calls
owns        schema `tracking`: facts, calls, the periods they are filed under;
            publishers; pixels and their deliveries
calls out   partners' addresses (desk/posting.py, desk/pixels.py)
"""
