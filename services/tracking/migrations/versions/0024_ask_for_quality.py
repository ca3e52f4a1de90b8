"""Ask the carrier how calls sounded, where their account wants to know."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0024'
down_revision: str | None = '0023'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('quality_rule',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='quality_rule_key'),
    schema='tracking'
    )
    op.create_index('quality_rule_version', 'quality_rule', ['version'], unique=False, schema='tracking')
    op.create_table('call_quality',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('ask_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'call_id'),
    schema='tracking'
    )
    op.create_index('call_quality_ask', 'call_quality', ['ask_at'], unique=False, schema='tracking')
