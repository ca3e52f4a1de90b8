"""Configuration, counters, holds and decisions."""

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
    op.execute(sa.schema.CreateSequence(sa.Sequence("config_version", schema="router")))
    op.create_table('buyer',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='buyer_key'),
    schema='router'
    )
    op.create_index('buyer_version', 'buyer', ['version'], unique=False, schema='router')
    op.create_table('campaign',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='campaign_key'),
    schema='router'
    )
    op.create_index('campaign_version', 'campaign', ['version'], unique=False, schema='router')
    op.create_table('carrier',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='carrier_key'),
    schema='router'
    )
    op.create_index('carrier_account_sid', 'carrier', ['id'], unique=True, schema='router', postgresql_where=sa.text('NOT retired'))
    op.create_index('carrier_version', 'carrier', ['version'], unique=False, schema='router')
    op.create_table('counter',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('live', sa.Integer(), server_default='0', nullable=False),
    sa.Column('day_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('day_count', sa.Integer(), server_default='0', nullable=False),
    sa.CheckConstraint('live >= 0', name='counter_live'),
    sa.PrimaryKeyConstraint('account_id', 'target_id'),
    schema='router'
    )
    op.create_table('decision',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', postgresql.JSON(astext_type=sa.Text()), nullable=True),
    sa.Column('record', postgresql.JSON(astext_type=sa.Text()), nullable=True),
    sa.Column('snapshot', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('call_id', 'step'),
    schema='router'
    )
    op.create_table('hold',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('account_sid', sa.Text(), nullable=False),
    sa.Column('call_sid', sa.Text(), nullable=False),
    sa.Column('destination', sa.Text(), nullable=False),
    sa.Column('day_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ask_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'step'),
    schema='router'
    )
    op.create_index('hold_target', 'hold', ['account_id', 'target_id'], unique=False, schema='router')
    op.create_index(op.f('ix_router_hold_ask_at'), 'hold', ['ask_at'], unique=False, schema='router')
    op.create_index(op.f('ix_router_hold_expires_at'), 'hold', ['expires_at'], unique=False, schema='router')
    op.create_table('outbox',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    schema='router'
    )
    op.create_index(op.f('ix_router_outbox_created_at'), 'outbox', ['created_at'], unique=False, schema='router')
    op.create_table('snapshot',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('plan', sa.Text(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest'),
    schema='router'
    )
    op.create_table('pool',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=True),
    sa.ForeignKeyConstraint(['account_id', 'campaign_id'], ['router.campaign.account_id', 'router.campaign.id'], name='pool_campaign_id'),
    sa.PrimaryKeyConstraint('account_id', 'id', name='pool_key'),
    schema='router'
    )
    op.create_index('pool_version', 'pool', ['version'], unique=False, schema='router')
    op.create_table('target',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('buyer_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'buyer_id'], ['router.buyer.account_id', 'router.buyer.id'], name='target_buyer_id'),
    sa.PrimaryKeyConstraint('account_id', 'id', name='target_key'),
    schema='router'
    )
    op.create_index('target_version', 'target', ['version'], unique=False, schema='router')
    op.create_table('assignment',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'campaign_id'], ['router.campaign.account_id', 'router.campaign.id'], name='assignment_campaign_id'),
    sa.ForeignKeyConstraint(['account_id', 'target_id'], ['router.target.account_id', 'router.target.id'], name='assignment_target_id'),
    sa.PrimaryKeyConstraint('account_id', 'campaign_id', 'target_id'),
    schema='router'
    )
    op.create_table('number',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=True),
    sa.Column('pool_id', sa.UUID(), nullable=True),
    sa.CheckConstraint('campaign_id IS NULL OR pool_id IS NULL', name='number_has_one_place'),
    sa.ForeignKeyConstraint(['account_id', 'campaign_id'], ['router.campaign.account_id', 'router.campaign.id'], name='number_campaign_id'),
    sa.ForeignKeyConstraint(['account_id', 'pool_id'], ['router.pool.account_id', 'router.pool.id'], name='number_pool_id'),
    sa.PrimaryKeyConstraint('account_id', 'id', name='number_key'),
    schema='router'
    )
    op.create_index('number_number', 'number', ['number'], unique=True, schema='router', postgresql_where=sa.text('NOT retired'))
    op.create_index('number_version', 'number', ['version'], unique=False, schema='router')
