"""Which small changes a piece of syntax allows: each is a span of bytes, what to put there, and of which kind it is."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

COMPARED: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
}
COMPUTED: dict[type[ast.operator], tuple[str, str, str]] = {
    ast.BitAnd: ("&", "|", "column"),
    ast.BitOr: ("|", "&", "column"),
    ast.Add: ("+", "-", "arithmetic"),
    ast.Sub: ("-", "+", "arithmetic"),
    ast.Mult: ("*", "/", "arithmetic"),
    ast.Div: ("/", "*", "arithmetic"),
    ast.FloorDiv: ("//", "*", "arithmetic"),
}
TWO_WAYS = (
    *(("min", "max"), ("min_by", "max_by"), ("array_min", "array_max"), ("minimum", "maximum"), ("argmin", "argmax")),
    *(
        ("least", "greatest"),
        ("asc", "desc"),
        ("asc_nulls_last", "desc_nulls_last"),
        ("any", "all"),
        ("exists", "forall"),
    ),
    *(("asc_nulls_first", "desc_nulls_first"), ("lag", "lead"), ("floor", "ceil"), ("head", "tail")),
    *(("isNull", "isNotNull"), ("isna", "notna"), ("date_add", "date_sub"), ("rank", "dense_rank")),
    *(("collect_set", "collect_list"), ("startswith", "endswith")),
)
SWAPPED = {
    **dict(TWO_WAYS),
    **{new: old for old, new in TWO_WAYS},
    "avg": "max",
    "mean": "max",
    "count_distinct": "count",
}
SWAPPED_OF_F = {**SWAPPED, "sum": "count", "count": "sum", "first": "last", "last": "first"}
BUILT_IN = frozenset({"min", "max", "any", "all"})
JOINS = {
    "left": "inner",
    "inner": "left",
    "right": "inner",
    "full": "left",
    "outer": "left",
    "left_anti": "left_semi",
    "left_semi": "left_anti",
}
DROPPED = frozenset(
    ["where", "filter", "dropDuplicates", "drop_duplicates", "distinct", "limit", "otherwise", "fillna", "dropna"]
)
ORDERED = frozenset(["orderBy", "sort", "sortWithinPartitions"])
MODULES = frozenset(["F", "np", "pd", "Window"])
PLAIN_TYPES = frozenset(["int", "str", "float", "bool", "date", "datetime"])
LISTED = (ast.List, ast.Tuple, ast.JoinedStr, ast.ListComp)


@dataclass(frozen=True)
class Edit:
    """Put ``put`` in place of the bytes from ``start`` to ``end``."""

    kind: str
    start: int
    end: int
    put: str


@dataclass(frozen=True)
class Source:
    """The bytes of a module, and where each of its lines starts; syntax trees count bytes within a line."""

    text: bytes
    starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> Source:
        """Count the lines of a module."""
        lines = text.encode().splitlines(keepends=True)
        starts = [0]
        for line in lines:
            starts.append(starts[-1] + len(line))
        return cls(text.encode(), tuple(starts))

    def begin(self, node: ast.AST) -> int:
        """Return where a node starts."""
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        """Return where a node ends."""
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def said(self, start: int, end: int) -> str:
        """Return the text of a span."""
        return self.text[start:end].decode()

    def edited(self, edit: Edit) -> str:
        """Return the module with one edit made."""
        return (self.text[: edit.start] + edit.put.encode() + self.text[edit.end :]).decode()


Edits = Iterator[Edit]


def edits(node: ast.AST, source: Source) -> Edits:
    """Yield every change that the kind of a node allows."""
    for kind, maker in MAKERS.items():
        if isinstance(node, kind):
            yield from maker(node, source)


def _between(kind: str, nodes: tuple[ast.AST, ast.AST], words: tuple[str, str], source: Source) -> Edits:
    """Replace an operator between two nodes; brackets may stand there too, and where a comment does, nothing is done."""
    start, end = source.end(nodes[0]), source.begin(nodes[1])
    gap, (old, new) = source.said(start, end), words
    found = re.search(re.escape(old).replace("\\ ", r"\s+"), gap)
    if found and "#" not in gap:
        at = start + len(gap[: found.start()].encode())
        yield Edit(kind, at, at + len(found[0].encode()), new)


def _compare(node: ast.Compare, source: Source) -> Edits:
    for operator, pair in zip(node.ops, pairwise([node.left, *node.comparators]), strict=True):
        yield from _between("comparison", pair, COMPARED[type(operator)], source)


def _binary(node: ast.BinOp, source: Source) -> Edits:
    sides = (node.left, node.right)
    is_text = any(isinstance(side, LISTED) or _is_word(side) for side in sides)
    if type(node.op) in COMPUTED and not is_text and not any(_is_type(side) for side in sides):
        old, new, kind = COMPUTED[type(node.op)]
        yield from _between(kind, sides, (old, new), source)


def _is_word(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str | bytes)


def _is_type(node: ast.AST) -> bool:
    """Say whether a side of ``|`` names a type, by the way names are written here."""
    name = node.id if isinstance(node, ast.Name) else ""
    is_class = name[:1].isupper() and not name.isupper()
    return is_class or name in PLAIN_TYPES or (isinstance(node, ast.Constant) and node.value is None)


def _grow(node: ast.AugAssign, source: Source) -> Edits:
    if isinstance(node.op, ast.Add | ast.Sub) and not isinstance(node.value, LISTED) and not _is_word(node.value):
        old, new, kind = COMPUTED[type(node.op)]
        yield from _between(kind, (node.target, node.value), (old, new), source)


def _boolean(node: ast.BoolOp, source: Source) -> Edits:
    words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
    for pair in pairwise(node.values):
        yield from _between("and or", pair, words, source)


def _unary(node: ast.UnaryOp, source: Source) -> Edits:
    start = source.begin(node)
    sign = re.match(r"not\s+|~|-", source.said(start, source.end(node)))
    if sign and not (isinstance(node.op, ast.USub) and _is_small(node.operand)):
        yield Edit("negation", start, start + len(sign[0]), "")


def _is_small(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value in (0, 1)


def _constant(node: ast.Constant, source: Source) -> Edits:
    if isinstance(node.value, int | float) and not isinstance(node.value, bool):
        yield Edit("constant", source.begin(node), source.end(node), repr(node.value + 1))


def _if(node: ast.If, source: Source) -> Edits:
    yield from _condition(node, source)
    yield Edit("body", source.begin(node.body[0]), source.end(node.body[-1]), "pass")


def _condition(node: ast.If | ast.IfExp, source: Source) -> Edits:
    yield from _negated(node.test, source)


def _filters(node: ast.comprehension, source: Source) -> Edits:
    for test in node.ifs:
        yield from _negated(test, source)


def _negated(test: ast.expr, source: Source) -> Edits:
    """Say the opposite; what starts with ``not`` is left to the kind that takes it away."""
    if not (isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)):
        start, end = source.begin(test), source.end(test)
        yield Edit("condition", start, end, f"not ({source.said(start, end)})")


def _call(node: ast.Call, source: Source) -> Edits:
    yield from _swapped(node, source)
    yield from _days(node, source)
    for keyword in node.keywords:
        if keyword.arg == "how" and isinstance(keyword.value, ast.Constant) and keyword.value.value in JOINS:
            value = keyword.value
            yield Edit("join", source.begin(value), source.end(value), f'"{JOINS[value.value]}"')
    is_lit = isinstance(node.func, ast.Attribute) and node.func.attr == "lit"
    if is_lit and isinstance(node.args[0], ast.Constant) and isinstance(node.args[0].value, bool):
        value = node.args[0]
        yield Edit("truth", source.begin(value), source.end(value), str(not value.value))


def _swapped(node: ast.Call, source: Source) -> Edits:
    """Call another function, leave a call of a chain out, or forget the last key of an order."""
    func, end = node.func, source.end(node.func)
    if isinstance(func, ast.Name) and func.id in BUILT_IN:
        yield Edit("function", source.begin(func), end, SWAPPED[func.id])
    if not isinstance(func, ast.Attribute):
        return
    start = end - len(func.attr)
    owner = func.value.id if isinstance(func.value, ast.Name) else ""
    words = SWAPPED_OF_F if owner == "F" else SWAPPED
    if func.attr in words:
        yield Edit("function", start, end, words[func.attr])
    if func.attr in DROPPED and owner not in MODULES:
        yield Edit("dropped call", source.text.rindex(b".", 0, start), source.end(node), "")
    if func.attr in ORDERED and len(node.args) > 1:
        yield Edit("dropped key", source.end(node.args[-2]), source.end(node.args[-1]), "")


def _days(node: ast.Call, source: Source) -> Edits:
    """Move a computed boundary of dates by one; a written number is a constant like others."""
    word = getattr(node.func, "attr", getattr(node.func, "id", ""))
    moved = [keyword.value for keyword in node.keywords if word == "timedelta" and keyword.arg in ("days", "weeks")]
    moved += node.args[1:2] if word in ("date_add", "date_sub", "add_months") else []
    for value in moved:
        if not isinstance(value, ast.Constant):
            start, end = source.begin(value), source.end(value)
            yield Edit("days", start, end, f"({source.said(start, end)}) + 1")


MAKERS: dict[type[ast.AST], Callable[[ast.AST, Source], Edits]] = {
    ast.Compare: _compare,
    ast.BinOp: _binary,
    ast.AugAssign: _grow,
    ast.BoolOp: _boolean,
    ast.UnaryOp: _unary,
    ast.Constant: _constant,
    ast.If: _if,
    ast.IfExp: _condition,
    ast.comprehension: _filters,
    ast.Call: _call,
}
