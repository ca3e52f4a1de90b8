"""Saved reports, and deliveries that tell them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0014'
down_revision: str | None = '0013'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('saved_report',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_for', sa.BigInteger(), nullable=True),
    sa.Column('taken_until', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'id', name='saved_report_key'),
    schema='tracking'
    )
    op.create_index('saved_report_version', 'saved_report', ['version'], schema='tracking')
    op.add_column('delivery', sa.Column('report_id', sa.UUID(), nullable=True), schema='tracking')
    op.alter_column('delivery', 'call_id', nullable=True, schema='tracking')
    op.create_index(
        'delivery_report', 'delivery', ['account_id', 'report_id', 'made_at', 'id'],
        schema='tracking', postgresql_where=sa.text('report_id IS NOT NULL'),
    )
