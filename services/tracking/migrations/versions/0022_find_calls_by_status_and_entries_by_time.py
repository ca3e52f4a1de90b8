"""Find calls by their status, and entries of all parties by when they count."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0022'
down_revision: str | None = '0021'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_index(
        'call_status_listed',
        'call',
        ['account_id', 'status', 'listed_at', 'call_id'],
        schema='tracking',
        postgresql_where=sa.text('status IS NOT NULL'),
    )
    op.create_index(
        'entry_booked', 'entry', ['account_id', 'booked_at', 'id'], schema='tracking'
    )
