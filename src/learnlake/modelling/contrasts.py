"""Shares of two groups beside each other: how far apart, with interval, size of the effect and significance.

Sources: Newcombe (1998), Statistics in Medicine 17, for the interval; Cohen (1988), Statistical Power Analysis, chapter 6, for the
size; Fisher's exact test, the smaller tail doubled; Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, for many tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StructField, StructType

from learnlake.modelling.association import Counts, Numbers, adjusted, upper_tail
from learnlake.modelling.intervals import difference, wilson

COUNTS = ("case_hit_count", "case_count", "control_hit_count", "control_count")


def contrasted(counted: DataFrame, by: Sequence[str], tests: str | None = None) -> DataFrame:
    """Compare cases and controls in each row.

    Args:
        counted: rows with case_hit_count, case_count, control_hit_count and control_count (BIGINT, none of them null).
        by: columns whose rows are one family of tests; small enough for one Arrow batch.
        tests: column with the tests of the family, where rows that nobody hit are left out; default: its rows.

    Returns:
        The same rows with case_share, control_share, difference and its 95 % interval, effect_size, contrast_p and contrast_q; all
        null but the share that there is where one of the groups is empty.
    """
    case = wilson(F.col("case_hit_count"), F.col("case_count"))
    control = wilson(F.col("control_hit_count"), F.col("control_count"))
    apart = difference(case, control)
    told = counted.withColumns(
        {
            "case_share": case.value,
            "control_share": control.value,
            "difference": apart.value,
            "difference_low": apart.low,
            "difference_high": apart.high,
            "effect_size": 2 * (_angle(case.value) - _angle(control.value)),
        }
    )
    fields = [*told.schema.fields, *(StructField(name, DoubleType()) for name in ("contrast_p", "contrast_q"))]

    def tested(table: pa.Table) -> pa.Table:
        return _tested(table, len(table) if tests is None else table[tests][0].as_py())

    return told.groupBy(*by).applyInArrow(tested, StructType(fields))


def _angle(share: Column) -> Column:
    return F.asin(F.sqrt(share))


def _tested(table: pa.Table, tests: int) -> pa.Table:
    counts = [table[name].to_numpy() for name in COUNTS]
    is_told = (counts[1] > 0) & (counts[3] > 0)
    p, q = np.full(len(table), np.nan), np.full(len(table), np.nan)
    p[is_told] = two_sided(*(count[is_told] for count in counts))
    q[is_told] = adjusted(p[is_told], tests - int((~is_told).sum()))
    for name, values in (("contrast_p", p), ("contrast_q", q)):
        table = table.append_column(name, pa.array(values, from_pandas=True))
    return table


def two_sided(case_hits: Counts, cases: Counts, control_hits: Counts, controls: Counts) -> Numbers:
    """Return the p-values of Fisher's exact test, the smaller tail doubled, as Cox and Hinkley (1974) have it."""
    whole, hits = cases + controls, case_hits + control_hits
    more = upper_tail(case_hits, whole, cases, hits)
    fewer = upper_tail(control_hits, whole, controls, hits)
    return cast(Numbers, np.minimum(2 * np.minimum(more, fewer), 1.0))
