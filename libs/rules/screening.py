"""Which callers are refused before anybody is looked for."""

from collections.abc import Collection

from libs.contracts.phone import Caller, CallerKind
from libs.contracts.screening import Attestation, AttestationMinimum, Blocklist
from libs.rules.finding import PASSED, Finding, named
from libs.rules.lists import beginning_of, listed

_RANK = {Attestation.A: 3, Attestation.B: 2, Attestation.C: 1}


def check_blocklist(blocklist: Blocklist, caller: Caller, country: str | None) -> Finding:
    """Look a caller up: withheld number, number, its beginning, its country, in this order.

    >>> from libs.contracts.phone import read_caller
    >>> check_blocklist(Blocklist(prefixes=("+1900",)), read_caller("+19005550100"), "US")
    Finding(passed=False, seen='+19005550100', needed='not a number that begins with +1900')
    """
    if caller.kind is CallerKind.WITHHELD and blocklist.anonymous:
        return Finding(False, "number withheld", "a caller who shows her number")
    number = caller.number
    if number is not None and listed(blocklist.numbers, number):
        return Finding(False, number, "not a blocked number")
    prefix = beginning_of(blocklist.prefixes, number) if number is not None else None
    if prefix is not None:
        return Finding(False, str(number), f"not a number that begins with {prefix}")
    if country is not None and listed(blocklist.countries, country):
        return Finding(False, f"country {country}", "not a blocked country")
    return PASSED


def check_domestic(home: Collection[str], country: str | None) -> Finding:
    """Refuse calls from abroad; a caller without a country is not known to be at home.

    >>> check_domestic(("US", "CA"), "JM")
    Finding(passed=False, seen='country JM', needed='country CA or US')
    """
    if country is not None and country in home:
        return PASSED
    seen = f"country {country}" if country else "country unknown"
    return Finding(False, seen, f"country {named(sorted(home))}")


def check_attestation(minimum: AttestationMinimum, attestation: Attestation) -> Finding:
    """Demand that the caller's carrier vouches for her number at least so far.

    >>> check_attestation(AttestationMinimum.B, Attestation.C)
    Finding(passed=False, seen='attestation C', needed='attestation B or better')
    """
    if _RANK.get(attestation, 0) >= _RANK[Attestation(minimum)]:
        return PASSED
    better = "" if minimum is AttestationMinimum.A else " or better"
    return Finding(False, f"attestation {attestation}", f"attestation {minimum}{better}")
