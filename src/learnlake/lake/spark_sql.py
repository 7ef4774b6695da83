"""Spark SQL that people write: the dialect, the words of a text, and the functions that it calls.

Functions are looked for among the words that Spark gets, for a parser knows some of them by other names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar

import sqlglot
from sqlglot import exp
from sqlglot.dialects.databricks import Databricks
from sqlglot.parsers.databricks import DatabricksParser
from sqlglot.tokenizer_core import Token, TokenType

from learnlake.lake.functions import BEFORE_PARENTHESES, CALLED_BARE

ALTERED = frozenset(
    [
        "ARRAY_AGG",
        "COLLECT_LIST",
        "LISTAGG",
        "LOCALTIMESTAMP",
        "MAX_BY",
        "MIN_BY",
        "PERCENTILE_CONT",
        "PERCENTILE_DISC",
        "STRING_AGG",
    ]
)
"""Functions that sqlglot would send as others, or without a part of them: percentile_cont as percentile_approx."""
QUOTED = (TokenType.STRING, TokenType.RAW_STRING, TokenType.HEX_STRING, TokenType.NUMBER, TokenType.IDENTIFIER)
PLAIN = re.compile(r"\w+([ \t\r\n]+\w+)*|[!-/:-@\[-^{-~]+", re.ASCII)  # words, or signs
SHAPES = (
    exp.AtTimeZone,
    exp.Binary,
    exp.Boolean,
    exp.Bracket,
    exp.Column,
    exp.ColumnDef,
    exp.DataType,
    exp.DataTypeParam,
    exp.FromTimeZone,
    exp.Func,
    exp.HexString,
    exp.Identifier,
    exp.Interval,
    exp.IntervalSpan,
    exp.Lambda,
    exp.Literal,
    exp.Null,
    exp.Predicate,
    exp.RawString,
    exp.Tuple,
    exp.Unary,
    exp.Var,
)
"""What an expression is made of."""


class SparkSql(Databricks):
    """Spark's SQL, with `cast` and `try_cast` kept apart."""

    class Parser(DatabricksParser):
        """Leaves the ALTERED functions as they are written."""

        FUNCTIONS: ClassVar[dict[str, Callable[..., Any]]] = {
            name: made for name, made in DatabricksParser.FUNCTIONS.items() if name not in ALTERED
        }
        FUNCTION_PARSERS: ClassVar[dict[str, Callable[..., Any]]] = {
            name: made for name, made in DatabricksParser.FUNCTION_PARSERS.items() if name not in ALTERED
        }


DIALECT = SparkSql


def words_of(text: str, where: str) -> Sequence[Token]:
    """Split a text into words, provided that Spark would split it alike.

    Raises:
        ValueError: if something in it may hide from us what Spark sees, such as a comment or a variable.
    """
    if "${" in text:
        raise ValueError(f"{where}: `${{` is not allowed; Spark would put a setting of the machine in its place")
    tokens = sqlglot.tokenize(text, dialect=DIALECT)
    for token in tokens:
        if token.comments:
            raise ValueError(f"{where}: comments are not allowed in SQL here")
        if token.token_type not in QUOTED and not PLAIN.fullmatch(token.text):
            raise ValueError(f"{where}: `{token.text}` must be written in backticks")
    return tokens


def calls(tokens: Sequence[Token], where: str) -> Iterator[tuple[str, int]]:
    """Find each function that is called, in lower case, and its place among the words.

    Raises:
        ValueError: if one is called by a name of several parts.
    """
    for place, token in enumerate(tokens):
        is_quoted = token.token_type is TokenType.IDENTIFIER
        if token.token_type in QUOTED and not is_quoted:
            continue
        name = (token.text if is_quoted else token.text.split()[-1]).lower()
        is_before = place + 1 < len(tokens) and tokens[place + 1].token_type is TokenType.L_PAREN
        is_part = place > 0 and tokens[place - 1].token_type is TokenType.DOT
        if is_before and is_part:
            raise ValueError(f"{where}: `{name}` must be written without a schema, as each function")
        if is_quoted:
            is_called = is_before
        elif is_before:
            is_called = re.fullmatch(r"\w+", name) is not None and name not in BEFORE_PARENTHESES
        else:
            is_called = name in CALLED_BARE and not is_part
        if is_called:
            yield name, place
