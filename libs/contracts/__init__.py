"""The words that services say to each other, and nothing else.

A question is asked of its owner and answered before a deadline; a fact is
published once and kept.  This package imports nothing of ours and performs no
I/O.  Within a version, fields are only added, and only optional ones.
"""
