"""Let conversions without a call count in the reports of calls."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0023'
down_revision: str | None = '0022'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MEASURES = ('visit_conversions', 'visit_revenue')


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
