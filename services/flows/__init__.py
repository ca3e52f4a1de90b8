"""flows: walks a caller through menus, hours and splits.

answers     nothing yet
publishes   nothing yet
owns        schema `flows`: empty yet
calls out   nobody
"""
