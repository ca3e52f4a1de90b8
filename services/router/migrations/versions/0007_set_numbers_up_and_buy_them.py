"""Set numbers up at the carrier, and keep purchases of numbers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0007'
down_revision: str | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('number_setup',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('number_id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('account_sid', sa.Text(), nullable=False),
    sa.Column('pool_id', sa.UUID(), nullable=True),
    sa.Column('campaign_id', sa.UUID(), nullable=True),
    sa.Column('revision', sa.BigInteger(), server_default='1', nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('failure', sa.Text(), server_default='', nullable=False),
    sa.Column('checked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('repaired', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'number_id'),
    schema='router'
    )
    op.create_index(op.f('ix_router_number_setup_due_at'), 'number_setup', ['due_at'], unique=False, schema='router')
    op.create_table('purchase',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('position', sa.SmallInteger(), nullable=False),
    sa.Column('order', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('account_sid', sa.Text(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.Column('doubtful', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('failure', sa.Text(), server_default='', nullable=False),
    sa.Column('number_id', sa.UUID(), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'id', 'number'),
    schema='router'
    )
    op.create_index('purchase_at', 'purchase', ['account_id', 'at', 'id'], unique=False, schema='router')
    op.create_index('purchase_ordered', 'purchase', ['number'], unique=True, schema='router', postgresql_where=sa.text("state = 'ordered'"))
    op.create_index(op.f('ix_router_purchase_due_at'), 'purchase', ['due_at'], unique=False, schema='router')
