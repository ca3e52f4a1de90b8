"""How deep the loops of a CEL expression are nested: each level takes a hundred times as long."""

import re

_QUOTED = re.compile(
    r"""[bB]?[rR][bB]?(?:'[^'\n]*'|"[^"\n]*")"""
    r"""|'''(?:[^'\\]|\\.|'(?!''))*'''|\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\""""
    r"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|//[^\n]*""",
    re.DOTALL,
)
_PARTS = re.compile(r"\.\s*(?:all|exists|exists_one|existsOne|map|filter)\s*\(|[()]")


def nested_loops(expression: str) -> int:
    """How many loops are inside another loop, at the deepest place.

    >>> nested_loops("a.all(x, x > 1) && b.map(y, y).size() > 2")
    0
    >>> nested_loops("a.map(x, b.filter(y, c.exists(z, z == x + y)))")
    2
    >>> nested_loops("'.map( .map( .map(' == a")
    0
    """
    loops = deepest = 0
    open_parts: list[bool] = []
    for part in _PARTS.finditer(_QUOTED.sub("''", expression)):
        if part[0] == ")":
            loops -= open_parts.pop() if open_parts else 0
            continue
        open_parts.append(part[0] != "(")
        loops += open_parts[-1]
        deepest = max(deepest, loops)
    return max(deepest - 1, 0)
