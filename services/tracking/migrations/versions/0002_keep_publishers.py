"""Keep publishers."""

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
    op.execute(sa.schema.CreateSequence(sa.Sequence('config_version', schema='tracking')))
    op.create_table('outbox',
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    schema='tracking'
    )
    op.create_index(op.f('ix_tracking_outbox_created_at'), 'outbox', ['created_at'], unique=False, schema='tracking')
    op.create_table('publisher',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('code', sa.Text(), sa.Computed("lower(document->>'code')", persisted=True), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'id', name='publisher_key'),
    schema='tracking'
    )
    op.create_index('publisher_code', 'publisher', ['account_id', 'code'], unique=True, schema='tracking', postgresql_where=sa.text('NOT retired AND code IS NOT NULL'))
    op.create_index('publisher_version', 'publisher', ['version'], unique=False, schema='tracking')
