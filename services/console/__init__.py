"""console: the door for people and their programs.

answers     nothing: it is spoken to over HTTP
asks        ask.router.add_numbers.v1 ask.router.affected.v1
            ask.router.auctioned.v1 ask.router.detach_rtb.v1
            ask.router.find_numbers.v1 ask.router.buy_numbers.v1
            ask.router.get_purchase.v1 ask.router.list_purchases.v1
            ask.router.list_owned_numbers.v1 ask.router.import_numbers.v1
            ask.router.release_number.v1 ask.router.check_numbers.v1
            ask.rtb.clear_targets.v1 ask.rtb.get.v1 ask.rtb.get_auction.v1
            ask.rtb.get_bid.v1 ask.rtb.list.v1 ask.rtb.list_auctions.v1
            ask.rtb.ping.v1 ask.rtb.rehearse.v1 ask.rtb.report.v1
            ask.rtb.retire.v1 ask.rtb.save_router.v1 ask.rtb.save_target.v1
            ask.rtb.uses.v1 ask.rtb.list_pings.v1 ask.rtb.save_ping_rules.v1
            ask.rtb.make_key.v1 ask.rtb.list_keys.v1 ask.rtb.end_key.v1
            ask.router.list_party_targets.v1 ask.router.get_party_target.v1
            ask.router.set_party_target.v1
            ask.router.list_party_numbers.v1 ask.router.take_party_number.v1
            ask.tracking.set_party_tag.v1
            ask.router.explain.v1 ask.router.export.v1
            ask.router.whose_rtb_id.v1
            ask.router.find_campaign.v1 ask.router.get.v1 ask.router.import.v1
            ask.router.list.v1 ask.router.rehearse.v1 ask.router.replay.v1
            ask.router.retire.v1 ask.router.save_buyer.v1
            ask.router.save_campaign.v1 ask.router.save_carrier.v1
            ask.router.save_defaults.v1 ask.router.save_group.v1
            ask.router.save_number.v1 ask.router.save_pool.v1
            ask.router.save_target.v1 ask.tracking.get_call.v1
            ask.tracking.save_tracking_tag.v1
            ask.tracking.save_url_parameter.v1 ask.tracking.snippet.v1
            ask.tracking.list_visits.v1 ask.tracking.get_visit.v1
            ask.tracking.pool_use.v1
            ask.tracking.list_calls.v1 ask.tracking.live_calls.v1
            ask.tracking.control_call.v1
            ask.tracking.list_party_calls.v1 ask.tracking.get_party_call.v1
            ask.tracking.party_entries.v1 ask.tracking.party_disputes.v1
            ask.tracking.open_party_dispute.v1 ask.tracking.party_recording.v1
            ask.tracking.list_party_tags.v1 ask.tracking.make_party_tag.v1
            ask.tracking.party_snippet.v1
            ask.tracking.save_publisher.v1 ask.tracking.list.v1
            ask.tracking.payout_caps.v1
            ask.tracking.get.v1 ask.tracking.retire.v1
            ask.tracking.save_pixel.v1 ask.tracking.test_pixel.v1
            ask.tracking.pixel_presets.v1 ask.tracking.list_deliveries.v1
            ask.tracking.get_delivery.v1 ask.tracking.resend.v1
            ask.router.flowed.v1 ask.flows.list.v1 ask.flows.get.v1
            ask.flows.versions.v1 ask.flows.save.v1 ask.flows.publish.v1
            ask.flows.roll_back.v1 ask.flows.set_state.v1
            ask.flows.duplicate.v1 ask.flows.compare.v1 ask.flows.inspect.v1
            ask.flows.describe.v1 ask.flows.walk.v1 ask.flows.traffic.v1
            ask.flows.simulate.v1 ask.flows.test.v1 ask.flows.replay.v1
            ask.tracking.recording.v1 ask.ingress.open_recording.v1
            ask.tracking.save_quality_rule.v1
            ask.tracking.save_recording_rule.v1 ask.tracking.annotate_calls.v1
            ask.ingress.render.v1 ask.flows.import.v1 ask.flows.templates.v1
            ask.tracking.reconcile.v1 ask.tracking.list_reconciliations.v1
            ask.tracking.get_reconciliation.v1
            ask.tracking.post_conversion.v1 ask.tracking.prove_books.v1
            ask.tracking.open_dispute.v1 ask.tracking.decide_dispute.v1
            ask.tracking.disputes.v1 ask.tracking.statement.v1
            ask.tracking.close_books.v1 ask.tracking.closings.v1
            ask.tracking.balances.v1 ask.tracking.entries.v1
            ask.tracking.adjust_call.v1 ask.tracking.adjust_party.v1
            ask.tracking.save_postback_key.v1 ask.tracking.postback_address.v1
            ask.tracking.list_postbacks.v1
            ask.tracking.transcribe_calls.v1
            ask.tracking.list_visit_conversions.v1
            ask.tracking.report_visit_conversions.v1
            ask.tracking.report.v1 ask.tracking.report_words.v1 ask.tracking.now.v1
            ask.router.set_agent_state.v1 ask.router.get_agent.v1
            ask.router.list_agents.v1 ask.router.agent_states.v1
            ask.router.agent_calls.v1 ask.router.wrap_up.v1 ask.router.agent_times.v1
            ask.tracking.save_report.v1 ask.tracking.saved_report.v1
            ask.tracking.send_report.v1 ask.tracking.visit_report.v1
            ask.router.erase_caller.v1 ask.rtb.erase_caller.v1
            ask.flows.erase_caller.v1 ask.tracking.erase_caller.v1
            ask.router.reseal.v1 ask.rtb.reseal.v1 ask.tracking.reseal.v1
publishes   nothing
consumes    console-audit
owns        schema `console`: accounts, people, sessions, keys, limits, audit,
            questions for help; work that goes through all owners' tables
calls out   the ingress, for the sound of recordings (routes/recordings.py);
            Anthropic's API, where a key is set (claude.py)
"""
