"""Find calls by how they came out."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0012'
down_revision: str | None = '0011'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    for name, kind in (
        ('status', sa.Text()),
        ('sub_status', sa.Text()),
        ('hung_up_by', sa.Text()),
        ('duplicate', sa.Boolean()),
        ('ring_seconds', sa.Integer()),
        ('talk_seconds', sa.Integer()),
    ):
        op.add_column('call', sa.Column(name, kind, nullable=True), schema='tracking')
