"""Is a table the same as before? A content hash: rows in any order, doubles at 9 significant digits, run metadata left out."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DoubleType, MapType, StructType

from learnlake.lake import columns as c
from learnlake.lake.table import Table

OF_THE_RUN = frozenset({c.MODEL_VERSION.name, c.SCORE_VERSIONS.name})


def content_hash(frame: DataFrame, table: Table) -> str:
    """Return ``rows:hash`` of a frame's content; equal content gives equal hashes whatever the order of rows and runs.

    Args:
        frame: rows of ``table``.
        table: says which columns there are; those that name a run or a registry's version are left out.
    """
    names = [column.name for column in table.columns if column.name not in OF_THE_RUN]
    types = {column.name: column.dtype for column in table.columns}
    row = F.xxhash64(F.to_json(F.struct(*(_settled(F.col(name), types[name]).alias(name) for name in names))))
    found = (
        frame.select(row.cast("decimal(38,0)").alias("h")).agg(F.count("h").alias("n"), F.sum("h").alias("s")).first()
    )
    return f"{found.n}:{found.s}" if found else "0:None"


def _settled(value: Column, dtype: DataType) -> Column:
    """Write doubles at 9 digits and maps in the order of their keys, however deep they stand."""
    if isinstance(dtype, DoubleType):
        return F.format_string("%.9g", value)
    if isinstance(dtype, MapType):
        inner = dtype.valueType
        entries = F.transform(
            F.map_entries(value), lambda e: F.struct(e["key"].alias("key"), _settled(e["value"], inner).alias("value"))
        )
        return F.array_sort(entries)
    if isinstance(dtype, ArrayType) and isinstance(dtype.elementType, DoubleType | MapType | ArrayType | StructType):
        element = dtype.elementType
        return F.transform(value, lambda held: _settled(held, element))
    if isinstance(dtype, StructType):
        fields = [_settled(value[field.name], field.dataType).alias(field.name) for field in dtype.fields]
        return F.when(value.isNotNull(), F.struct(*fields))
    return value
