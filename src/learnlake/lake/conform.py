"""The contract of a table, enforced: names and types as promised; its keys are looked at in ``slices.looked_over``."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from learnlake.errors import ContractError, near_match
from learnlake.lake.table import Table


def conform(frame: DataFrame, table: Table) -> DataFrame:
    """Return the promised columns in their promised order; further columns are refused, not dropped.

    Nullability is not compared, for Spark widens it at will.

    Raises:
        ContractError: names table, column, promised and found.
    """
    found = {field.name: field.dataType for field in frame.schema}
    for column in table.columns:
        if column.name not in found:
            raise ContractError(
                f"{table.full_name}: column {column.name} ({column.dtype.simpleString()}) is missing; {near_match(column.name, found)}"
            )
        if not _same(found[column.name], column.dtype):
            raise ContractError(
                f"{table.full_name}: {column.name} is {found[column.name].simpleString()}, promised {column.dtype.simpleString()}; "
                "cast it in the stage or change the vocabulary."
            )
    surplus = sorted(set(found) - {column.name for column in table.columns})
    if surplus:
        raise ContractError(
            f"{table.full_name}: column {surplus[0]} is not promised; select it away or add it to the catalogue."
        )
    return frame.select(*(column.name for column in table.columns))


def as_promised(stored: DataFrame, table: Table) -> DataFrame:
    """Return the promised columns of a stored table; one that it was not widened by yet is null."""
    missing = [F.lit(None).cast(k.dtype).alias(k.name) for k in table.columns if k.name not in stored.columns]
    return stored.select("*", *missing).select(*(k.name for k in table.columns))


def _same(found: DataType, promised: DataType) -> bool:
    return found.simpleString() == promised.simpleString()  # which leaves nullability out, inside arrays and maps too
