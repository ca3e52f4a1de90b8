"""People and keys of buyers and publishers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OF_A_PARTY = "(role IN ('buyer', 'publisher')) = (party_id IS NOT NULL)"
ROLES = "role IN ('owner', 'admin', 'manager', 'analyst', 'agent', 'buyer', 'publisher')"


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    for table in ('membership', 'api_key'):
        op.add_column(table, sa.Column('party_id', sa.UUID(), nullable=True), schema='console')
        op.create_check_constraint(f'{table}_of_a_party', table, OF_A_PARTY, schema='console')
    op.drop_constraint('membership_role', 'membership', schema='console')
    op.create_check_constraint('membership_role', 'membership', ROLES, schema='console')
