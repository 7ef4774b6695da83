"""The code of a step, as a hash: of the functions, classes and constants that it reaches, and of nothing else.

A mend in a module makes stale what uses the mended function; a new word in the vocabulary makes nothing stale. What is reached is
read off the syntax trees, without docstrings: names that are used, followed through imports to where they are defined. What a
step reads and writes is left to the digests of the data, and how it is run and stored, to the runner and the store, is no part of it.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from importlib.abc import InspectLoader
from importlib.metadata import version
from types import ModuleType
from typing import Any
from zipimport import zipimporter

PACKAGE = "learnlake"
APART = (f"{PACKAGE}.runner", f"{PACKAGE}.lake.store")
DECLARED = ("reads", "writes")
LIBRARIES = ("pyspark", "scikit-learn", "xgboost-cpu", "statsforecast", "implicit", "numpy", "scipy")
Place = tuple[str, str]


@cache
def code_hash(function: Callable[..., Any]) -> str:
    """Hash the code that a step reaches: its own, and what of the package it uses, however far away."""
    found = sorted(_reached((function.__module__, function.__name__)))
    told = "\n".join(f"{module}:{name}:{_text((module, name))}" for module, name in found)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def reached(function: Callable[..., Any]) -> set[str]:
    """Return the full names of what a step reaches."""
    return {f"{module}.{name}" for module, name in _reached((function.__module__, function.__name__))}


@cache
def libraries_hash() -> str:
    """Hash the versions of the libraries that fit models."""
    return hashlib.sha256(repr([(name, version(name)) for name in LIBRARIES]).encode()).hexdigest()[:16]


def _reached(start: Place) -> set[Place]:
    seen, waiting = {start}, [start]
    while waiting:
        module, name = waiting.pop()
        for place in _used_by((module, name)) - seen:
            seen.add(place)
            waiting.append(place)
    return seen


@cache
def _used_by(place: Place) -> frozenset[Place]:
    """Return where the names are defined that a definition uses."""
    return frozenset(_Module.of(place[0]).used_by(place[1]))


@cache
def _text(place: Place) -> str:
    """Write a definition down without docstrings and comments."""
    return "\n".join(ast.unparse(_bare(node)) for node in _Module.of(place[0]).nodes.get(place[1], ()))


def _source(module: ModuleType) -> str:
    """Return the source of a module, from a wheel too; asked of its loader, for ``inspect`` goes through a cache that threads spoil."""
    loader = module.__spec__.loader if module.__spec__ else None
    told = loader.get_source(module.__name__) if isinstance(loader, InspectLoader | zipimporter) else None
    return told if told is not None else inspect.getsource(module)


class _Module:
    """What a module of the package defines and imports."""

    def __init__(self, module: ModuleType) -> None:
        self.name = module.__name__
        self.nodes: dict[str, list[ast.stmt]] = {}
        self.imported: dict[str, Place] = {}
        self.starred: list[str] = []
        for node in ast.parse(_source(module)).body:
            self._note(node)

    @staticmethod
    @cache
    def of(name: str) -> _Module:
        """Return a module by its full name; each is read once."""
        return _Module(sys.modules.get(name) or importlib.import_module(name))

    def _note(self, node: ast.stmt) -> None:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(PACKAGE):
            for alias in node.names:
                if alias.name == "*":
                    self.starred.append(str(node.module))
                else:
                    self.imported[alias.asname or alias.name] = (str(node.module), alias.name)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            for name in (node.name, *filter(self.nodes.__contains__, _bases(node.decorator_list))):
                self.nodes.setdefault(name, []).append(node)
        else:
            for name in _assigned(node):
                self.nodes.setdefault(name, []).append(node)

    def place(self, name: str) -> Place | None:
        """Say where a name that is used here is defined, None where it is not of the package."""
        if name in self.nodes:
            return (self.name, name)
        if name in self.imported:
            module, own = self.imported[name]
            whole = f"{module}.{own}"
            return (whole, "") if whole in sys.modules else _Module.of(module).place(own)
        for module in self.starred:
            found = _Module.of(module).place(name)
            if found:
                return found
        return None

    def used_by(self, name: str) -> set[Place]:
        """Return where the names are defined that a definition uses; a module is no use of anything until a name of it is."""
        out: set[Place] = set()
        for node in self.nodes.get(name, ()):
            for used, attribute in _names(node):
                found = self.place(used)
                if found and not found[1]:
                    found = _Module.of(found[0]).place(attribute) if attribute else None
                if found and not found[0].startswith(APART):
                    out.add(found)
        return out


def _bases(nodes: list[ast.expr]) -> Iterator[str]:
    """Return the names of which something is asked, as of RULES in ``@RULES.rule``: what is decorated so becomes a part of it."""
    for node in nodes:
        held = node.func if isinstance(node, ast.Call) else node
        if isinstance(held, ast.Attribute) and isinstance(held.value, ast.Name):
            yield held.value.id


def _assigned(node: ast.stmt) -> Iterator[str]:
    """Return the names that a statement at the top of a module gives a value to, or changes, by a call such as ``RULES.update()`` too."""
    if isinstance(node, ast.Expr):
        yield from _bases([node.value])
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            yield inner.id
        elif isinstance(inner, ast.Subscript | ast.Attribute) and isinstance(inner.ctx, ast.Store):
            base = inner.value
            if isinstance(base, ast.Name):
                yield base.id


def _names(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Return the names that a definition uses, each with the attribute that is asked of it, if one is; what it reads and writes is left out."""
    waiting: list[ast.AST] = [node]
    while waiting:
        held = waiting.pop()
        if isinstance(held, ast.keyword) and held.arg in DECLARED:
            continue
        if isinstance(held, ast.Attribute) and isinstance(held.value, ast.Name):
            yield held.value.id, held.attr
            continue
        if isinstance(held, ast.Name):
            yield held.id, ""
        waiting.extend(ast.iter_child_nodes(held))


def _bare(node: ast.stmt) -> ast.stmt:
    """Take the docstrings, and what a step reads and writes, out of a definition."""
    bare = deepcopy(node)
    for held in ast.walk(bare):
        if (
            isinstance(held, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef)
            and ast.get_docstring(held) is not None
        ):
            held.body = held.body[1:] or [ast.Pass()]
        if isinstance(held, ast.Call):
            held.keywords = [one for one in held.keywords if one.arg not in DECLARED]
    return bare
