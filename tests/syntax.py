"""The code as syntax trees, for tests of what it may not do and how large it may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.conftest import ROOT

SRC = ROOT / "src" / "learnlake"
PYTHON = sorted(path for folder in ("src", "jobs", "tests", "bench", "docs") for path in (ROOT / folder).rglob("*.py"))
TREES = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in PYTHON}
OURS = {name.removeprefix("src/learnlake/"): tree for name, tree in TREES.items() if name.startswith("src/learnlake/")}


def word(node: ast.AST) -> str:
    """Return the last word of a name: ``spark`` of ``self.store.spark``."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def attributes(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Return every ``owner.name``: the last word of the owner, the name, the line."""
    return ((word(node.value), node.attr, node.lineno) for node in ast.walk(tree) if isinstance(node, ast.Attribute))


def calls(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """Return every call: the last word of its owner (empty without one), its own word, its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            owner = word(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            yield owner, word(node.func), node.lineno


def called(words: frozenset[str]) -> set[str]:
    """Return the modules of learnlake that call one of these words."""
    return {name for name, tree in OURS.items() if any(said in words for _, said, _ in calls(tree))}


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Return every function and method, inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
