"""Who called may be taken out of the words of an entry; its figures are still for good."""

from collections.abc import Sequence

from alembic import op

revision: str = '0025'
down_revision: str | None = '0024'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.execute(
        'CREATE OR REPLACE FUNCTION tracking.refuse_change() RETURNS trigger LANGUAGE plpgsql AS'
        " $$ BEGIN"
        " IF TG_OP = 'UPDATE' AND current_setting('callcenter.replacing', true) = 'on'"
        " THEN RETURN NULL; END IF;"
        " RAISE EXCEPTION 'entries are never changed: write a reversal'; END $$"
    )
