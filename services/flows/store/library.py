"""Published versions, read once: they never change."""

import orjson
from sqlalchemy import Text, cast, select
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.sql import bindparam

from libs.contracts.ids import AccountId, FlowId
from libs.runtime.database import Database, Statement
from services.flows.domain.book import Book
from services.flows.domain.flow import Flow
from services.flows.domain.upgrade import read_flow, read_sub_flows
from services.flows.tables import flow_version

KEPT_MAX = 2_000  # published versions in memory; then all are read anew

_UUID = UUID_TYPE(as_uuid=True)
_VERSION = Statement(
    select(cast(flow_version.c.document, Text), cast(flow_version.c.sub_flows, Text)).where(
        flow_version.c.account_id == bindparam("account_id", type_=_UUID),
        flow_version.c.flow_id == bindparam("flow_id", type_=_UUID),
        flow_version.c.version == bindparam("version"),
    ),
    "flow.version",
)


class NoFlow(Exception):
    """The account has no such flow, or it takes no calls now."""


class Library:
    """All books that callers are in, by account, flow and version."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._books: dict[tuple[AccountId, FlowId, int], Book] = {}

    async def book(self, account_id: AccountId, flow_id: FlowId, version: int) -> Book:
        """A published version with the sub-flows that were published with it."""
        key = (account_id, flow_id, version)
        if key not in self._books:
            if len(self._books) >= KEPT_MAX:
                self._books.clear()
            self._books[key] = await self._read(*key)
        return self._books[key]

    async def _read(self, account_id: AccountId, flow_id: FlowId, version: int) -> Book:
        document, sub_flows = await self._version(account_id, flow_id, version)
        flows = {flow_id: (version, document)}
        for sub_id, sub_version in sub_flows.items():
            sub, _ = await self._version(account_id, sub_id, sub_version)
            flows[sub_id] = (sub_version, sub)
        return Book(flows)

    async def _version(
        self, account_id: AccountId, flow_id: FlowId, version: int
    ) -> tuple[Flow, dict[FlowId, int]]:
        async with self._database.hot() as connection:
            rows = await _VERSION.run(
                connection, account_id=account_id, flow_id=flow_id, version=version
            )
        if not rows:
            raise NoFlow
        document, sub_flows = rows[0]
        return read_flow(orjson.loads(document)), read_sub_flows(orjson.loads(sub_flows))
