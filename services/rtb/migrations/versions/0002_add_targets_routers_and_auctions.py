"""Add targets, routers and auctions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0002'
down_revision: str | None = '0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.execute(sa.schema.CreateSequence(sa.Sequence('config_version', schema='rtb')))
    op.create_table('auction',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('router_id', sa.UUID(), nullable=False),
    sa.Column('router_name', sa.Text(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('target_id', sa.UUID(), nullable=True),
    sa.Column('target_name', sa.Text(), nullable=False),
    sa.Column('price', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('currency', sa.Text(), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('bids', sa.Integer(), nullable=False),
    sa.Column('milliseconds', sa.Integer(), nullable=False),
    sa.Column('record', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='rtb'
    )
    op.create_index('auction_at', 'auction', ['account_id', 'at', 'id'], unique=False, schema='rtb')
    op.create_index('auction_call', 'auction', ['account_id', 'call_id', 'router_id', 'at'], unique=False, schema='rtb')
    op.create_table('bid',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('auction_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('loss', sa.Text(), nullable=True),
    sa.Column('amount', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('milliseconds', sa.Numeric(precision=10, scale=2), nullable=True),
    sa.Column('request', sa.Text(), nullable=True),
    sa.Column('response', sa.Text(), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('late_milliseconds', sa.Numeric(precision=10, scale=2), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'auction_id', 'target_id'),
    schema='rtb'
    )
    op.create_index('bid_target', 'bid', ['account_id', 'target_id', 'at'], unique=False, schema='rtb')
    op.create_table('counter',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('live', sa.Integer(), server_default='0', nullable=False),
    sa.Column('hour_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('hour_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('day_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('day_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('week_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('week_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('month_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('month_count', sa.Integer(), server_default='0', nullable=False),
    sa.Column('total_count', sa.BigInteger(), server_default='0', nullable=False),
    sa.CheckConstraint('live >= 0', name='counter_live'),
    sa.PrimaryKeyConstraint('account_id', 'target_id'),
    schema='rtb'
    )
    op.create_table('edition',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('account_id'),
    schema='rtb'
    )
    op.create_table('outbox',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    schema='rtb'
    )
    op.create_index(op.f('ix_rtb_outbox_created_at'), 'outbox', ['created_at'], unique=False, schema='rtb')
    op.create_table('outcome',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('router_id', sa.UUID(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answer', postgresql.JSON(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'step', 'router_id'),
    schema='rtb'
    )
    op.create_table('pace',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('minute_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('requests', sa.Integer(), nullable=False),
    sa.Column('most', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'target_id'),
    schema='rtb'
    )
    op.create_table('reservation',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('auction_id', sa.UUID(), nullable=False),
    sa.Column('account_sid', sa.Text(), nullable=False),
    sa.Column('call_sid', sa.Text(), nullable=False),
    sa.Column('destination', sa.Text(), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ask_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'step'),
    schema='rtb'
    )
    op.create_index(op.f('ix_rtb_reservation_ask_at'), 'reservation', ['ask_at'], unique=False, schema='rtb')
    op.create_index(op.f('ix_rtb_reservation_expires_at'), 'reservation', ['expires_at'], unique=False, schema='rtb')
    op.create_index('reservation_target', 'reservation', ['account_id', 'target_id'], unique=False, schema='rtb')
    op.create_table('router',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='router_key'),
    schema='rtb'
    )
    op.create_index('router_version', 'router', ['account_id', 'version'], unique=False, schema='rtb')
    op.create_table('sale',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('auction_id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('caller', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('price', sa.Numeric(precision=14, scale=4), nullable=False),
    sa.Column('required_seconds', sa.Integer(), nullable=False),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('converted_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('call_id', 'step'),
    schema='rtb'
    )
    op.create_index('sale_caller', 'sale', ['account_id', 'caller', 'at'], unique=False, schema='rtb')
    op.create_index('sale_target', 'sale', ['account_id', 'target_id', 'at'], unique=False, schema='rtb')
    op.create_table('target',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='target_key'),
    schema='rtb'
    )
    op.create_index('target_version', 'target', ['account_id', 'version'], unique=False, schema='rtb')
    op.create_table('member',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('router_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'router_id'], ['rtb.router.account_id', 'rtb.router.id'], name='member_router_id'),
    sa.ForeignKeyConstraint(['account_id', 'target_id'], ['rtb.target.account_id', 'rtb.target.id'], name='member_target_id'),
    sa.PrimaryKeyConstraint('account_id', 'router_id', 'target_id'),
    schema='rtb'
    )
