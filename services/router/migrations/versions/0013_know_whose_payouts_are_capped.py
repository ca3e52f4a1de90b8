"""Know which publishers' caps on payouts are reached."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0013'
down_revision: str | None = '0012'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    capped = sa.Column('payout_capped', postgresql.JSONB(), nullable=False, server_default='[]')
    op.add_column('publisher', capped, schema='router')
