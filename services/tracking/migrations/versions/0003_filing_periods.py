"""Calls and facts in partitions, one for each month in which a call is first heard of.

What is there becomes the first partition where it lies: no row is copied, only the keys'
indexes are built.  Code that knows nothing of `filed_on` goes on writing: the column's default is
the first period, which the calls of the next days are filed under all the same, and a trigger
files what such code begins.  A later revision takes both away.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision: str = '0003'
down_revision: str | None = '0002'
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

OLD_CODE_DAYS_MAX = 7  # how long code of before may go on beside the new
KEYS = {'call': 'call_id, filed_on', 'fact': 'call_id, filed_on, subject, step, sequence'}
INDEXES = {
    'call_listed': 'account_id, listed_at, call_id',
    'call_state_listed': 'account_id, state, listed_at, call_id',
    'call_campaign_listed': 'account_id, campaign_id, listed_at, call_id',
    'call_buyer_listed': 'account_id, buyer_id, listed_at, call_id',
    'call_caller_listed': 'account_id, caller, listed_at, call_id',
}
PARTIAL = {'call_campaign_listed': 'campaign_id', 'call_buyer_listed': 'buyer_id'}


def upgrade() -> None:
    """Apply; there is no way back but a newer revision."""
    op.create_table('filing_period',
    sa.Column('begins', sa.Date(), nullable=False),
    sa.Column('ends', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('begins'),
    schema='tracking'
    )
    op.create_table('filing',
    sa.Column('call_id', sa.UUID(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('call_id'),
    schema='tracking'
    )
    op.create_index('filing_filed_on', 'filing', ['filed_on'], unique=False, schema='tracking')
    today = op.get_bind().execute(sa.text("SELECT (now() AT TIME ZONE 'UTC')::date")).scalar_one()
    begins = today.replace(day=1)
    ends = _next_month(begins)
    if ends - today < timedelta(days=OLD_CODE_DAYS_MAX):
        ends = _next_month(ends)
    op.execute(f"INSERT INTO tracking.filing_period VALUES ('{begins}', '{ends}')")
    op.execute('LOCK TABLE tracking.call, tracking.fact IN ACCESS EXCLUSIVE MODE')
    for table in KEYS:
        _make_first_partition(table, begins, ends)
    first = f'tracking.call_{begins:%Y_%m}'
    op.execute(f'INSERT INTO tracking.filing SELECT call_id, filed_on FROM {first}')
    op.execute(
        'CREATE FUNCTION tracking.file_call() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
        ' INSERT INTO tracking.filing VALUES (NEW.call_id, NEW.filed_on) ON CONFLICT DO NOTHING;'
        ' RETURN NULL; END $$'
    )
    op.execute(
        f'CREATE TRIGGER file_call AFTER INSERT ON {first}'
        ' FOR EACH ROW EXECUTE FUNCTION tracking.file_call()'
    )


def _make_first_partition(table: str, begins: date, ends: date) -> None:
    old = f'{table}_{begins:%Y_%m}'
    op.execute(
        f"ALTER TABLE tracking.{table} ADD COLUMN filed_on date NOT NULL DEFAULT '{begins}',"
        f' DROP CONSTRAINT {table}_pkey'
    )
    op.execute(f'ALTER TABLE tracking.{table} RENAME TO {old}')
    op.execute(
        f'CREATE TABLE tracking.{table} (LIKE tracking.{old} INCLUDING DEFAULTS'
        ' INCLUDING CONSTRAINTS) PARTITION BY RANGE (filed_on)'
    )
    op.execute(f'ALTER TABLE tracking.{old} ADD PRIMARY KEY ({KEYS[table]})')
    op.execute(f'ALTER TABLE tracking.{table} ADD PRIMARY KEY ({KEYS[table]})')
    for index, columns in INDEXES.items():
        if table != 'call':
            continue
        op.execute(f'ALTER INDEX tracking.{index} RENAME TO {index}_{begins:%Y_%m}')
        where = f' WHERE {PARTIAL[index]} IS NOT NULL' if index in PARTIAL else ''
        op.execute(f'CREATE INDEX {index} ON tracking.{table} ({columns}){where}')
    op.execute(
        f'ALTER TABLE tracking.{table} ATTACH PARTITION tracking.{old}'
        f" FOR VALUES FROM (MINVALUE) TO ('{ends}')"
    )


def _next_month(month: date) -> date:
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)
