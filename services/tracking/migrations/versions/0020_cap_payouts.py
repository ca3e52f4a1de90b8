"""Keep which caps on publishers' payouts are reached."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0020'
down_revision: str | None = '0019'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    capped = sa.Column('payout_capped', postgresql.JSONB(), nullable=False, server_default='[]')
    version = sa.Column('capped_version', sa.BigInteger(), nullable=False, server_default='0')
    newer = sa.Computed('greatest(version, capped_version)', persisted=True)
    for column in (capped, version, sa.Column('told', sa.BigInteger(), newer)):
        op.add_column('publisher', column, schema='tracking')
    op.create_index('publisher_told', 'publisher', ['told'], schema='tracking')
    op.create_index(
        'publisher_capping',
        'publisher',
        ['account_id', 'id'],
        schema='tracking',
        postgresql_where=sa.text("NOT retired AND document->'payout_caps' <> '[]'"),
    )
