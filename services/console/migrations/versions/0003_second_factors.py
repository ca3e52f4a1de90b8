"""Second factors, recovery codes, and accounts that ask for them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.execute(sa.schema.CreateSequence(sa.Sequence('change_version', schema='console')))
    op.add_column('account',
    sa.Column('requires_second_factor', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    schema='console'
    )
    op.create_table('second_factor',
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('last_step', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['console.person.person_id'], ),
    sa.PrimaryKeyConstraint('person_id'),
    schema='console'
    )
    op.create_table('recovery_code',
    sa.Column('person_id', sa.UUID(), nullable=False),
    sa.Column('code', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['console.person.person_id'], ),
    sa.PrimaryKeyConstraint('person_id', 'code'),
    schema='console'
    )
