"""Facts and calls."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0001'
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('call',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=True),
    sa.Column('buyer_id', sa.UUID(), nullable=True),
    sa.Column('caller', sa.Text(), nullable=True),
    sa.Column('told', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("state IN ('ringing', 'connected', 'completed', 'no_answer', 'closed', 'abandoned')", name='call_state'),
    sa.PrimaryKeyConstraint('call_id'),
    schema='tracking',
    postgresql_with={'fillfactor': '70'}
    )
    op.create_index('call_buyer_listed', 'call', ['account_id', 'buyer_id', 'listed_at', 'call_id'], unique=False, schema='tracking', postgresql_where=sa.text('buyer_id IS NOT NULL'))
    op.create_index('call_caller_listed', 'call', ['account_id', 'caller', 'listed_at', 'call_id'], unique=False, schema='tracking')
    op.create_index('call_campaign_listed', 'call', ['account_id', 'campaign_id', 'listed_at', 'call_id'], unique=False, schema='tracking', postgresql_where=sa.text('campaign_id IS NOT NULL'))
    op.create_index('call_listed', 'call', ['account_id', 'listed_at', 'call_id'], unique=False, schema='tracking')
    op.create_index('call_state_listed', 'call', ['account_id', 'state', 'listed_at', 'call_id'], unique=False, schema='tracking')
    op.create_table('fact',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('step', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('sequence', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payload', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'subject', 'step', 'sequence'),
    schema='tracking'
    )
