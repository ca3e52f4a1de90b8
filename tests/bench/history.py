"""Puts a million finished calls into the product's tables, as if they had come last month.

By SQL, unlike configuration: a million calls through the front door would take the day.
"""

import psycopg

from tests.bench.seeding import ACCOUNT

OVER = "30 days"  # the calls are spread evenly over this time
# What the router keeps of a routed and finished call: one decision, no hold.
STATEMENTS = (
    """
    INSERT INTO router.decision (call_id, step, account_id, at, outcome)
    SELECT gen_random_uuid(), 0, %(account)s, now() - %(over)s::interval * n / %(count)s,
           '{"outcome":"stop","reason":"conversation_over","step":0}'
    FROM generate_series(1, %(count)s) AS n
    """,
)


def load_history(url: str, count: int) -> None:
    """Store so many calls, and let the database look at them as it would have by then."""
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in STATEMENTS:
            connection.execute(statement, {"account": ACCOUNT, "over": OVER, "count": count})
        connection.execute("VACUUM ANALYZE")
