"""The schema of rtb, empty."""

revision: str = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """The environment makes the schema itself."""
