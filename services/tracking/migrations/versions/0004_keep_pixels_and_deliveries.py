"""Keep pixels and deliveries."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('attempt',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('delivery_id', sa.UUID(), nullable=False),
    sa.Column('number', sa.SmallInteger(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('request', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.Column('answer', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'delivery_id', 'number', name='attempt_key'),
    schema='tracking'
    )
    op.create_index(op.f('ix_tracking_attempt_at'), 'attempt', ['at'], unique=False, schema='tracking')
    op.create_table('delivery',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('pixel_id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('point', sa.Text(), nullable=False),
    sa.Column('part', sa.Text(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), server_default='waiting', nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('tries', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('tries_before', sa.SmallInteger(), server_default='0', nullable=False),
    sa.Column('said', sa.Text(), server_default='', nullable=False),
    sa.Column('told', postgresql.JSON(astext_type=sa.Text()), nullable=True),
    sa.CheckConstraint("state IN ('waiting', 'delivered', 'dead', 'skipped')", name='delivery_state'),
    sa.PrimaryKeyConstraint('account_id', 'id', name='delivery_key'),
    schema='tracking'
    )
    op.create_index('delivery_call', 'delivery', ['account_id', 'call_id'], unique=False, schema='tracking')
    op.create_index('delivery_due', 'delivery', ['account_id', 'host', 'due_at'], unique=False, schema='tracking', postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('delivery_ended', 'delivery', ['ended_at'], unique=False, schema='tracking', postgresql_where=sa.text('ended_at IS NOT NULL'))
    op.create_index('delivery_listed', 'delivery', ['account_id', 'made_at', 'id'], unique=False, schema='tracking')
    op.create_index('delivery_pixel', 'delivery', ['account_id', 'pixel_id', 'state', 'made_at', 'id'], unique=False, schema='tracking')
    op.create_table('partner',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('host', sa.Text(), nullable=False),
    sa.Column('failures', sa.Integer(), server_default='0', nullable=False),
    sa.Column('spared_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'host', name='partner_key'),
    schema='tracking'
    )
    op.create_table('pixel',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('host', sa.Text(), sa.Computed("lower(substring(document->>'url' from '^https?://([^/?]+)'))", persisted=True), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='pixel_key'),
    schema='tracking'
    )
    op.create_index('pixel_version', 'pixel', ['version'], unique=False, schema='tracking')
