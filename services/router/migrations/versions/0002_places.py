"""Caps of every scope, measure and period: places, legs, groups, an account's defaults."""

from collections.abc import Sequence
from uuid import uuid5

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0002'
down_revision: str | None = '0001'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('defaults',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='defaults_key'),
    schema='router'
    )
    op.create_index('defaults_version', 'defaults', ['version'], unique=False, schema='router')
    op.create_table('group',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('parent_id', sa.UUID(), nullable=True),
    sa.ForeignKeyConstraint(['account_id', 'parent_id'], ['router.group.account_id', 'router.group.id'], name='group_parent_id'),
    sa.PrimaryKeyConstraint('account_id', 'id', name='group_key'),
    schema='router'
    )
    op.create_index('group_version', 'group', ['version'], unique=False, schema='router')
    op.create_table('leg',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.Column('buyer_id', sa.UUID(), nullable=False),
    sa.Column('caller', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('converts_after', sa.Integer(), nullable=True),
    sa.Column('worth', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('connected_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('converted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revenue', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.PrimaryKeyConstraint('call_id', 'step'),
    schema='router'
    )
    op.create_index('leg_caller', 'leg', ['account_id', 'caller', 'at'], unique=False, schema='router')
    op.create_index('leg_campaign', 'leg', ['account_id', 'campaign_id', 'at'], unique=False, schema='router')
    op.create_table('place',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('step', sa.SmallInteger(), nullable=False),
    sa.Column('scope_id', sa.UUID(), nullable=False),
    sa.Column('measure', sa.Text(), nullable=False),
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=4), nullable=False),
    sa.Column('hour_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('day_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('week_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('month_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('call_id', 'step', 'scope_id', 'measure'),
    schema='router'
    )
    op.create_index(op.f('ix_router_place_expires_at'), 'place', ['expires_at'], unique=False, schema='router')
    op.create_index('place_counter', 'place', ['account_id', 'scope_id', 'measure'], unique=False, schema='router')
    op.create_table('rotation',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('turn', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'campaign_id'),
    schema='router'
    )
    op.create_table('member',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('group_id', sa.UUID(), nullable=False),
    sa.Column('target_id', sa.UUID(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'group_id'], ['router.group.account_id', 'router.group.id'], name='member_group_id'),
    sa.ForeignKeyConstraint(['account_id', 'target_id'], ['router.target.account_id', 'router.target.id'], name='member_target_id'),
    sa.PrimaryKeyConstraint('account_id', 'group_id', 'target_id'),
    schema='router'
    )
    _name_entries()
    _keep_places()
    _count_anew()
    op.drop_index('hold_target', table_name='hold', schema='router')
    op.drop_column('hold', 'day_at', schema='router')
    op.add_column('pool', sa.Column('name', sa.Text(), server_default='', nullable=False), schema='router')
    # Names were free to repeat: all but the first of a name get their id behind it.
    op.execute("""
        UPDATE router.pool SET name = document->>'name' || CASE WHEN nth > 1 THEN ' ' || pool.id ELSE '' END
        FROM (SELECT account_id, id, row_number() OVER (PARTITION BY account_id, document->>'name' ORDER BY version) AS nth
              FROM router.pool WHERE NOT retired) AS named
        WHERE pool.account_id = named.account_id AND pool.id = named.id
    """)
    op.create_index('pool_name', 'pool', ['account_id', 'name'], unique=True, schema='router', postgresql_where=sa.text('NOT retired'))


def _name_entries() -> None:
    """An entry may be a group now; its name is made from the campaign's and the thing's."""
    op.add_column('assignment', sa.Column('entry_id', sa.UUID(), nullable=True), schema='router')
    op.add_column('assignment', sa.Column('group_id', sa.UUID(), nullable=True), schema='router')
    connection = op.get_bind()
    for campaign_id, target_id in connection.execute(sa.text('SELECT DISTINCT campaign_id, target_id FROM router.assignment')).all():
        connection.execute(
            sa.text('UPDATE router.assignment SET entry_id = :entry WHERE campaign_id = :campaign AND target_id = :target'),
            {'entry': uuid5(campaign_id, str(target_id)), 'campaign': campaign_id, 'target': target_id},
        )
    op.drop_constraint('assignment_pkey', 'assignment', schema='router')
    op.alter_column('assignment', 'entry_id', nullable=False, schema='router')
    op.alter_column('assignment', 'target_id', nullable=True, schema='router')
    op.create_primary_key('assignment_pkey', 'assignment', ['account_id', 'campaign_id', 'entry_id'], schema='router')
    op.create_foreign_key('assignment_group_id', 'assignment', 'group', ['account_id', 'group_id'], ['account_id', 'id'], source_schema='router', referent_schema='router')
    op.create_check_constraint('assignment_one_thing', 'assignment', '(target_id IS NULL) <> (group_id IS NULL)', schema='router')


def _keep_places() -> None:
    """Legs under way keep their places."""
    op.execute("""
        INSERT INTO router.place (call_id, step, scope_id, measure, account_id, amount, hour_at, day_at, week_at, month_at, expires_at)
        SELECT call_id, step, target_id, 'attempt', account_id, 1, 'epoch', day_at, 'epoch', 'epoch', expires_at FROM router.hold
    """)


def _count_anew() -> None:
    """What was counted for a target's day and at once goes on; other periods begin now."""
    moment = sa.DateTime(timezone=True)
    amount = sa.Numeric(precision=14, scale=4)
    op.alter_column('counter', 'target_id', new_column_name='scope_id', schema='router')
    op.add_column('counter', sa.Column('measure', sa.Text(), server_default='attempt', nullable=False), schema='router')
    op.alter_column('counter', 'measure', server_default=None, schema='router')
    for period in ('hour', 'week', 'month'):
        op.add_column('counter', sa.Column(f'{period}_at', moment, server_default='epoch', nullable=False), schema='router')
        op.alter_column('counter', f'{period}_at', server_default=None, schema='router')
    for name in ('possible', 'hour_count', 'week_count', 'month_count', 'total_count'):
        op.add_column('counter', sa.Column(name, amount, server_default='0', nullable=False), schema='router')
    op.alter_column('counter', 'day_count', type_=amount, schema='router')
    op.drop_constraint('counter_pkey', 'counter', schema='router')
    op.create_primary_key('counter_pkey', 'counter', ['account_id', 'scope_id', 'measure'], schema='router')
    op.create_check_constraint('counter_possible', 'counter', 'possible >= 0', schema='router')
