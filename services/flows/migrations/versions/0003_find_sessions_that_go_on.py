"""Find the few sessions that go on among all that are over."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_index(
        "session_open",
        "session",
        ["changed_at"],
        schema="flows",
        postgresql_where=sa.text("finished_at IS NULL"),
    )
