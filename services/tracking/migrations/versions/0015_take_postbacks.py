"""Take postbacks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0015'
down_revision: str | None = '0014'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('postback_key',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='postback_key_key'),
    schema='tracking'
    )
    op.create_index('postback_key_version', 'postback_key', ['version'], unique=False, schema='tracking')
    op.create_table('postback',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('postback_key_id', sa.UUID(), nullable=True),
    sa.Column('call_id', sa.UUID(), nullable=True),
    sa.Column('conversion_id', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('amount_currency', sa.CHAR(length=3), nullable=True),
    sa.Column('payout', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('payout_currency', sa.CHAR(length=3), nullable=True),
    sa.Column('address', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='tracking'
    )
    op.create_index('postback_at', 'postback', ['account_id', 'at', 'id'], unique=False, schema='tracking')
    op.create_index('postback_conversion', 'postback', ['account_id', 'conversion_id'], unique=True, schema='tracking', postgresql_where=sa.text("outcome = 'kept' AND conversion_id <> ''"))
