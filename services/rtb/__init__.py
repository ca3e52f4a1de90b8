"""rtb: sells a call to the highest outside bidder.

answers     nothing yet
publishes   nothing yet
owns        schema `rtb`: empty yet
calls out   nobody
"""
