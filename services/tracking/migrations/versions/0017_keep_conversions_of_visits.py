"""Keep conversions of visits."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0017'
down_revision: str | None = '0016'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('visit_conversion',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('visit_id', sa.UUID(), nullable=False),
    sa.Column('visitor', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('amount', sa.Numeric(precision=14, scale=4), nullable=True),
    sa.Column('currency', sa.CHAR(length=3), nullable=True),
    sa.Column('external_id', sa.Text(), nullable=False),
    sa.Column('tag_id', sa.UUID(), nullable=False),
    sa.Column('campaign_id', sa.UUID(), nullable=False),
    sa.Column('publisher_id', sa.UUID(), nullable=True),
    sa.Column('origin', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('tags', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id'),
    schema='tracking'
    )
    op.create_index('visit_conversion_at', 'visit_conversion', ['account_id', 'at', 'id'], unique=False, schema='tracking')
    op.create_index('visit_conversion_visit', 'visit_conversion', ['account_id', 'visit_id'], unique=False, schema='tracking')
    op.create_index('visit_conversion_external', 'visit_conversion', ['account_id', 'external_id'], unique=True, schema='tracking', postgresql_where=sa.text("external_id <> ''"))
