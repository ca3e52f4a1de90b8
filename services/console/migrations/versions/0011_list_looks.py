"""How people have their lists."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0011'
down_revision: str | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('list_look',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('list', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('look', postgresql.JSONB(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id', 'person_id'], ['console.membership.account_id', 'console.membership.person_id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'person_id', 'list', 'name'),
    schema='console'
    )
