"""Know which buyers and publishers have a part in which calls."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0021'
down_revision: str | None = '0020'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# What calls count for names every buyer to whom one was dialled, and its publisher.
KNOWN = """
    INSERT INTO tracking.party_call (call_id, filed_on, party, party_id, account_id, listed_at)
    SELECT DISTINCT t.call_id, t.filed_on, '{party}', t.{party}, c.account_id, c.listed_at
    FROM tracking.tally t
    JOIN tracking.call c ON c.call_id = t.call_id AND c.filed_on = t.filed_on
    WHERE t.{party} IS NOT NULL
"""


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('party_call',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('party_id', sa.UUID(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'filed_on', 'party', 'party_id'),
    schema='tracking',
    postgresql_partition_by='RANGE (filed_on)'
    )
    op.create_index('party_call_listed', 'party_call', ['account_id', 'party', 'party_id', 'listed_at', 'call_id'], unique=False, schema='tracking')
    periods = sa.text(
        'SELECT begins, ends FROM tracking.filing_period'
        ' WHERE counted_until IS NULL ORDER BY begins'
    )
    first = True
    for begins, ends in op.get_bind().execute(periods).all():
        since = 'MINVALUE' if first else f"'{begins}'"
        op.execute(
            f'CREATE TABLE tracking.party_call_{begins:%Y_%m} PARTITION OF tracking.party_call'
            f" FOR VALUES FROM ({since}) TO ('{ends}')"
        )
        first = False
    for party in ('buyer', 'publisher'):
        op.execute(KNOWN.format(party=party))
