"""Is a table the same as before? A content hash: rows in any order, doubles at 9 significant digits, run metadata left out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, MapType

from learnlake.lake import columns as c
from learnlake.lake.table import Table

OF_THE_RUN = frozenset({c.MODEL_VERSION.name})


def content_hash(frame: DataFrame, table: Table) -> str:
    """Return ``rows:hash`` of a frame's content; equal content gives equal hashes whatever the order of rows and runs.

    Args:
        frame: rows of ``table``.
        table: says which columns there are; those that name a run or a registry's version are left out.
    """
    names = [column.name for column in table.columns if column.name not in OF_THE_RUN]
    types = {column.name: column.dtype for column in table.columns}
    row = F.xxhash64(F.to_json(F.struct(*(_settled(name, types[name]).alias(name) for name in names))))
    found = (
        frame.select(row.cast("decimal(38,0)").alias("h")).agg(F.count("h").alias("n"), F.sum("h").alias("s")).first()
    )
    return f"{found.n}:{found.s}" if found else "0:None"


def _settled(name: str, dtype: object) -> Column:
    if isinstance(dtype, DoubleType):
        return F.format_string("%.9g", F.col(name))
    if isinstance(dtype, MapType):
        return F.array_sort(F.map_entries(name))
    return F.col(name)
