"""router: decides who takes a call, holds the place, and says why.

answers     ask.router.list_party_targets.v1 ask.router.get_party_target.v1
            ask.router.set_party_target.v1
            ask.router.list_party_numbers.v1 ask.router.take_party_number.v1
            ask.router.erase_caller.v1 ask.router.reseal.v1
            ask.router.quote.v1 ask.router.admit.v1 ask.router.leg_ended.v1
            ask.router.whisper.v1 ask.router.fallback_plans.v1
            ask.router.find_buyer.v1 ask.router.flowed.v1
            ask.router.numbers.v1
            ask.router.explain.v1 ask.router.replay.v1 ask.router.rehearse.v1
            ask.router.affected.v1 ask.router.find_campaign.v1
            ask.router.whose_rtb_id.v1
            ask.router.auctioned.v1 ask.router.detach_rtb.v1
            ask.router.add_numbers.v1 ask.router.export.v1 ask.router.import.v1
            ask.router.list.v1 ask.router.get.v1 ask.router.retire.v1
            ask.router.save_campaign.v1 ask.router.save_buyer.v1
            ask.router.save_target.v1 ask.router.save_number.v1
            ask.router.save_pool.v1 ask.router.save_carrier.v1
            ask.router.save_group.v1 ask.router.save_defaults.v1
            ask.router.find_numbers.v1 ask.router.buy_numbers.v1
            ask.router.get_purchase.v1 ask.router.list_purchases.v1
            ask.router.list_owned_numbers.v1 ask.router.import_numbers.v1
            ask.router.release_number.v1 ask.router.check_numbers.v1
            ask.router.set_agent_state.v1 ask.router.get_agent.v1
            ask.router.list_agents.v1 ask.router.agent_states.v1
            ask.router.agent_calls.v1 ask.router.wrap_up.v1 ask.router.agent_times.v1
asks        ask.tracking.visit_of.v1
            ask.ingress.leg_state.v1 ask.rtb.auction.v1 ask.rtb.get.v1
            ask.tracking.publishers.v1 ask.tracking.lease.v1
            ask.ingress.find_numbers.v1 ask.ingress.buy_number.v1
            ask.ingress.set_up_number.v1 ask.ingress.list_numbers.v1
            ask.ingress.release_number.v1
publishes   event.call.routed.v1 event.quote.given.v1
            event.campaign.changed.v1 event.buyer.changed.v1
            event.target.changed.v1 event.number.changed.v1
            event.pool.changed.v1 event.carrier.changed.v1
            event.group.changed.v1 event.defaults.changed.v1
            event.purchase.changed.v1 event.agent.state_changed.v1
            event.agent.call_ended.v1 event.agent.wrapped_up.v1
consumes    router-holds
owns        schema `router`: configuration, purchases, counters, holds, quotes,
            decisions, agents' states and calls; a copy of publishers
calls out   nobody
"""
