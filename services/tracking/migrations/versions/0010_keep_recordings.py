"""Keep which recordings the carrier has, and how long accounts keep them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = '0010'
down_revision: str | None = '0009'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_KNOWN = """
INSERT INTO tracking.recording
    (account_id, call_id, recording_sid, step, account_sid, listed_at)
SELECT call.account_id, call.call_id, fact.payload->>'recording_sid', min(fact.step),
    min(substring(fact.payload->>'url' FROM '/Accounts/([A-Za-z0-9]{1,64})/')), call.listed_at
FROM tracking.fact JOIN tracking.call USING (call_id, filed_on)
WHERE fact.subject = 'event.recording.ready.v1'
    AND fact.payload->>'status' = 'completed'
    AND fact.payload->>'url' ~ '/Accounts/[A-Za-z0-9]{1,64}/'
    AND call.account_id <> '00000000-0000-0000-0000-000000000000'
GROUP BY call.account_id, call.call_id, fact.payload->>'recording_sid', call.listed_at
"""


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('recording_rule',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('id', sa.UUID(), nullable=False),
    sa.Column('version', sa.BigInteger(), nullable=False),
    sa.Column('retired', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'id', name='recording_rule_key'),
    schema='tracking'
    )
    op.create_index('recording_rule_version', 'recording_rule', ['version'], unique=False, schema='tracking')
    op.create_table('recording',
    sa.Column('account_id', sa.UUID(), nullable=False),
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('recording_sid', sa.Text(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('account_sid', sa.Text(), nullable=False),
    sa.Column('listed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('try_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.PrimaryKeyConstraint('account_id', 'call_id', 'recording_sid'),
    schema='tracking'
    )
    op.create_index('recording_listed', 'recording', ['account_id', 'listed_at'], unique=False, schema='tracking')
    op.execute(_KNOWN)
