"""Keep with quotes what their pings have told: the call has these tags."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0008'
down_revision: str | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('quote', sa.Column('tags', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False), schema='router')
