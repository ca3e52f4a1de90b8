"""Hear of conversions that are said after a leg: when the latest word was said."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0012'
down_revision: str | None = '0011'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('leg', sa.Column('posted_at', sa.DateTime(timezone=True), nullable=True), schema='router')
