"""The chassis of every service: connections, deadlines, traces, retries.

No business word stands here, and nothing here imports contracts or a service;
what a question or a fact looks like is said by the small protocols below.
"""
