"""Let plans hold RTB routers."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0004'
down_revision: str | None = '0003'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('assignment', sa.Column('rtb_router_id', sa.UUID(), nullable=True), schema='router')
    op.create_index(op.f('ix_router_assignment_rtb_router_id'), 'assignment', ['rtb_router_id'], unique=False, schema='router')
    op.drop_constraint('assignment_one_thing', 'assignment', schema='router')
    op.create_check_constraint(
        'assignment_one_thing',
        'assignment',
        'num_nonnulls(target_id, group_id, rtb_router_id) = 1',
        schema='router',
    )
