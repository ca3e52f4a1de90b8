"""console: the door for people and their programs.

answers     nothing yet
publishes   nothing yet
owns        schema `console`: empty yet
calls out   nobody
"""
