"""rtb: sells a call to the highest outside bidder.

answers     ask.rtb.auction.v1
            ask.rtb.save_target.v1 ask.rtb.save_router.v1 ask.rtb.retire.v1
            ask.rtb.save_ping_rules.v1 ask.rtb.list_pings.v1
            ask.rtb.make_key.v1 ask.rtb.list_keys.v1 ask.rtb.end_key.v1
            ask.rtb.clear_targets.v1 ask.rtb.uses.v1
            ask.rtb.erase_caller.v1 ask.rtb.reseal.v1
            ask.rtb.list.v1 ask.rtb.get.v1
            ask.rtb.list_auctions.v1 ask.rtb.get_auction.v1 ask.rtb.get_bid.v1
            ask.rtb.ping.v1 ask.rtb.rehearse.v1 ask.rtb.report.v1
asks        ask.ingress.leg_state.v1 ask.router.quote.v1
publishes   event.auction.closed.v1
            event.rtb_target.changed.v1 event.rtb_router.changed.v1
            event.rtb_ping_rules.changed.v1 event.bidder_key.changed.v1
            event.sale.converted.v1
consumes    rtb-reservations
owns        schema `rtb`: targets, routers, auctions, bids, reservations, pings, keys
calls out   bidders' endpoints (bidders.py, by libs.runtime.fetch)
heard at    /v1/production: publishers' pings; /bidders: bidders' own (doors/)
"""
