"""Queries by people: one SELECT, its tables found through the catalogue, its functions through their list."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import sqlglot
from sqlglot import exp

from learnlake.errors import ConfError
from learnlake.lake.catalogue import Catalogue, table_named
from learnlake.lake.functions import refuse_unlisted
from learnlake.lake.spark_sql import DIALECT, SHAPES, calls, words_of
from learnlake.lake.table import Table

WHERE = "the query"
QUERY_SHAPES = (
    *SHAPES,
    exp.Alias,
    exp.Aliases,
    exp.CTE,
    exp.Cube,
    exp.Distinct,
    exp.Distribute,
    exp.Filter,
    exp.From,
    exp.Group,
    exp.GroupingSets,
    exp.Having,
    exp.IgnoreNulls,
    exp.Join,
    exp.Lateral,
    exp.Limit,
    exp.Offset,
    exp.Order,
    exp.Ordered,
    exp.Pivot,
    exp.PivotAlias,
    exp.Qualify,
    exp.RespectNulls,
    exp.Rollup,
    exp.Select,
    exp.SetOperation,
    exp.Sort,
    exp.Star,
    exp.Subquery,
    exp.Table,
    exp.TableAlias,
    exp.TableSample,
    exp.Values,
    exp.Version,
    exp.Where,
    exp.Window,
    exp.WindowSpec,
    exp.With,
    exp.WithinGroup,
)
"""What a query over the lake is made of; a hint, a script, a parameter and whatever writes are not among it."""
HIDDEN = {
    "_metadata": "it tells where files lie",
    "user": "it tells who runs Spark",
    "current_user": "it tells who runs Spark",
    "session_user": "it tells who runs Spark",
}
"""Names that Spark answers without a table that has such a column."""


def addressed(query: str, tables: Catalogue, address: Callable[[Table], str]) -> str:
    """Put addresses in place of the table names of a query.

    What is sent is written anew from what was checked: nothing outside the tables of the lake can be read by it.

    Args:
        query: one SELECT over tables named ``layer.table``, or by their bare name where that is enough.
        tables: the catalogue.
        address: where a table is, in SQL.

    Raises:
        ConfError: if it is no single SELECT, or names an unknown table or a function that is in no list.
    """
    try:
        tree = sqlglot.parse_one(query, dialect=DIALECT)
    except sqlglot.errors.SqlglotError as error:
        raise ConfError(f"{WHERE} cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(tree, exp.Query) or tree.find(exp.Into):
        raise ConfError("only one SELECT is allowed; the lake is written by `learnlake run` alone.")
    found = [(node, table_named(".".join(part.name for part in node.parts), tables)) for node in _outer(tree)]
    try:
        _refuse_unfit(tree, {column.name.lower() for _, table in found for column in table.columns})
        for node, table in found:
            _place(node, table, address(table))
        sent = tree.sql(dialect=DIALECT, comments=False)
        words_of(sent, WHERE)
    except ValueError as error:
        raise ConfError(f"{error}.") from None
    return sent


def _place(node: exp.Table, table: Table, address: str) -> None:
    """Put an address in place of a name; what else stands with it, such as its version or a pivot, is kept."""
    place = exp.to_table(address, dialect=DIALECT)
    for part in ("this", "db", "catalog"):
        node.set(part, place.args.get(part))
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(table.name)))


def _outer(tree: exp.Query) -> Iterator[exp.Table]:
    """Find the tables that no part of the query defines: neither a name of its WITH nor the rows of a function."""
    for node in tree.find_all(exp.Table):
        is_function = isinstance(node.this, exp.Func)
        if not is_function and (node.db or node.name.lower() not in _defined(node)):
            yield node


def _defined(node: exp.Expr) -> Iterator[str]:
    """Name what the WITH clauses around a node define for it; a part of one sees only the parts before it, and itself if recursive."""
    inner, outer = node, node.parent
    while outer is not None:
        if isinstance(outer, exp.With):
            place = next(n for n, part in enumerate(outer.expressions) if part is inner)
            yield from (part.alias.lower() for part in outer.expressions[: place + bool(outer.recursive)])
            inner, outer = outer, outer.parent  # the query of this WITH sees all of it, its parts do not
        elif (held := outer.args.get("with_")) is not None:
            yield from (part.alias.lower() for part in held.expressions)
        if outer is not None:
            inner, outer = outer, outer.parent


def _refuse_unfit(tree: exp.Query, columns: set[str]) -> None:
    """Refuse what Spark would read beside tables of the lake; functions are looked for in the very words that it gets."""
    for node in tree.walk():
        if not isinstance(node, QUERY_SHAPES):
            raise ValueError(f"{WHERE}: `{node.sql(dialect=DIALECT)}` is not allowed; only a SELECT over tables is")
        if isinstance(node, exp.Column):
            _refuse_hidden(node, columns)
    bare = tree.copy()
    for alias in bare.find_all(exp.TableAlias):
        if all(isinstance(column, exp.Identifier) for column in alias.columns):
            alias.set("columns", None)  # `AS t(a, b)` would look like a call of t
    for name, _ in calls(words_of(bare.sql(dialect=DIALECT, comments=False), WHERE), WHERE):
        refuse_unlisted(name, WHERE)


def _refuse_hidden(column: exp.Column, columns: set[str]) -> None:
    parts = [part.name.lower() for part in column.parts]
    for name in sorted(HIDDEN.keys() & set(parts) - columns):
        if name == "_metadata" or len(parts) == 1:
            raise ValueError(f"{WHERE}: `{name}` is no column of its tables; {HIDDEN[name]}")
