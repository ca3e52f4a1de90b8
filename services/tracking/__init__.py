"""tracking: keeps the record of every call, who sends it, and which website's visit it is.

answers     ask.tracking.list_calls.v1 ask.tracking.live_calls.v1
            ask.tracking.get_call.v1 ask.tracking.recording.v1
            ask.tracking.control_call.v1
            ask.tracking.list_party_calls.v1 ask.tracking.get_party_call.v1
            ask.tracking.party_entries.v1 ask.tracking.party_disputes.v1
            ask.tracking.open_party_dispute.v1 ask.tracking.party_recording.v1
            ask.tracking.list_party_tags.v1 ask.tracking.make_party_tag.v1
            ask.tracking.set_party_tag.v1
            ask.tracking.party_snippet.v1
            ask.tracking.save_publisher.v1 ask.tracking.publishers.v1
            ask.tracking.payout_caps.v1
            ask.tracking.save_tracking_tag.v1 ask.tracking.save_url_parameter.v1
            ask.tracking.snippet.v1 ask.tracking.visit_of.v1
            ask.tracking.lease.v1 ask.tracking.pool_use.v1
            ask.tracking.list_visits.v1 ask.tracking.get_visit.v1
            ask.tracking.list.v1 ask.tracking.get.v1 ask.tracking.retire.v1
            ask.tracking.save_pixel.v1 ask.tracking.test_pixel.v1
            ask.tracking.pixel_presets.v1 ask.tracking.list_deliveries.v1
            ask.tracking.get_delivery.v1 ask.tracking.resend.v1
            ask.tracking.post_conversion.v1 ask.tracking.prove_books.v1
            ask.tracking.open_dispute.v1 ask.tracking.decide_dispute.v1
            ask.tracking.disputes.v1 ask.tracking.statement.v1
            ask.tracking.close_books.v1 ask.tracking.closings.v1
            ask.tracking.balances.v1 ask.tracking.entries.v1
            ask.tracking.adjust_call.v1 ask.tracking.adjust_party.v1
            ask.tracking.reconcile.v1 ask.tracking.list_reconciliations.v1
            ask.tracking.get_reconciliation.v1
            ask.tracking.save_quality_rule.v1
            ask.tracking.save_recording_rule.v1 ask.tracking.annotate_calls.v1
            ask.tracking.save_postback_key.v1 ask.tracking.postback_address.v1
            ask.tracking.list_postbacks.v1
            ask.tracking.transcribe_calls.v1
            ask.tracking.erase_caller.v1 ask.tracking.reseal.v1
            ask.tracking.list_visit_conversions.v1
            ask.tracking.report_visit_conversions.v1
            ask.tracking.report.v1 ask.tracking.report_words.v1 ask.tracking.now.v1
            ask.tracking.save_report.v1 ask.tracking.saved_report.v1
            ask.tracking.send_report.v1 ask.tracking.visit_report.v1
asks        ask.router.numbers.v1 ask.ingress.carriers.v1
            ask.ingress.list_calls.v1 ask.ingress.say_again.v1
            ask.ingress.delete_recording.v1 ask.ingress.control_line.v1
            ask.ingress.transcribe.v1 ask.ingress.summarize_call.v1
publishes   event.publisher.changed.v1 event.pixel.changed.v1
            event.conversion.posted.v1 event.call.adjusted.v1
            event.balance.changed.v1 event.dispute.changed.v1
            event.books.changed.v1
            event.delivery.changed.v1 event.reconciliation.changed.v1
            event.tracking_tag.changed.v1 event.url_parameter.changed.v1
            event.call.quality_known.v1 event.quality_rule.changed.v1
            event.recording_rule.changed.v1 event.call.annotated.v1
            event.report.changed.v1 event.call.attributed.v1
            event.postback_key.changed.v1 event.visit.converted.v1
consumes    tracking-calls tracking-attributions tracking-pixels
owns        schema `tracking`: facts, calls, the periods they are filed under,
            what they count for and its sums, saved reports of it; the ledger; publishers;
            pixels and their
            deliveries; tracking tags, URL parameters, leases, visits,
            attributions; a copy of numbers; reconciliations; which recordings
            the carrier has, and how long accounts keep them; of which calls
            the carrier is still asked how they sounded
calls out   partners' addresses (desk/posting.py, desk/pixels.py)
heard at    /dni*, /js/t.js, /api/dni: websites and their servers; /p/: partners who
            post conversions (doors/)
"""
