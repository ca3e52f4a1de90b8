"""Twilio's REST API, through its own library, with limits of its own.

Asking the carrier can never delay a webhook: requests wait for each other here, those about
legs and those about numbers in a queue of their own each.
"""
