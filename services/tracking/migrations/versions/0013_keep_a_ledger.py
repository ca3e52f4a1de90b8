"""Keep a ledger: entries that nothing may change, balances, what is booked, proofs."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0013'
down_revision: str | None = '0012'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('balance',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('book', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('entries', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'book', 'party', 'currency'),
    schema='tracking'
    )
    op.create_table('booking',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('book', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'account_id', 'kind', 'part', 'currency', 'book', 'party'),
    schema='tracking'
    )
    op.create_table('books',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('closed_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('account_id'),
    schema='tracking'
    )
    op.create_table('entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('posting', sa.UUID(), nullable=False),
    sa.Column('book', sa.Text(), nullable=False),
    sa.Column('party', sa.Text(), nullable=False),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=True),
    sa.Column('part', sa.Text(), server_default='', nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.Column('reverses', sa.Boolean(), server_default='false', nullable=False),
    sa.Column('belongs_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('booked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('reason', sa.Text(), server_default='', nullable=False),
    sa.Column('actor', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('id'),
    schema='tracking'
    )
    op.create_index('entry_of_call', 'entry', ['call_id'], unique=False, schema='tracking', postgresql_where=sa.text('call_id IS NOT NULL'))
    op.create_index('entry_of_party', 'entry', ['account_id', 'book', 'party', 'booked_at', 'id'], unique=False, schema='tracking')
    op.create_index('entry_posting', 'entry', ['posting', 'book'], unique=True, schema='tracking')
    op.create_table('proof',
    sa.Column('proved_on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('differences', sa.Integer(), nullable=False),
    sa.Column('found', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('proved_on'),
    schema='tracking'
    )
    op.execute(
        'CREATE FUNCTION tracking.refuse_change() RETURNS trigger LANGUAGE plpgsql AS'
        " $$ BEGIN RAISE EXCEPTION 'entries are never changed: write a reversal'; END $$"
    )
    op.execute(
        'CREATE TRIGGER entry_is_for_good BEFORE UPDATE OR DELETE OR TRUNCATE ON tracking.entry'
        ' FOR EACH STATEMENT EXECUTE FUNCTION tracking.refuse_change()'
    )
