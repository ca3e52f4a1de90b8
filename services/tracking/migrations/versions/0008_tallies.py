"""Tallies of calls for reports, their changes and sums."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0008'
down_revision: str | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('label',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('dimension', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'dimension', 'value'),
    schema='tracking'
    )
    op.create_table('rollup',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('grouping', sa.Text(), nullable=False),
    sa.Column('minutes', sa.SmallInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first', sa.Text(), nullable=False),
    sa.Column('second', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('incoming', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('live', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('connected', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('blocked', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('no_connection', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('call_seconds', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('talk_seconds', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('attempts', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('answered', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('leg_connected', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('busy', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('no_answer', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('rejected', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('ring_seconds', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('leg_seconds', sa.BigInteger(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'grouping', 'minutes', 'at', 'first', 'second', 'currency'),
    schema='tracking',
    postgresql_with={'fillfactor': '70'}
    )
    op.create_table('tally',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.Column('line', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('quarter', sa.DateTime(timezone=True), nullable=False),
    sa.Column('campaign', sa.UUID(), nullable=True),
    sa.Column('buyer', sa.UUID(), nullable=True),
    sa.Column('target', sa.UUID(), nullable=True),
    sa.Column('rtb_target', sa.UUID(), nullable=True),
    sa.Column('pool', sa.UUID(), nullable=True),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('incoming', sa.BigInteger(), nullable=True),
    sa.Column('live', sa.BigInteger(), nullable=True),
    sa.Column('connected', sa.BigInteger(), nullable=True),
    sa.Column('blocked', sa.BigInteger(), nullable=True),
    sa.Column('no_connection', sa.BigInteger(), nullable=True),
    sa.Column('call_seconds', sa.BigInteger(), nullable=True),
    sa.Column('talk_seconds', sa.BigInteger(), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=True),
    sa.Column('answered', sa.BigInteger(), nullable=True),
    sa.Column('leg_connected', sa.BigInteger(), nullable=True),
    sa.Column('busy', sa.BigInteger(), nullable=True),
    sa.Column('no_answer', sa.BigInteger(), nullable=True),
    sa.Column('rejected', sa.BigInteger(), nullable=True),
    sa.Column('ring_seconds', sa.BigInteger(), nullable=True),
    sa.Column('leg_seconds', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('call_id', 'filed_on', 'line'),
    schema='tracking',
    postgresql_partition_by='RANGE (filed_on)'
    )
    op.create_index('tally_quarter', 'tally', ['account_id', 'quarter'], unique=False, schema='tracking')
    op.create_table('tally_change',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sign', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('quarter', sa.DateTime(timezone=True), nullable=False),
    sa.Column('campaign', sa.UUID(), nullable=True),
    sa.Column('buyer', sa.UUID(), nullable=True),
    sa.Column('target', sa.UUID(), nullable=True),
    sa.Column('rtb_target', sa.UUID(), nullable=True),
    sa.Column('pool', sa.UUID(), nullable=True),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('incoming', sa.BigInteger(), nullable=True),
    sa.Column('live', sa.BigInteger(), nullable=True),
    sa.Column('connected', sa.BigInteger(), nullable=True),
    sa.Column('blocked', sa.BigInteger(), nullable=True),
    sa.Column('no_connection', sa.BigInteger(), nullable=True),
    sa.Column('call_seconds', sa.BigInteger(), nullable=True),
    sa.Column('talk_seconds', sa.BigInteger(), nullable=True),
    sa.Column('attempts', sa.BigInteger(), nullable=True),
    sa.Column('answered', sa.BigInteger(), nullable=True),
    sa.Column('leg_connected', sa.BigInteger(), nullable=True),
    sa.Column('busy', sa.BigInteger(), nullable=True),
    sa.Column('no_answer', sa.BigInteger(), nullable=True),
    sa.Column('rejected', sa.BigInteger(), nullable=True),
    sa.Column('ring_seconds', sa.BigInteger(), nullable=True),
    sa.Column('leg_seconds', sa.BigInteger(), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    schema='tracking'
    )
    op.add_column('filing_period', sa.Column('counted_until', sa.DateTime(timezone=True), nullable=True), schema='tracking')
    periods = sa.text('SELECT begins, ends FROM tracking.filing_period ORDER BY begins')
    first = True
    for begins, ends in op.get_bind().execute(periods).all():
        since = 'MINVALUE' if first else f"'{begins}'"
        op.execute(
            f'CREATE TABLE tracking.tally_{begins:%Y_%m} PARTITION OF tracking.tally'
            f" FOR VALUES FROM ({since}) TO ('{ends}')"
        )
        first = False
