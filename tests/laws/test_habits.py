"""What nobody may do: swallow any fault, patch modules, leave notes, print from a library."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = [path for name in ("libs", "services", "deploy") for path in (ROOT / name).rglob("*.py")]
TESTS = list((ROOT / "tests").rglob("*.py"))
BROAD = {"Exception", "BaseException"}
GUARDS = ("libs/runtime/", "tests/laws/")  # where a fault may be turned into something else
NOTES = ("TODO", "FIXME", "XXX")


def broad_handlers(tree: ast.AST) -> Iterator[int]:
    """Lines on which any fault at all is caught."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            names = {name.id for name in ast.walk(node.type or node) if isinstance(name, ast.Name)}
            if node.type is None or names & BROAD:
                yield node.lineno


def patches(tree: ast.AST) -> Iterator[int]:
    """Lines on which something of somebody else's is replaced by a mock."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            modules = [alias.name for alias in node.names] + [getattr(node, "module", "") or ""]
            if any(module.startswith("unittest") for module in modules):
                yield node.lineno


@pytest.mark.parametrize("path", CODE + TESTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_has_bad_habits(path: Path) -> None:
    place, text = path.relative_to(ROOT).as_posix(), path.read_text()
    tree = ast.parse(text)
    if not place.startswith(GUARDS):
        assert list(broad_handlers(tree)) == []
    assert list(patches(tree)) == []
    if path.name != Path(__file__).name:
        assert [note for note in NOTES if f"# {note}" in text] == []


def test_a_bad_habit_is_seen() -> None:
    assert list(broad_handlers(ast.parse("try:\n pass\nexcept Exception:\n pass"))) == [3]
    assert list(broad_handlers(ast.parse("try:\n pass\nexcept (KeyError, OSError):\n pass"))) == []
    assert list(patches(ast.parse("from unittest import mock"))) == [1]
