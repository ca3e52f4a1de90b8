"""YAML as people write it: read strictly, with the line of everything, and written plainly.

Words are what they look like (YAML 1.2): `no` and `10:00` are texts.  Anchors may be used, but
nothing grows out of hand by them, nothing contains itself, and no key stands there twice.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

LENGTH_MAX = 1_000_000  # characters; an account of two thousand things has fewer
NODES_MAX = 200_000  # with everything that aliases stand for
DEPTH_MAX = 40  # no configuration is half as deep
DIGITS_MAX = 30  # of a number
WIDTH = 100

_STR, _NULL, _BOOL, _INT, _FLOAT = (
    f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float")
)
_WORDS = (
    (_NULL, r"~|null|Null|NULL|", ("~", "n", "N", "")),
    (_BOOL, r"true|True|TRUE|false|False|FALSE", ("t", "T", "f", "F")),
    (_INT, r"[-+]?[0-9]+", tuple("-+0123456789")),
    (_FLOAT, r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", tuple("-+.0123456789")),
)


class BadText(Exception):
    """The text cannot be read; `path` and `line` say where."""

    def __init__(self, problem: str, line: int = 1, path: str = "") -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line
        self.path = path


class _Loader(yaml.CSafeLoader):
    yaml_implicit_resolvers: Any = {}  # noqa: RUF012 - as the library declares it


class _Dumper(yaml.CSafeDumper):
    """Quotes what either version of YAML would take for something else than a text."""

    yaml_implicit_resolvers: Any = {  # noqa: RUF012 - as the library declares it
        first: list(rules) for first, rules in yaml.CSafeDumper.yaml_implicit_resolvers.items()
    }

    def ignore_aliases(self, data: Any) -> bool:
        """Everything is written out."""
        return True


for _tag, _pattern, _first in _WORDS:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), list(_first))


def write(plain: Any) -> str:
    r"""Plain values as YAML, always the same for the same.

    >>> write({"name": "no", "at": "10:00", "of": [1, None]})
    "name: 'no'\nat: '10:00'\nof:\n- 1\n- null\n"
    """
    text: str = yaml.dump(
        plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH, encoding=None
    )
    return text


def read(text: str) -> tuple[Any, Mapping[str, int]]:
    r"""Plain values and the line of each path; raise BadText.

    >>> read("a:\n- b: no\n")
    ({'a': [{'b': 'no'}]}, {'': 1, 'a': 2, 'a.0': 2, 'a.0.b': 2})
    """
    if len(text) > LENGTH_MAX:
        raise BadText(f"{len(text):,} characters: at most {LENGTH_MAX:,} are read")
    try:
        _look_through(text)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise BadText(str(fault.problem), mark.line + 1 if mark else 1) from fault
    except yaml.YAMLError as fault:  # characters that no YAML has
        raise BadText(str(fault).splitlines()[0]) from fault
    if node is None:
        return None, {"": 1}
    _measure(node)
    lines: dict[str, int] = {}
    return _plain(node, "", lines), lines


def _look_through(text: str) -> None:
    """Raise BadText where it is too deep or too long to be built."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        line = _line_of(event)
        if depth > DEPTH_MAX:
            raise BadText(f"more than {DEPTH_MAX} levels deep", line)
        if count > 2 * NODES_MAX:
            raise BadText(f"more than {NODES_MAX:,} values", line)


def _measure(root: yaml.Node) -> None:
    """Raise BadText where aliases would make too much of it, or a circle."""
    sizes: dict[int, int | None] = {}

    def size(node: yaml.Node) -> int:
        known = sizes.get(id(node), 0)
        line = _line_of(node)
        if known is None:
            raise BadText("an anchor contains itself", line)
        if known:
            return known
        sizes[id(node)] = None
        total = 1 + sum(map(size, _children(node)))
        if total > NODES_MAX:
            raise BadText(f"its aliases stand for more than {NODES_MAX:,} values", line)
        sizes[id(node)] = total
        return total

    size(root)


def _line_of(part: yaml.Node | yaml.Event) -> int:
    return part.start_mark.line + 1 if part.start_mark else 1


def _children(node: yaml.Node) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key
            yield value
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _plain(node: yaml.Node, path: str, lines: dict[str, int]) -> Any:
    lines[path] = _line_of(node)
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, path)
    inside = f"{path}." if path else ""
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one, f"{inside}{at}", lines) for at, one in enumerate(node.value)]
    found: dict[str, Any] = {}
    for key, value in node.value:
        line = _line_of(key)
        if not isinstance(key, yaml.ScalarNode) or key.tag != _STR:
            raise BadText("a key is a text", line, path)
        if key.value == "<<":
            raise BadText("values are not merged: write an alias for the whole", line, path)
        if key.value in found:
            raise BadText("stands there twice", line, f"{inside}{key.value}")
        found[key.value] = _plain(value, f"{inside}{key.value}", lines)
    return found


def _scalar(node: yaml.ScalarNode, path: str) -> Any:
    text: str = node.value
    if node.tag == _STR:
        return text
    if node.tag == _NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() == "true"
    if node.tag in (_INT, _FLOAT) and len(text) <= DIGITS_MAX:
        return int(text) if node.tag == _INT else float(text)
    problem = "is no text, number, true, false or null"
    raise BadText(problem, _line_of(node), path)
