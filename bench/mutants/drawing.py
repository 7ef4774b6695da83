"""Forty mutants of stages, rules, models and the runner, the same forty for the same seed and the same code.

Chance is a hash of what a mutant is, so an edit elsewhere leaves most of the draw as it was. What cannot change what the code
does is not drawn: annotations, docstrings, what is raised, logged or shown, descriptions of settings, seeds.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.mutants.edits import Edit, Source, edits

SRC = "src/learnlake"
GROUPS = {"stages": "stages", "rules": "rules", "models": "models", "modelling": "models", "runner": "runner"}
LEFT_OUT = frozenset(["__init__.py", "pictures.py"])  # data and exports; what only a person's eye judges
SILENT_FIELDS = frozenset(["annotation", "returns", "decorator_list"])
SILENT_CALLS = frozenset(["debug", "info", "warning", "error", "exception", "log", "print", "warn", "isinstance"])
SILENT_WORDS = frozenset(["description", "title", "examples", "seed", "random_state", "strict"])
SILENT_FUNCTIONS = frozenset(["__repr__", "__str__"])
LOGGERS = frozenset(["log", "logger", "logging", "warnings"])

Lines = tuple[int, int]


@dataclass(frozen=True)
class Mutant:
    """One edit of one module.

    ``lines`` are the first and the last line of the statement it stands in; ``was`` and ``now`` say the change in one line.
    """

    path: str
    lines: Lines
    line: int
    edit: Edit
    was: str
    now: str
    nth: int

    @property
    def group(self) -> str:
        """Return the part of the code it belongs to."""
        return GROUPS[Path(self.path).parent.name]

    @property
    def key(self) -> str:
        """Return a short name that stays when lines above it are added."""
        return self.place_in("key")[:10]

    def place_in(self, draw: str) -> str:
        """Return its place in a draw, a hash of what it is."""
        said = "\n".join([draw, self.path, self.edit.kind, self.was, self.now, str(self.nth)])
        return hashlib.sha256(said.encode()).hexdigest()


def modules(root: Path) -> Iterator[str]:
    """Yield the modules of which mutants are made."""
    for path in sorted((root / SRC).rglob("*.py")):
        if path.parent.name in GROUPS and path.name not in LEFT_OUT:
            yield path.relative_to(root).as_posix()


def digest(texts: Mapping[str, str]) -> str:
    """Return a hash of the modules, by which a record knows whether it is of this code."""
    said = "\0".join(part for path in sorted(texts) for part in (path, texts[path]))
    return hashlib.sha256(said.encode()).hexdigest()


def mutants(path: str, text: str) -> list[Mutant]:
    """Return every mutant of a module, in the order of its text; of a few the text cannot be read, ``is_another`` tells."""
    source, tree = Source.of(text), ast.parse(text)
    found: list[Mutant] = []
    seen = Counter[tuple[str, str, str]]()
    for node, lines in _walked(tree, (0, 0)):
        for edit in edits(node, source):
            was, now, line = _told(source, edit)
            seen[edit.kind, was, now] += 1
            found.append(Mutant(path, lines, line, edit, was, now, seen[edit.kind, was, now]))
    return sorted(found, key=lambda mutant: (mutant.edit.start, mutant.edit.put))


def is_another(text: str, edit: Edit) -> bool:
    """Say whether the edited text can be read, and as something else."""
    try:
        made = ast.parse(Source.of(text).edited(edit))
    except SyntaxError:
        return False
    return ast.dump(made) != ast.dump(ast.parse(text))


def _told(source: Source, edit: Edit) -> tuple[str, str, int]:
    """Return the line before and after, and its number; of an edit over several lines its beginning and its end."""
    line = sum(start <= edit.start for start in source.starts)
    head = source.starts[line - 1]
    tail = next(start for start in source.starts if start >= max(edit.end, edit.start + 1))
    was = source.said(head, tail)
    now = source.said(head, edit.start) + edit.put + source.said(edit.end, tail)
    return " ".join(was.split()), " ".join(now.split()), line


def _walked(node: ast.AST, lines: Lines) -> Iterator[tuple[ast.AST, Lines]]:
    """Yield every node that may be changed, with the lines of its statement."""
    for name, held in ast.iter_fields(node):
        for child in held if isinstance(held, list) else [held]:
            if not isinstance(child, ast.AST) or name in SILENT_FIELDS or _is_silent(name, child):
                continue
            own = _lines(child) if isinstance(child, ast.stmt) else lines
            yield child, own
            yield from _walked(child, own)


def _lines(statement: ast.stmt) -> Lines:
    """Return the lines of a statement; of one that holds others, those of its head."""
    inner: list[ast.stmt] = getattr(statement, "body", [])
    last = inner[0].lineno - 1 if inner else statement.end_lineno
    return statement.lineno, max(statement.lineno, last or 0)


def _is_silent(field: str, node: ast.AST) -> bool:
    """Say whether nothing that a node says can change what the code does, or not in a way worth a test."""
    match node:
        case ast.Raise() | ast.Assert() | ast.JoinedStr() | ast.Import() | ast.ImportFrom() | ast.While():
            return True
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
        case ast.FunctionDef(name=name):
            return name in SILENT_FUNCTIONS
        case ast.keyword(arg=name):
            return name in SILENT_WORDS
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return "seed" in name.lower()
        case ast.Call(func=ast.Name(id=name)):
            return name in SILENT_CALLS
        case ast.Call(func=ast.Attribute(value=ast.Name(id="F"), attr="count"), args=[ast.Call()]):
            return True  # rows are counted by any literal
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner))):
            return owner in LOGGERS
        case ast.Constant(value=int()) | ast.UnaryOp(op=ast.USub(), operand=ast.Constant()):
            return field == "slice"
    return False


def drawn(texts: Mapping[str, str], count: int, seed: int) -> list[Mutant]:
    """Draw from modules by their paths: evenly over the groups, within one over modules first and over kinds of change next."""
    held: dict[str, list[Mutant]] = {group: [] for group in sorted(set(GROUPS.values()))}
    for path, text in texts.items():
        for mutant in mutants(path, text):
            held[mutant.group].append(mutant)
    out: list[Mutant] = []
    for at, found in enumerate(held.values()):
        out += _spread(found, texts, count // len(held) + (at < count % len(held)), seed)
    return out


def _spread(found: list[Mutant], texts: Mapping[str, str], count: int, seed: int) -> list[Mutant]:
    left = sorted(found, key=lambda mutant: mutant.place_in(f"draw {seed}"))
    out: list[Mutant] = []
    modules_, kinds = Counter[str](), Counter[str]()
    while left and len(out) < count:
        chosen = min(left, key=lambda mutant: (modules_[mutant.path], kinds[mutant.edit.kind]))
        left.remove(chosen)
        if is_another(texts[chosen.path], chosen.edit):
            modules_[chosen.path] += 1
            kinds[chosen.edit.kind] += 1
            out.append(chosen)
            left = [mutant for mutant in left if (mutant.path, mutant.lines) != (chosen.path, chosen.lines)]
    return out
