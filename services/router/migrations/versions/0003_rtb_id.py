"""The name by which publishers know a campaign; what leads to a campaign is found by index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('campaign', sa.Column('rtb_id', sa.Text(), nullable=True), schema='router')
    op.create_index('campaign_rtb_id', 'campaign', ['rtb_id'], unique=True, schema='router')
    op.create_index('number_campaign', 'number', ['account_id', 'campaign_id'], unique=False, schema='router')
    op.create_index('number_pool', 'number', ['account_id', 'pool_id'], unique=False, schema='router')
    op.create_index('pool_campaign', 'pool', ['account_id', 'campaign_id'], unique=False, schema='router')
