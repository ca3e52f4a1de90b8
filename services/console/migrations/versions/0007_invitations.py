"""Invitations to accounts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0007'
down_revision: str | None = '0006'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('invitation',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('invitation_id', sa.UUID(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('may_export', sa.Boolean(), nullable=False),
    sa.Column('party_id', sa.UUID(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('token', sa.LargeBinary(), nullable=True),
    sa.Column('invited_by', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('open', 'accepted', 'withdrawn')", name='invitation_state'),
    sa.ForeignKeyConstraint(['account_id'], ['console.account.account_id'], ),
    sa.PrimaryKeyConstraint('account_id', 'invitation_id'),
    sa.UniqueConstraint('token'),
    schema='console'
    )
    op.create_index('invitation_open', 'invitation', ['account_id', sa.literal_column('lower(email)')], unique=True, schema='console', postgresql_where=sa.text("state = 'open'"))
