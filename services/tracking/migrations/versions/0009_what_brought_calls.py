"""Group calls by what brought them; know which sums are whole."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0009'
down_revision: str | None = '0008'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

IDS = ('publisher', 'tracking_tag')
TEXTS = (
    'duplicate', 'repeat', 'source', 'first_source', 'landing_page', 'first_landing_page',
    'referrer', 'utm_source', 'utm_medium', 'utm_campaign',
)
COUNTS = ('duplicates', 'repeats')
WHOLE = (
    '', 'campaign', 'buyer', 'target', 'rtb_target', 'pool', 'number', 'state', 'outcome',
    'reason', 'campaign,buyer', 'campaign,target', 'campaign,outcome', 'buyer,target',
)
BEGUN = (
    'publisher', 'duplicate', 'source', 'first_source', 'landing_page', 'utm_source',
    'utm_medium', 'utm_campaign', 'campaign,publisher', 'campaign,source',
)


def upgrade() -> None:
    """Apply; there is no way back but a newer revision.

    Sums that are begun now are whole only where nothing was counted before.
    """
    for table in ('tally', 'tally_change'):
        for name in IDS:
            op.add_column(table, sa.Column(name, sa.UUID()), schema='tracking')
        for name in TEXTS:
            op.add_column(table, sa.Column(name, sa.Text()), schema='tracking')
        for name in COUNTS:
            op.add_column(table, sa.Column(name, sa.BigInteger()), schema='tracking')
    op.add_column('tally', sa.Column('tags', postgresql.JSONB()), schema='tracking')
    for name in COUNTS:
        op.add_column(
            'rollup',
            sa.Column(name, sa.BigInteger(), server_default='0', nullable=False),
            schema='tracking',
        )
    summed = op.create_table(
        'summed', sa.Column('grouping', sa.Text(), primary_key=True), schema='tracking'
    )
    anything = op.get_bind().execute(
        sa.text(
            'SELECT EXISTS (SELECT FROM tracking.tally)'
            ' OR EXISTS (SELECT FROM tracking.tally_change)'
        )
    )
    whole = WHOLE if anything.scalar_one() else (*WHOLE, *BEGUN)
    op.bulk_insert(summed, [{'grouping': each} for each in whole])
