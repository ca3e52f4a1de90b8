"""Keep the states of agents, and who signs in as whom."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0010'
down_revision: str | None = '0009'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

UUID = postgresql.UUID(as_uuid=True)


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.add_column('target', sa.Column('person_id', UUID, nullable=True), schema='router')
    op.create_index('target_person_id', 'target', ['account_id', 'person_id'], unique=True, schema='router', postgresql_where=sa.text('NOT retired'))
    op.create_table('agent_state',
        sa.Column('account_id', UUID, nullable=False),
        sa.Column('agent_id', UUID, nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('since', sa.DateTime(timezone=True), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('by', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('account_id', 'agent_id'),
        schema='router',
    )
    op.create_table('agent_state_log',
        sa.Column('account_id', UUID, nullable=False),
        sa.Column('agent_id', UUID, nullable=False),
        sa.Column('at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('reason', sa.Text(), nullable=False),
        sa.Column('actor', postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint('account_id', 'agent_id', 'at'),
        schema='router',
    )
