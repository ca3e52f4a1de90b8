"""Lease numbers to visits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0005'
down_revision: str | None = '0004'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('attribution',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('visit_id', sa.UUID(), nullable=True),
    sa.Column('answered', sa.Integer(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'call_id'),
    schema='tracking'
    )
    op.create_index('attribution_kept', 'attribution', ['kept_at'], unique=False, schema='tracking')
    op.create_index('attribution_visit', 'attribution', ['account_id', 'visit_id'], unique=False, schema='tracking', postgresql_where=sa.text('visit_id IS NOT NULL'))
    op.create_table('followed',
    sa.Column('what', sa.Text(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('what'),
    schema='tracking'
    )
    op.create_table('lease_rate',
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('minute', sa.DateTime(timezone=True), nullable=False),
    sa.Column('count', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('key', 'minute'),
    schema='tracking',
    prefixes=['UNLOGGED']
    )
    op.create_table('line',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('number_id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('pool_id', sa.UUID(), nullable=True),
    sa.Column('free_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sticky_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('visitor', sa.Text(), nullable=True),
    sa.Column('visit_id', sa.UUID(), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'number_id'),
    schema='tracking',
    postgresql_with={'fillfactor': '70'}
    )
    op.create_index('line_free', 'line', ['account_id', 'pool_id', 'free_at'], unique=False, schema='tracking')
    op.create_index('line_visitor', 'line', ['account_id', 'pool_id', 'visitor'], unique=True, schema='tracking', postgresql_where=sa.text('visitor IS NOT NULL AND pool_id IS NOT NULL'))
    op.create_table('number',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('pool_id', sa.UUID(), nullable=True),
    sa.Column('campaign_id', sa.UUID(), nullable=True),
    sa.Column('campaign_name', sa.Text(), nullable=False),
    sa.Column('withdrawn', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='tracking'
    )
    op.create_index('number_number', 'number', ['number'], unique=True, schema='tracking', postgresql_where=sa.text('NOT withdrawn'))
    op.create_index('number_pool', 'number', ['account_id', 'pool_id'], unique=False, schema='tracking')
    op.create_table('pool',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=True),
    sa.Column('campaign_name', sa.Text(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='tracking'
    )
    op.create_table('tracking_tag',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('code', sa.Text(), sa.Computed("document->>'code'", persisted=True), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'id', name='tracking_tag_key'),
    schema='tracking'
    )
    op.create_index('tracking_tag_code', 'tracking_tag', ['code'], unique=True, schema='tracking', postgresql_where=sa.text('NOT retired'))
    op.create_index('tracking_tag_version', 'tracking_tag', ['version'], unique=False, schema='tracking')
    op.create_table('url_parameter',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('parameter', sa.Text(), sa.Computed("document->>'parameter'", persisted=True), nullable=True),
    sa.Column('tag', sa.Text(), sa.Computed("document->>'tag'", persisted=True), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'id', name='url_parameter_key'),
    schema='tracking'
    )
    op.create_index('url_parameter_parameter', 'url_parameter', ['account_id', 'parameter'], unique=True, schema='tracking', postgresql_where=sa.text('NOT retired'))
    op.create_index('url_parameter_tag', 'url_parameter', ['account_id', 'tag'], unique=True, schema='tracking', postgresql_where=sa.text('NOT retired'))
    op.create_index('url_parameter_version', 'url_parameter', ['version'], unique=False, schema='tracking')
    op.create_table('visit',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('tag_id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('publisher_id', sa.UUID(), nullable=True),
    sa.Column('visitor', sa.Text(), nullable=False),
    sa.Column('showing', sa.Text(), nullable=False),
    sa.Column('number_id', sa.UUID(), nullable=True),
    sa.Column('number', sa.Text(), nullable=True),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=False),
    sa.Column('landing', sa.Text(), nullable=False),
    sa.Column('referrer', sa.Text(), nullable=False),
    sa.Column('page', sa.Text(), nullable=False),
    sa.Column('user_agent', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('tags', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.CheckConstraint("showing IN ('leased', 'static', 'shared', 'page')", name='visit_showing'),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='tracking'
    )
    op.create_index('visit_began', 'visit', ['account_id', 'began_at', 'id'], unique=False, schema='tracking')
    op.create_index('visit_number', 'visit', ['account_id', 'number', 'began_at'], unique=False, schema='tracking', postgresql_where=sa.text("showing = 'leased'"))
    op.create_index('visit_visitor', 'visit', ['account_id', 'visitor', 'began_at'], unique=False, schema='tracking')
