"""The contract of a table, enforced: names and types as promised, keys whole and unique."""

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


def _same(found: DataType, promised: DataType) -> bool:
    return found.simpleString() == promised.simpleString()  # which leaves nullability out, inside arrays and maps too


def refuse_broken_key(frame: DataFrame, table: Table) -> None:
    """Check that no key column is null and no key occurs twice; runs one job.

    Raises:
        ContractError: names the table and its key; values are not shown, for they may be personal.
    """
    key = [column.name for column in table.key]
    if not key:
        return
    has_null = (
        F.greatest(*(F.col(name).isNull().cast("int") for name in key))
        if len(key) > 1
        else F.col(key[0]).isNull().cast("int")
    )
    groups = frame.groupBy(*key).agg(F.count(F.lit(1)).alias("n"), F.max(has_null).alias("lacks"))
    bad = groups.agg(
        F.count_if(F.col("n") > 1).alias("repeated"), F.count_if(F.col("lacks") == 1).alias("lacking")
    ).first()
    if bad and (bad.repeated or bad.lacking):
        raise ContractError(
            f"{table.full_name}: {bad.repeated} keys ({', '.join(key)}) occur more than once and {bad.lacking} lack a part; "
            "mend the stage that makes them."
        )
