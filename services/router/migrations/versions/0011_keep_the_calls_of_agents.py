"""Keep the calls that were offered to agents, and what they say of them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0011'
down_revision: str | None = '0010'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UUID = postgresql.UUID(as_uuid=True)


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('agent_call',
        sa.Column('call_id', UUID, nullable=False),
        sa.Column('step', sa.SmallInteger(), nullable=False),
        sa.Column('account_id', UUID, nullable=False),
        sa.Column('agent_id', UUID, nullable=False),
        sa.Column('campaign_id', UUID, nullable=False),
        sa.Column('offered_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('became', sa.Text(), server_default='unknown', nullable=False),
        sa.Column('talk_seconds', sa.Integer(), server_default='0', nullable=False),
        sa.Column('wrap_up_until', sa.DateTime(timezone=True), nullable=True),
        sa.Column('wrapped_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('disposition', sa.Text(), server_default='', nullable=False),
        sa.Column('notes', sa.Text(), server_default='', nullable=False),
        sa.Column('rating', sa.SmallInteger(), nullable=True),
        sa.PrimaryKeyConstraint('call_id', 'step'),
        schema='router',
    )
    op.create_index('agent_call_agent', 'agent_call', ['account_id', 'agent_id', 'offered_at'], schema='router')
    op.create_index('agent_call_wrapping', 'agent_call', ['account_id', 'agent_id'], schema='router', postgresql_where=sa.text('wrapped_at IS NULL AND wrap_up_until IS NOT NULL'))
