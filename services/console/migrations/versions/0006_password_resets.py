"""Links by which people set new passwords."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0006'
down_revision: str | None = '0005'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('password_reset',
    sa.Column('token', sa.LargeBinary(), nullable=False),
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['console.person.person_id'], ),
    sa.PrimaryKeyConstraint('token'),
    schema='console'
    )
    op.create_index('password_reset_person', 'password_reset', ['person_id'], unique=False, schema='console')
