"""What brought a call, read from what the router knew of it: its publisher, tags, and visit."""

import json
from typing import Any

from libs.contracts.attributing import CallAttributed
from libs.contracts.flows import FlowFinished
from libs.contracts.origins import Origin
from libs.contracts.routing import CallRouted
from libs.contracts.visits import Attribution
from libs.rules.tags import merged
from services.tracking.domain.cells import MARKED, Brought, Cells, Told, first
from services.tracking.domain.sources import named_source, source_of

_UTM = ("utm_source", "utm_medium", "utm_campaign")


def brought_by(fact: CallRouted) -> Cells:
    """What the router knew, in cells; a later step knows more."""
    cells: Cells = {}
    told = fact.attribution
    came_from = origin(fact.tags, told)
    brought = Brought(
        fact.step,
        fact.sequence,
        str(fact.publisher_id or ""),
        _compact(fact.tags),
        _compact(came_from),
    )
    if fact.publisher_id or fact.tags or came_from:
        cells["brought"] = list(brought)
    for name, known in (("repeat", fact.repeat), ("duplicate", fact.duplicate)):
        if known is not None:
            cells[name] = [int(known)]
    return cells


def gathered_by(fact: FlowFinished) -> Cells:
    """What a flow has set, in cells."""
    return {"gathered": [fact.step, fact.sequence, _compact(fact.tags)]} if fact.tags else {}


def found_for(fact: CallAttributed) -> Cells:
    """What was found afterwards, in cells."""
    attribution = fact.attribution.model_dump(mode="json", exclude_defaults=True)
    return {"attributed": [fact.sequence, _compact(attribution)]}


def events_of(told: Told) -> tuple[str, ...]:
    """The events that flows have named, in the order of their time."""
    marked = [(cell, name) for name, cell in told.least.items() if name.startswith(MARKED)]
    return tuple(name.removeprefix(MARKED) for _, name in sorted(marked))


def origin_of(told: Told) -> dict[str, Any]:
    """The fields of a record that say what brought the call."""
    found: dict[str, Any] = {
        name: None if (known := first(told.greatest, name)) is None else bool(known)
        for name in ("repeat", "duplicate")
    }
    cell = told.greatest.get("brought")
    if cell is not None:
        brought = Brought._make(cell)
        found["publisher_id"] = brought.publisher_id or None
        found["tags"] = json.loads(brought.tags)
        found["origin"] = json.loads(brought.origin)
    attributed = told.greatest.get("attributed")
    if attributed is not None:
        found |= _afterwards(found, Attribution.model_validate_json(str(attributed[1])))
    gathered = told.greatest.get("gathered")
    if gathered is not None:
        found["tags"] = merged(found.get("tags", {}), json.loads(str(gathered[-1])))
    return found


def _afterwards(known: dict[str, Any], later: Attribution) -> dict[str, Any]:
    """What an attribution adds that was found later: nothing where the router was told of one."""
    before = Origin.model_validate(known.get("origin", {}))
    if before.visit_id or before.tracking_tag_id:
        return {}
    tags = merged(later.tags, known.get("tags", {}))
    return {
        "publisher_id": known.get("publisher_id") or later.publisher_id,
        "tags": tags,
        "origin": origin(tags, later),
    }


def origin(tags: dict[str, str], told: Attribution | None) -> dict[str, Any]:
    """The origin of a call or conversion with these tags; only what is there."""
    last = told.last if told else None
    landing, earlier = (last.landing, last.tags) if last else ("", {})
    source = named_source(tags) or (source_of(last) if last else "")
    found = Origin(
        visit_id=told.visit_id if told else None,
        tracking_tag_id=told.tracking_tag_id if told else None,
        source=source,
        first_source=source_of(told.first) if told and told.first else source,
        landing_page=landing,
        first_landing_page=told.first.landing if told and told.first else "",
        referrer=last.referrer if last else "",
        **{name: tags.get(name) or earlier.get(name, "") for name in _UTM},
    )
    return found.model_dump(mode="json", exclude_defaults=True)


def _compact(value: dict[str, Any]) -> str:
    """The same text for the same values, so that cells can be compared."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
