"""Tags of several sources put together: who knows more of a call outweighs who knows less."""

from collections.abc import Mapping

from libs.contracts.tags import TAGS_MAX


def merged(*sources: Mapping[str, str]) -> dict[str, str]:
    """All tags, the least telling source first; a later one's word counts.

    Beyond what a call may have, tags of the earliest sources are left out.

    >>> merged({"source": "billboard", "city": "Yuma"}, {"source": "mail"})
    {'source': 'mail', 'city': 'Yuma'}
    """
    together: dict[str, str] = {}
    for source in sources:
        together |= source
    if len(together) <= TAGS_MAX:
        return together
    kept: dict[str, str] = {}
    for source in reversed(sources):
        for name in source:
            if len(kept) < TAGS_MAX:
                kept[name] = together[name]
    return kept
