"""Operators of the platform."""

from collections.abc import Sequence

from alembic import op

revision: str = '0008'
down_revision: str | None = '0007'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

ROLES = (
    "role IN ('operator', 'owner', 'admin', 'manager', 'analyst', 'agent', 'buyer', 'publisher')"
)


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.drop_constraint('membership_role', 'membership', schema='console')
    op.create_check_constraint('membership_role', 'membership', ROLES, schema='console')
