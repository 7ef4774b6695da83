"""Is a table the same as before? A content hash: rows in any order, doubles at 9 significant digits, run metadata left out."""

from __future__ import annotations

from functools import reduce
from operator import and_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, DoubleType, MapType, StructType

from learnlake.lake import columns as c
from learnlake.lake.table import Table

NEAR = 1e-9
OF_THE_RUN = frozenset({c.MODEL_VERSION.name, c.SCORE_VERSIONS.name})


def content_hash(frame: DataFrame, table: Table) -> str:
    """Return ``rows:hash`` of a frame's content; equal content gives equal hashes whatever the order of rows and runs.

    Args:
        frame: rows of ``table``.
        table: says which columns there are; those that name a run or a registry's version are left out.
    """
    names = [column.name for column in table.columns if column.name not in OF_THE_RUN]
    types = {column.name: column.dtype for column in table.columns}
    row = F.xxhash64(F.to_json(F.struct(*(settled(F.col(name), types[name]).alias(name) for name in names))))
    found = (
        frame.select(row.cast("decimal(38,0)").alias("h")).agg(F.count("h").alias("n"), F.sum("h").alias("s")).first()
    )
    return f"{found.n}:{found.s}" if found else "0:None"


def differing(frame: DataFrame, other: DataFrame, table: Table) -> DataFrame:
    """Return the keys of rows that are in one frame only, or in both with other values; doubles may be 1e-9 apart.

    A content hash rounds: of two doubles that differ in their last bit, one in a million falls on both sides of a ninth digit.
    Doubles within arrays, maps and structs are compared at 9 digits here too.

    Args:
        frame: rows of ``table``.
        other: rows of ``table``, compared with those of the same key.
        table: says what the key is and which columns there are.
    """
    key = [column.name for column in table.key]
    rest = [column for column in table.columns if column.name not in (*key, *OF_THE_RUN)]

    def side(rows: DataFrame) -> DataFrame:
        return rows.select(*key, F.struct(*(column.name for column in rest)).alias("row"))

    is_met = reduce(and_, (F.col(f"one.{name}").eqNullSafe(F.col(f"two.{name}")) for name in key))
    met = side(frame).alias("one").join(side(other).alias("two"), on=is_met, how="full_outer")
    same = (_is_near(F.col("one.row")[k.name], F.col("two.row")[k.name], k.dtype) for k in rest)
    is_same = reduce(and_, same, F.col("one.row").isNotNull() & F.col("two.row").isNotNull())
    return met.where(~is_same).select(*(F.coalesce(f"one.{name}", f"two.{name}").alias(name) for name in key))


def _is_near(one: Column, two: Column, dtype: DataType) -> Column:
    if not isinstance(dtype, DoubleType):
        told = [F.to_json(F.struct(settled(value, dtype).alias("value"))) for value in (one, two)]
        return told[0] == told[1]
    near = F.abs(one - two) <= NEAR * F.greatest(F.lit(1.0), F.abs(one), F.abs(two))
    return one.eqNullSafe(two) | F.coalesce(near, F.lit(False))


def settled(value: Column, dtype: DataType) -> Column:
    """Write doubles at 9 digits and maps in the order of their keys, however deep they stand."""
    if isinstance(dtype, DoubleType):
        return F.format_string("%.9g", value)
    if isinstance(dtype, MapType):
        inner = dtype.valueType
        entries = F.transform(
            F.map_entries(value), lambda e: F.struct(e["key"].alias("key"), settled(e["value"], inner).alias("value"))
        )
        return F.array_sort(entries)
    if isinstance(dtype, ArrayType) and isinstance(dtype.elementType, DoubleType | MapType | ArrayType | StructType):
        element = dtype.elementType
        return F.transform(value, lambda held: settled(held, element))
    if isinstance(dtype, StructType):
        fields = [settled(value[field.name], field.dataType).alias(field.name) for field in dtype.fields]
        return F.when(value.isNotNull(), F.struct(*fields))
    return value
