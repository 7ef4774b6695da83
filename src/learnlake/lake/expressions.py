"""Expressions of conf: parsed and checked before any data is read.

Only deterministic scalar Spark SQL over known columns passes: a result must not depend on the clock, on chance or on other
rows, and one bad value must not fail a whole job, so casts of columns are ``try_cast``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from learnlake.errors import near_match
from learnlake.lake.functions import AGGREGATE, GENERATOR, UNSTEADY, WINDOW, refuse_unlisted
from learnlake.lake.spark_sql import DIALECT, SHAPES, calls, words_of

LITERALS = (TokenType.STRING, TokenType.NUMBER, TokenType.NULL)
CAST = "one bad value in a cast of a column would fail the whole job; write try_cast(... AS ...)"
FRAGILE = {
    "to_timestamp": "try_to_timestamp",
    "to_date": "try_to_date",
    "to_number": "try_to_number",
    "raise_error": "null",
    "assert_true": "null",
    "unix_timestamp": "unix_seconds(try_to_timestamp(...))",
    "to_unix_timestamp": "unix_seconds(try_to_timestamp(...))",
    "date": "try_to_date",
    "timestamp": "try_to_timestamp",
    "make_date": "try_to_date of a text",
    "make_timestamp": "try_make_timestamp",
    "parse_json": "try_parse_json",
    **{
        name: f"try_cast(... AS {name})"
        for name in ("int", "bigint", "double", "float", "boolean", "decimal", "smallint", "tinyint")
    },
}


def parsed(text: str, where: str) -> exp.Expr:
    """Parse one Spark SQL expression.

    Raises:
        ValueError: if it is not one.
    """
    try:
        tree = sqlglot.parse_one(text, dialect=DIALECT)
    except sqlglot.errors.SqlglotError:
        raise ValueError(f"{where}: `{text}` is not a Spark SQL expression") from None
    return tree


def names_in(text: str) -> set[str]:
    """Return the columns that an expression uses; a variable of a lambda is none within it."""
    used = [column.parts[0] for column in parsed(text, "expression").find_all(exp.Column)]
    return {part.name for part in used if part.name not in _bound(part)}


def _bound(node: exp.Expr) -> set[str]:
    around = node.find_ancestor(exp.Lambda)
    return {name.name for name in around.expressions} | _bound(around) if around else set()


def refuse_unfit(text: str, known: Iterable[str], where: str) -> None:
    """Refuse an expression that is no deterministic scalar over known columns.

    Raises:
        ValueError: a sentence that names the place, the offending part and what to write instead.
    """
    tree = parsed(text, where)
    _refuse_words(text, where)
    for node in tree.walk():
        _refuse_node(node, where)
    lowered = {name.lower() for name in known}
    for name in sorted(names_in(text)):
        if name.lower() not in lowered:
            raise ValueError(f"{where} uses the unknown column `{name}`; {near_match(name, known)}")


def _refuse_node(node: exp.Expr, where: str) -> None:
    said = node.sql(dialect=DIALECT)
    if not isinstance(node, SHAPES):
        raise ValueError(f"{where}: only an expression over the row's own columns is allowed, not `{said}`")
    if isinstance(node, exp.Div | exp.IntDiv | exp.Mod) and (
        not isinstance(node.expression, exp.Literal) or float(node.expression.name) == 0
    ):
        raise ValueError(f"{where}: a zero in `{said}` would fail the whole job; write try_divide or try_mod")
    if (
        isinstance(node, exp.Bracket)
        and not node.args.get("safe")
        and not all(isinstance(key, exp.Literal) and key.is_string for key in node.expressions)
    ):
        raise ValueError(
            f"{where}: a short array in `{said}` would fail the whole job; write get(array, n) or try_element_at(...)"
        )


def _refuse_words(text: str, where: str) -> None:
    """Look at the words as they are written, for a parser adds casts of its own."""
    tokens = words_of(text, where)
    for name, place in calls(tokens, where):
        refuse_unlisted(name, where)
        _refuse_kind(name, tokens, place, where)
    if any(token.token_type is TokenType.DCOLON for token in tokens):
        raise ValueError(f"{where}: {CAST}")


def _refuse_kind(name: str, tokens: Sequence[Token], place: int, where: str) -> None:
    """Refuse a known function that is no scalar, differs each time or fails on one bad value."""
    is_empty = [token.token_type for token in tokens[place + 1 : place + 3]] == [TokenType.L_PAREN, TokenType.R_PAREN]
    if name in UNSTEADY or (name == "unix_timestamp" and is_empty):
        raise ValueError(f"{where}: `{name}` gives another answer each time; take it from the row")
    if name in AGGREGATE | WINDOW:
        raise ValueError(f"{where}: `{name}` looks at other rows; only scalar functions are allowed")
    if name in GENERATOR:
        raise ValueError(f"{where}: `{name}` makes several rows of one; only scalar functions are allowed")
    if name == "cast" and tokens[place + 2].token_type not in LITERALS:
        raise ValueError(f"{where}: {CAST}")
    if name in FRAGILE and not _is_a_type(tokens, place):
        raise ValueError(f"{where}: one bad value in `{name}` would fail the whole job; write {FRAGILE[name]}")


def _is_a_type(tokens: Sequence[Token], place: int) -> bool:
    """Say whether a word such as DECIMAL, followed by its sizes, is the type of a cast rather than a function."""
    return place > 0 and tokens[place - 1].token_type is TokenType.ALIAS
