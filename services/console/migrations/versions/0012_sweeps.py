"""Callers who are erased and secrets sealed anew, step by step."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0012'
down_revision: str | None = '0011'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('sweep',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('sweep_id', sa.UUID(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('asked_by', sa.Text(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('instead', sa.Text(), nullable=False),
    sa.Column('owner', sa.Text(), nullable=False),
    sa.Column('at', sa.Text(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('found', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('found_in_round', sa.BigInteger(), nullable=False),
    sa.Column('lost', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('erasure', 'resealing')", name='sweep_kind'),
    sa.CheckConstraint("state IN ('under_way', 'done')", name='sweep_state'),
    sa.ForeignKeyConstraint(['account_id'], ['console.account.account_id'], ),
    sa.PrimaryKeyConstraint('account_id', 'sweep_id'),
    schema='console'
    )
    op.create_index('sweep_asked', 'sweep', ['account_id', 'kind', 'asked_at'], unique=False, schema='console')
    op.create_index('sweep_due', 'sweep', ['due_at'], unique=False, schema='console', postgresql_where=sa.text("state = 'under_way'"))
