"""Every statement of a store names the account, or is one of few that say why they need not.

A statement without the account in it would some day show one tenant another's data.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STORES = sorted((ROOT / "services").glob("*/store/*.py"))
STATEMENTS = {"select", "update", "delete", "insert", "upsert"}
SCOPE = "account_id"

FREE = {
    "services/flows/store/flows.py:announce": "the outbox is the platform's",
    "services/flows/store/forgetting.py:round": "what is old, of all accounts",
    "services/flows/store/leaving.py:_unfinished": "calls of a fact, each one account's",
    "services/flows/store/leaving.py:finish": "the outbox is the platform's",
    "services/flows/store/leaving.py:silent": "calls of which nothing is heard, of all accounts",
    "services/flows/store/running.py:_BEGIN": "two questions that name it",
    "services/flows/store/running.py:_MINE": "a row that names its account",
    "services/flows/store/running.py:_into": "rows that name their account",
    "services/console/store/limits.py:_COUNT": "counts by a key that names who or where",
    "services/console/store/limits.py:take_back": "counts by a key that names who or where",
    "services/console/store/limits.py:sweep": "what is over, of all accounts",
    "services/console/store/people.py:by_email": "somebody who is not signed in yet",
    "services/console/store/people.py:by_id": "a person, who may belong to several accounts",
    "services/console/store/people.py:renew_password": "a person, in all her accounts",
    "services/console/store/people.py:know": "a person, who may belong to several accounts",
    **{
        f"services/console/store/second_factors.py:{name}": "a person, in all her accounts"
        for name in (
            *("of", "propose", "confirm", "accept", "spend", "replace_codes", "remove"),
            "_keep_codes",
        )
    },
    "services/console/store/questions.py:sweep": "what is over, of all accounts",
    **{
        f"services/console/store/sign_ups.py:{name}": "there is no account yet"
        for name in ("give", "whose", "sweep")
    },
    **{
        f"services/console/store/resets.py:{name}": "a person, in all her accounts"
        for name in ("give", "whose", "use")
    },
    "services/console/store/resets.py:sweep": "what is over, of all accounts",
    "services/console/store/sessions.py:sweep": "what is over, of all accounts",
    "services/router/store/agent_calls.py:_tell": "the outbox is the platform's",
    "services/router/store/agent_calls.py:_learn": "a fact's call and leg, one account's",
    "services/router/store/agent_calls.py:over": "what is over, of all accounts",
    "services/router/store/claim_statements.py:_into": "rows of claims, each with its account",
    "services/router/store/claim_statements.py:_counts": "by counters' keys, which begin with it",
    "services/router/store/claim_statements.py:DECIDED": "a call and step, one account's",
    "services/router/store/edit.py:next_version": "a sequence",
    "services/router/store/edit.py:_insert": "rows that name their account",
    "services/router/store/edit.py:announce": "the outbox is the platform's",
    "services/router/store/hold_statements.py:_these": "a fact's call and leg, one account's",
    "services/router/store/hold_statements.py:_places": "a fact's call and leg, one account's",
    "services/router/store/hold_statements.py:_free": "a fact's call and leg, one account's",
    "services/router/store/hold_statements.py:_resolve": "a fact's call and leg, one account's",
    "services/router/store/hold_statements.py:_learn": "a fact's call and leg, one account's",
    "services/router/store/hold_statements.py:_cancel": "a fact's call and leg, one account's",
    "services/router/store/hold_statements.py:FREE_CALLS": "a fact's call, one account's",
    "services/router/store/hold_statements.py:FREE_QUOTES": "a claim's quotes, one account's",
    "services/router/store/hold_statements.py:ANSWERED": "a fact's call and leg, one account's",
    "services/rtb/store/bodies.py:_KEEP": "rows of bids, each with its account",
    "services/rtb/store/bidders_own.py:opened_by": "a key says whose it is",
    "services/rtb/store/bidders_own.py:keep_key": "a row that names its account",
    "services/rtb/store/notices.py:_due": "what is due, of all accounts",
    "services/rtb/store/notices.py:bill": "a fact's call and leg, one account's",
    "services/rtb/store/notices.py:sweep": "what is over, of all accounts",
    "services/rtb/store/pings.py:_KEEP": "rows of pings, each with its account",
    "services/rtb/store/claiming.py:_into": "rows of answers, each with its account",
    "services/rtb/store/claiming.py:_keep": "parts that name it, put together",
    "services/rtb/store/configuration.py:announce": "the outbox is the platform's",
    "services/rtb/store/reservations.py:_these": "a fact's call and leg, one account's",
    "services/rtb/store/reservations.py:_learn": "a fact's call and leg, one account's",
    "services/rtb/store/reservations.py:_UNSELL": "a fact's call and leg, one account's",
    "services/rtb/store/reservations.py:_FREE_CALLS": "a fact's call, one account's",
    "services/rtb/store/reservations.py:_ANSWERED": "a fact's call and leg, one account's",
    "services/tracking/store/calls.py:_page": "its filters begin with the account",
    "services/tracking/store/configuration.py:announce": "the outbox is the platform's",
    "services/tracking/store/calls.py:_filed_on": "where a call lies, not whose it is",
    "services/tracking/store/journal.py:_ANNOUNCE": "the outbox is the platform's",
    "services/tracking/store/ledger.py:_book": "rows that name their account",
    "services/tracking/store/ledger.py:_booked": "calls that are locked, of all accounts",
    "services/tracking/store/proof.py:of_the_day": "the proof of all accounts",
    "services/tracking/store/disputes.py:_ADD": "a row that names its account",
    "services/tracking/store/journal.py:_NEWEST": "periods are the platform's",
    **{
        f"services/tracking/store/journal.py:{name}": "facts come before their call's account"
        for name in ("_FILED_BEFORE", "_FILED_NOW", "_FILE")
    },
    "services/tracking/store/archive.py:_COUNTED": "calls of all accounts, by their key",
    "services/tracking/store/parties.py:_KNOWN": "calls of all accounts, by their key",
    "services/tracking/store/archive.py:_UNREAD": "calls of all accounts, by their key",
    "services/tracking/store/archive.py:_HEARD": "calls of all accounts, by their key",
    "services/tracking/store/archive.py:calls": "calls of all accounts, to be folded anew",
    "services/tracking/store/archive.py:periods": "periods are the platform's",
    "services/tracking/store/attributions.py:_ROW": "its filters begin with the account",
    "services/tracking/store/attributions.py:_begun": "a row that names its account",
    "services/tracking/store/attributions.py:tell": "the outbox is the platform's",
    "services/tracking/store/visit_conversions.py:_newest": "periods are the platform's",
    "services/tracking/store/visit_conversions.py:_uncounted": "those of all accounts, to count",
    "services/tracking/store/visit_conversions.py:uncounted": "those of all accounts, to count",
    "services/tracking/store/payout_caps.py:announce": "the outbox is the platform's",
    "services/tracking/store/payout_caps.py:telling": "a lock",
    "services/tracking/store/postbacks.py:_keep": "a row that names its account",
    "services/tracking/store/quality.py:_drop": "rows of calls, each with its account",
    "services/tracking/store/recordings.py:_drop": "rows of calls, each with its account",
    "services/tracking/store/recordings.py:_note": "rows of calls, each with its account",
    "services/tracking/store/reports.py:_summed": "lines that were chosen by their account",
    "services/tracking/store/saved_reports.py:tell": "the outbox is the platform's",
    "services/tracking/store/reports.py:summed": "which sums are whole, for all accounts",
    "services/tracking/store/rollups.py:_ALONE": "a lock",
    "services/tracking/store/rollups.py:_LEFT": "changes of all accounts are summed together",
    "services/tracking/store/rollups.py:_differing": "all accounts, by keys that begin with it",
    "services/tracking/store/rollups.py:_FORGET": "all accounts, by keys that begin with it",
    "services/tracking/store/rollups.py:_FORGET_CHANGES": "all accounts, summed anew together",
    "services/tracking/store/rollups.py:_GONE_UNTIL": "periods are the platform's",
    "services/tracking/store/rollups.py:_WHOLE": "which sums are whole, for all accounts",
    "services/tracking/store/rollups.py:_quarters": "all accounts, by keys that begin with it",
    "services/tracking/store/rollups.py:_take_up": "changes of all accounts are summed together",
    "services/tracking/store/tallies.py:_count": "lines that name their account",
    "services/tracking/store/tallies.py:_name": "names that name their account",
    "services/tracking/store/tallies.py:_uncount": "rows of calls that are locked",
    "services/tracking/store/periods.py:make_ahead": "periods are the platform's",
    "services/tracking/store/periods.py:forget": "what is over, of all accounts",
    "services/tracking/store/periods.py:_known": "periods are the platform's",
    "services/tracking/store/forgetting.py:rates": "counts of minutes, by a key that names a tag",
    "services/tracking/store/lease_statements.py:BEGIN": "rows of visits, each with its account",
    "services/tracking/store/lease_statements.py:_COUNT_ROWS": "by a key that names a tag",
    "services/tracking/store/lease_statements.py:NOW": "what time it is",
    "services/tracking/store/numbers.py:version": "how far the copy has come, for all accounts",
    "services/tracking/store/numbers.py:take": "how far the copy has come, for all accounts",
    "services/tracking/store/numbers.py:_withdraw": "the router's word on numbers, of any account",
    "services/tracking/store/numbers.py:_let_go": "the router's word on numbers, of any account",
    "services/tracking/store/numbers.py:_place": "its filters begin with the account",
    "services/tracking/store/visits.py:_FIRST": "its filters begin with the account",
    "services/tracking/store/visits.py:_LAST": "its filters begin with the account",
    "services/tracking/store/reconciling.py:records": "calls of all accounts, as the carrier lists",
    "services/tracking/store/reconciling.py:compared_until": "a carrier account, of all tenants",
    "services/tracking/store/reconciling.py:has_compared": "a carrier account, of all tenants",
    "services/tracking/store/reconciling.py:sweep": "what is over, of all accounts",
    "services/tracking/store/journal.py:_LOCK": "facts come before their call's account is known",
    "services/tracking/store/journal.py:_SAVE": "the rows that _LOCK has locked, by their key",
}
"""Module and definition -> why no account is named in it."""


def unscoped(source: str) -> Iterator[str]:
    """The definitions of a module that make a statement and name no account."""
    for node in definitions(ast.parse(source)):
        calls = {
            call.func.id
            for call in ast.walk(node)
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name)
        }
        if calls & STATEMENTS and SCOPE not in ast.unparse(node):
            yield name_of(node)


def definitions(module: ast.Module) -> Iterator[ast.stmt]:
    """Functions, methods, and what a module assigns."""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield from (one for one in node.body if not isinstance(one, ast.Expr))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign):
            yield node


def name_of(node: ast.stmt) -> str:
    """What people call it."""
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0])
    return getattr(node, "name", "")


@pytest.mark.parametrize("path", STORES, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_statement_names_the_account(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    free = {name.split(":")[1] for name in FREE if name.startswith(f"{place}:")}
    assert set(unscoped(path.read_text())) == free


def test_a_statement_without_an_account_is_seen() -> None:
    wrong = "class Store:\n async def of(self, id):\n  return select(call).where(call.c.id == id)\n"
    assert list(unscoped(wrong)) == ["of"]
    right = wrong.replace("call.c.id == id", "call.c.account_id == account_id, call.c.id == id")
    assert list(unscoped(right)) == []
