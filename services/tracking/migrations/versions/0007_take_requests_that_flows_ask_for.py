"""Take requests that flows ask for."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0007'
down_revision: str | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('delivery', sa.Column('request_sealed', sa.Text(), nullable=True), schema='tracking')
    op.alter_column('delivery', 'pixel_id',
               existing_type=sa.UUID(),
               nullable=True,
               schema='tracking')
