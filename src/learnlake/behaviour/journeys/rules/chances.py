"""The chance behind a statistic, and what is left of it when several are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from scipy import stats


def with_chances(tested: DataFrame, together: tuple[str, ...], by: str) -> DataFrame:
    """Add ``log_rank_p`` and ``log_rank_p_holm`` to rows with ``chi_square`` of one degree of freedom.

    Spark has no distribution function of chi-square, so the rows, one a segment, go through Arrow once. A null stays null and
    counts as no test.

    Args:
        tested: rows with ``chi_square``.
        together: columns whose equal values make one family of tests.
        by: column that breaks ties, unique within a family.

    Source: Holm (1979), Scandinavian Journal of Statistics 6.
    """
    fields = ", ".join(f"`{field.name}` {field.dataType.simpleString()}" for field in tested.schema)
    judged = tested.mapInArrow(_chances, f"{fields}, log_rank_p DOUBLE")
    is_test = F.col("log_rank_p").isNotNull()
    ascending = Window.partitionBy(*together).orderBy(F.col("log_rank_p").asc_nulls_last(), by)
    tests = F.count("log_rank_p").over(Window.partitionBy(*together))
    stepped = judged.withColumn("_step", F.col("log_rank_p") * (tests - F.row_number().over(ascending) + 1))
    so_far = ascending.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    holm = F.when(is_test, F.least(F.max("_step").over(so_far), F.lit(1.0)))
    return stepped.withColumn("log_rank_p_holm", holm).drop("_step")


def _chances(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        values = batch.column("chi_square")
        known = pc.fill_null(values, 0.0).to_numpy(zero_copy_only=False)
        chances = pa.array(stats.chi2.sf(known, 1), mask=pc.is_null(values).to_numpy(zero_copy_only=False))
        yield batch.append_column("log_rank_p", chances)
