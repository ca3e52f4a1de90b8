"""Keep reconciliations."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0006'
down_revision: str | None = '0005'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('compared',
    sa.Column('carrier', sa.Text(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('carrier'),
    schema='tracking'
    )
    op.create_table('reconciliation',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('account_sid', sa.Text(), nullable=True),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('listed', sa.Integer(), server_default='0', nullable=False),
    sa.Column('gaps', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('said', sa.Integer(), server_default='0', nullable=False),
    sa.Column('failure', sa.Text(), server_default='', nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='reconciliation_key'),
    schema='tracking'
    )
    op.create_index('reconciliation_began', 'reconciliation', ['began_at'], unique=False, schema='tracking')
    op.create_index('reconciliation_listed', 'reconciliation', ['account_id', 'began_at'], unique=False, schema='tracking')
    op.create_table('difference',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('reconciliation_id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('gap', sa.Text(), nullable=False),
    sa.Column('call_sid', sa.Text(), nullable=False),
    sa.Column('carrier', sa.Text(), nullable=False),
    sa.Column('ours', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'reconciliation_id'], ['tracking.reconciliation.account_id', 'tracking.reconciliation.id'], name='difference_reconciliation_id', ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'reconciliation_id', 'call_id', 'gap', name='difference_key'),
    schema='tracking'
    )
