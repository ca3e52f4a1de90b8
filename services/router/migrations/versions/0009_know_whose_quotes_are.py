"""Know which of the account's publishers a quote was given to."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0009'
down_revision: str | None = '0008'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('quote', sa.Column('publisher_id', sa.UUID(), nullable=True), schema='router')
