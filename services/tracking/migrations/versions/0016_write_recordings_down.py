"""Write recordings down."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0016'
down_revision: str | None = '0015'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('recording', sa.Column('transcribe_at', sa.DateTime(timezone=True), nullable=True), schema='tracking')
    op.add_column('recording', sa.Column('transcribe_tries', sa.Integer(), server_default='0', nullable=False), schema='tracking')
    op.create_index('recording_transcribe', 'recording', ['transcribe_at'], unique=False, schema='tracking', postgresql_where=sa.text('transcribe_at IS NOT NULL'))
