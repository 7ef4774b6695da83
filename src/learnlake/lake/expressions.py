"""Expressions of conf: parsed and checked before any data is read.

Only deterministic scalar Spark SQL over known columns passes: a result must not depend on the clock, on chance or on other
rows, and one bad value must not fail a whole job, so casts of columns are ``try_cast``.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlglot
from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from learnlake.errors import near_match

DIALECT = "databricks"  # Spark's SQL, with `cast` and `try_cast` kept apart
UNSTEADY = frozenset(
    [
        "rand",
        "randn",
        "random",
        "uuid",
        "now",
        "curdate",
        "current_date",
        "current_timestamp",
        "current_time",
        "current_timezone",
        "localtimestamp",
        "shuffle",
        "monotonically_increasing_id",
        "spark_partition_id",
        "input_file_name",
        "input_file_block_start",
        "input_file_block_length",
        "user",
        "current_user",
        "session_user",
        "current_catalog",
        "current_database",
        "current_schema",
        "version",
        "java_method",
        "reflect",
        "try_reflect",
        "randstr",
        "uniform",
        "getdate",
        "sysdate",
    ]
)
LITERALS = (TokenType.STRING, TokenType.NUMBER, TokenType.NULL)
OVER_ROWS = frozenset(
    [
        "try_sum",
        "try_avg",
        "every",
        "some",
        "any",
        "bool_and",
        "bool_or",
        "count_if",
        "any_value",
        "grouping",
        "grouping_id",
    ]
)
ROW_MAKERS = frozenset(
    [
        "explode",
        "explode_outer",
        "posexplode",
        "posexplode_outer",
        "inline",
        "inline_outer",
        "stack",
        "json_tuple",
        "unnest",
    ]
)
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
    """Return the columns that an expression uses; variables of lambdas are none."""
    tree = parsed(text, "expression")
    bound = {name.name for made in tree.find_all(exp.Lambda) for name in made.expressions}
    found = set()
    for column in tree.find_all(exp.Column):
        parts = [part.name for part in column.parts]
        if parts[0] not in bound:
            found.add(parts[0])
    return found


def refuse_unfit(text: str, known: Iterable[str], where: str) -> None:
    """Refuse an expression that is no deterministic scalar over known columns.

    Raises:
        ValueError: a sentence that names the place, the offending part and what to write instead.
    """
    for node in parsed(text, where).walk():
        _refuse_node(node, where)
    _refuse_words(text, where)
    lowered = {name.lower() for name in known}
    for name in sorted(names_in(text)):
        if name.lower() not in lowered:
            raise ValueError(f"{where} uses the unknown column `{name}`; {near_match(name, known)}")


def _refuse_node(node: exp.Expr, where: str) -> None:
    said = node.sql(dialect=DIALECT)
    if isinstance(node, exp.Select | exp.Subquery | exp.Table | exp.Union | exp.Command | exp.Alias | exp.Star):
        raise ValueError(f"{where}: only an expression over the row's own columns is allowed, not `{said}`")
    if isinstance(node, exp.AggFunc | exp.Window):
        raise ValueError(f"{where}: `{said}` looks at other rows; only scalar functions are allowed")
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
    tokens = sqlglot.tokenize(text, dialect=DIALECT)
    for place, token in enumerate(tokens):
        word = token.text.lower()
        is_called = place + 1 < len(tokens) and tokens[place + 1].token_type is TokenType.L_PAREN
        if token.token_type in (TokenType.STRING, TokenType.IDENTIFIER):
            continue
        is_bare = is_called and tokens[place + 2].token_type is TokenType.R_PAREN
        if (word in UNSTEADY and (is_called or word.startswith(("current_", "local")))) or (
            word == "unix_timestamp" and is_bare
        ):
            raise ValueError(f"{where}: `{word}` gives another answer each time; take it from the row")
        if word in OVER_ROWS and is_called:
            raise ValueError(f"{where}: `{word}` looks at other rows; only scalar functions are allowed")
        if word in ROW_MAKERS and is_called:
            raise ValueError(f"{where}: `{word}` makes several rows of one; only scalar functions are allowed")
        if word in FRAGILE and is_called and not _is_a_type(tokens, place):
            raise ValueError(f"{where}: one bad value in `{word}` would fail the whole job; write {FRAGILE[word]}")
        if token.token_type is TokenType.DCOLON or (
            word == "cast" and is_called and tokens[place + 2].token_type not in LITERALS
        ):
            raise ValueError(
                f"{where}: one bad value in a cast of a column would fail the whole job; write try_cast(... AS ...)"
            )


def _is_a_type(tokens: list[Token], place: int) -> bool:
    """Say whether a word such as DECIMAL, followed by its sizes, is the type of a cast rather than a function."""
    return place > 0 and tokens[place - 1].token_type is TokenType.ALIAS
