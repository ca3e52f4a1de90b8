"""Rules that more than one service needs, as functions of values.

They import nothing of ours but the values of `libs.contracts`, perform no I/O, and are told
the instant and the seed: the same values give the same verdict, today and in a replay.
"""
