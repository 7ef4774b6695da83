"""Queries by people: one SELECT, its tables found through the catalogue."""

from __future__ import annotations

from collections.abc import Callable

import sqlglot
from sqlglot import exp

from learnlake.errors import ConfError
from learnlake.lake.catalogue import Catalogue, table_named
from learnlake.lake.expressions import DIALECT
from learnlake.lake.table import Table


def addressed(query: str, tables: Catalogue, address: Callable[[Table], str]) -> str:
    """Put addresses in place of the table names of a query.

    Args:
        query: one SELECT over tables named ``layer.table``, or by their bare name where that is enough.
        tables: the catalogue.
        address: where a table is, in SQL.

    Raises:
        ConfError: if it is no single SELECT, or names an unknown table.
    """
    try:
        tree = sqlglot.parse_one(query, dialect=DIALECT)
    except sqlglot.errors.SqlglotError as error:
        raise ConfError(f"the query cannot be read: {str(error).splitlines()[0]}") from None
    if not isinstance(tree, exp.Query) or tree.find(exp.Into):
        raise ConfError("only one SELECT is allowed; the lake is written by `learnlake run` alone.")
    own = {name.alias for name in tree.find_all(exp.CTE)}
    for found in list(tree.find_all(exp.Table)):
        if found.db == "" and found.name in own:
            continue
        table = table_named(".".join(part.name for part in found.parts), tables)
        place = exp.to_table(address(table), dialect=DIALECT)
        place.set("alias", found.args.get("alias") or exp.TableAlias(this=exp.to_identifier(table.name)))
        found.replace(place)
    return tree.sql(dialect=DIALECT)
