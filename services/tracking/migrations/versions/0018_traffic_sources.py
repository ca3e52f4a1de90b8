"""Keep with each visit the traffic source that it came from; forget visits by their age quickly."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0018'
down_revision: str | None = '0017'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column(
        'visit',
        sa.Column('came_from', sa.Text(), server_default='', nullable=False),
        schema='tracking',
    )
    op.create_index(
        'visit_age', 'visit', ['began_at'], schema='tracking', postgresql_using='brin'
    )
