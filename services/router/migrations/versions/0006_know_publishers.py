"""Keep a copy of publishers, and whose leg was whose."""

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
    op.create_table('publisher',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('document', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='router'
    )
    op.create_index('publisher_version', 'publisher', ['version'], unique=False, schema='router')
    op.add_column('leg', sa.Column('publisher_id', sa.UUID(), nullable=True), schema='router')
    op.create_index('leg_publisher', 'leg', ['account_id', 'publisher_id', 'at'], unique=False, schema='router', postgresql_where=sa.text('publisher_id IS NOT NULL'))
