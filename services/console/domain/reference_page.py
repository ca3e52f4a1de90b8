"""The reference of the API and of the events as pages of the manual."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from services.console.domain.api_reference import DOOR, Operation, operations
from services.console.domain.manual import ROOT, Heading, Page, Passage, anchor_of
from services.console.domain.schema_text import FIELDS_MAX, fields_of, kind_of, limits_of

API, EVENTS = "api", "events"


def api_pages(document: Mapping[str, Any]) -> list[Page]:
    """The list of all operations, and a page for each group of them."""
    groups: dict[str, list[Operation]] = {}
    for one in operations(document):
        groups.setdefault(one.group, []).append(one)
    schemas = document["components"]["schemas"]
    pages = [_group_page(name, group, schemas) for name, group in groups.items()]
    return [_list_page(document["info"]["description"], groups), *pages]


def _list_page(description: str, groups: Mapping[str, list[Operation]]) -> Page:
    parts = [
        f"<h1>All of the API</h1><p>{escape(description)}</p>"
        f'<p>The document for programs: <a href="{ROOT}/openapi.json">OpenAPI 3.1</a>.</p>'
    ]
    headings = []
    for name, group in groups.items():
        rows = "".join(
            f'<tr><td class="method">{one.method.upper()}</td><td>'
            f'<a href="{ROOT}/{API}/{name}#{one.anchor}"><code>{escape(one.path)}</code></a></td>'
            f"<td>{escape(_said_of(one))}</td></tr>"
            for one in group
        )
        headings.append(Heading(2, name, anchor_of(name)))
        parts.append(f'<h2 id="{anchor_of(name)}">{escape(name)}</h2><table>{rows}</table>')
    return Page(API, "All of the API", "".join(parts), tuple(headings), ())


def _group_page(name: str, group: Iterable[Operation], schemas: Mapping[str, Any]) -> Page:
    title, page = f"API: {name}", f"{API}/{name}"
    body = "".join(_operation(one, schemas) for one in group)
    passages = tuple(
        Passage(page, title, one.title, one.anchor, f"{_said_of(one)} Right: {_right(one)}")
        for one in group
    )
    return Page(page, title, f"<h1>{escape(title)}</h1>{body}", (), passages)


def _said_of(one: Operation) -> str:
    return str(one.told.get("description") or one.told.get("summary") or "").strip()


def _right(one: Operation) -> str:
    return str(one.told.get("x-right", "none of the console's"))


def _operation(one: Operation, schemas: Mapping[str, Any]) -> str:
    told = one.told
    asked = [
        (each["name"], each["in"], kind_of(each.get("schema", {})), _of_parameter(each))
        for each in told.get("parameters", ())
    ]
    answers = [
        (status, answer.get("description", "")) for status, answer in told["responses"].items()
    ]
    return (
        f'<h2 id="{one.anchor}"><span class="method">{one.method.upper()}</span> '
        f"<code>{escape(one.path)}</code></h2><p>{escape(_said_of(one))}</p>"
        f'<p class="soft">Door: {escape(str(told[DOOR]))}. Right: {escape(_right(one))}.</p>'
        f"{table(('asked', 'in', 'is', ''), asked)}"
        f"{_content('Body', told.get('requestBody', {}), schemas)}"
        f"{_content('Answer', _success(told['responses']), schemas)}"
        f"{table(('status', ''), answers)}"
    )


def _of_parameter(each: Mapping[str, Any]) -> str:
    needed = "needed" if each.get("required") else ""
    said = (needed, limits_of(each.get("schema", {})), each.get("description", ""))
    return "; ".join(filter(None, said))


def _success(responses: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((one for status, one in responses.items() if status.startswith("2")), {})


def _content(title: str, holder: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    schema = holder.get("content", {}).get("application/json", {}).get("schema")
    return shape(f"{title}: {kind_of(schema)}", schema, schemas) if schema else ""


def shape(title: str, schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> str:
    """A schema's fields, folded."""
    inner = schema.get("items", schema) if schema.get("type") == "array" else schema
    rows = list(fields_of(inner, schemas))
    if not rows:
        return f'<p class="soft">{escape(title)}</p>'
    more = f"<p>… {len(rows) - FIELDS_MAX} more</p>" if len(rows) > FIELDS_MAX else ""
    fields = table(("field", "is", ""), rows[:FIELDS_MAX])
    return f"<details><summary>{escape(title)}</summary>{fields}{more}</details>"


def table(names: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Rows below their columns' names; nothing where there is no row."""
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    return f"<table><tr>{head}</tr>{body}</table>" if body else ""


def events_page(document: Mapping[str, Any]) -> Page:
    """Every event: what it says, who says it, who hears it."""
    schemas, messages = (document["components"][word] for word in ("schemas", "messages"))
    parts, passages, headings = [], [], []
    for subject, channel in document["channels"].items():
        (name,) = channel["messages"]
        says, hears = _about(document["operations"], subject)
        summary, anchor = messages[name]["summary"], anchor_of(subject)
        who = f"Said by {says}; heard by {', '.join(hears) or 'no durable'}."
        fields = shape(name, schemas[name], schemas)
        parts.append(
            f'<h2 id="{anchor}">{escape(subject)}</h2><p>{escape(summary)}</p>'
            f'<p class="soft">{escape(who)}</p>{fields}'
        )
        headings.append(Heading(2, subject.removeprefix("event."), anchor))
        passages.append(Passage(EVENTS, "All events", subject, anchor, f"{summary} {who}"))
    head = (
        f"<h1>All events</h1><p>{escape(document['info']['description'])}</p>"
        f'<p>The document for programs: <a href="{ROOT}/asyncapi.json">AsyncAPI 3</a>.</p>'
    )
    return Page(EVENTS, "All events", head + "".join(parts), tuple(headings), tuple(passages))


def _about(operations_: Mapping[str, Any], subject: str) -> tuple[str, list[str]]:
    """Who says what stands on a channel, and which durables hear it."""
    says, hears = "", []
    for name, one in operations_.items():
        who, _, about = name.partition(f" {'says' if one['action'] == 'send' else 'hears'} ")
        if about == subject and one["action"] == "send":
            says = who
        elif about == subject:
            hears.append(who)
    return says, hears
