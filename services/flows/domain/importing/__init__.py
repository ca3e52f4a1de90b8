"""Flows of the system before this one, read in both of its dialects.

Its engine named nodes one way and wired them node by node; its editor named them another way and
wired them at the top.  What cannot be carried over is told, with why; nothing is left out quietly.

old         its document: nodes and where they lead, whichever the dialect
making      the flow that is being made, and what is told of it
speaking    menus, inputs, prompts, goodbyes
dialling    routers, splitters, hours, transfers, actions
deciding    pixels, code, conditions, profiles
"""
