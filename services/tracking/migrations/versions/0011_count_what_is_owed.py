"""Conversions, revenue, payout and cost in tallies and sums."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0011'
down_revision: str | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MEASURES = ('converted', 'paid', 'revenue', 'payout', 'cost')


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    for name in MEASURES:
        for table in ('tally', 'tally_change'):
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True), schema='tracking')
        op.add_column(
            'rollup',
            sa.Column(name, sa.BigInteger(), server_default='0', nullable=False),
            schema='tracking',
        )
