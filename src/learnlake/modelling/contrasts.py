"""Shares of two groups beside each other: how far apart, with interval, size of the effect and significance.

Sources: Newcombe (1998), Statistics in Medicine 17, for the interval; Cohen (1988), Statistical Power Analysis, chapter 6, for the
size; Fisher's exact test, the smaller tail doubled; Benjamini and Hochberg (1995), J. R. Stat. Soc. B 57, for many tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType, StructField, StructType
from scipy.stats import norm

from learnlake.modelling.association import Counts, Numbers, adjusted, upper_tail
from learnlake.modelling.intervals import Z_95, Interval, difference, wilson

COUNTS = ("case_hit_count", "case_count", "control_hit_count", "control_count")


def contrasted(counted: DataFrame, by: Sequence[str], tests: str | None = None) -> DataFrame:
    """Compare cases and controls in each row.

    Args:
        counted: rows with case_hit_count, case_count, control_hit_count and control_count (BIGINT, none of them null).
        by: columns whose rows are one family of tests; small enough for one Arrow batch.
        tests: column with the tests of the family, where some that found nothing have no row; default: as many as rows.

    Returns:
        The same rows with case_share, control_share, difference and its 95 % interval, effect_size, contrast_p and contrast_q; all
        null but the share that there is where one of the groups is empty.
    """
    case, control = _shares()
    apart = difference(case, control)
    told = counted.withColumns(
        {**_beside(case.value, control.value), "difference_low": apart.low, "difference_high": apart.high}
    )

    def tested(table: pa.Table) -> pa.Table:
        is_told, counts = _told(table)
        p = two_sided(*(count[is_told] for count in counts))
        return _judged(table, is_told, p, len(table) if tests is None else table[tests][0].as_py())

    return told.groupBy(*by).applyInArrow(tested, _widened(told))


def clustered(counted: DataFrame, by: Sequence[str]) -> DataFrame:
    """Compare cases and controls in each row where several of them belong to one user, and so are no independent draws.

    Args:
        counted: rows as for :func:`contrasted`, with case_variance and control_variance: those of the two shares as
            :func:`variance_of_share` has them.
        by: columns whose rows are one family of tests.

    Returns:
        As of :func:`contrasted`, with an interval and a p-value by the normal distribution, as large samples of users have them.
    """
    case, control = _shares()
    spread = F.sqrt(F.col("case_variance") + F.col("control_variance"))
    by_how_much = case.value - control.value
    ends = {"difference_low": by_how_much - Z_95 * spread, "difference_high": by_how_much + Z_95 * spread}
    told = counted.withColumns({**_beside(case.value, control.value), **ends, "_z": F.try_divide(by_how_much, spread)})

    def tested(table: pa.Table) -> pa.Table:
        is_told, _ = _told(table)
        z = np.nan_to_num(table["_z"].to_numpy().astype(np.float64)[is_told])  # no spread: nothing to tell by
        return _judged(table, is_told, 2 * norm.sf(np.abs(z)), len(table))

    return told.groupBy(*by).applyInArrow(tested, _widened(told)).drop("_z", "case_variance", "control_variance")


@dataclass(frozen=True)
class Clusters:
    """Sums over users of what they hit (x) and did in all (n): x, x * x, x * n, n * n, and how many users there are."""

    hits: Column
    squares: Column
    products: Column
    whole_squares: Column
    users: Column


def variance_of_share(sums: Clusters, whole: Column) -> Column:
    """Return the variance of a share of events whose users are the clusters: null for less than two users.

    Args:
        sums: over the users.
        whole: all events.

    Source: Cochran (1977), Sampling Techniques, section 11.8, for a ratio of two sums.
    """
    share = sums.hits / whole
    squares = sums.squares - 2 * share * sums.products + share * share * sums.whole_squares
    small = F.try_divide(sums.users, sums.users - 1)
    return F.when(sums.users > 1, small * F.greatest(squares, F.lit(0.0)) / (whole * whole))


def _shares() -> tuple[Interval, Interval]:
    case = wilson(F.col("case_hit_count"), F.col("case_count"))
    return case, wilson(F.col("control_hit_count"), F.col("control_count"))


def _beside(case: Column, control: Column) -> dict[str, Column]:
    size = 2 * (_angle(case) - _angle(control))
    return {"case_share": case, "control_share": control, "difference": case - control, "effect_size": size}


def _widened(told: DataFrame) -> StructType:
    return StructType(
        [*told.schema.fields, *(StructField(name, DoubleType()) for name in ("contrast_p", "contrast_q"))]
    )


def _angle(share: Column) -> Column:
    return F.asin(F.sqrt(share))


def _told(table: pa.Table) -> tuple[NDArray[np.bool_], list[Counts]]:
    counts = [table[name].to_numpy() for name in COUNTS]
    return (counts[1] > 0) & (counts[3] > 0), counts


def _judged(table: pa.Table, is_told: NDArray[np.bool_], chances: Numbers, tests: int) -> pa.Table:
    p, q = np.full(len(table), np.nan), np.full(len(table), np.nan)
    p[is_told], q[is_told] = chances, adjusted(chances, tests - int((~is_told).sum()))
    for name, values in (("contrast_p", p), ("contrast_q", q)):
        table = table.append_column(name, pa.array(values, from_pandas=True))
    return table


def two_sided(case_hits: Counts, cases: Counts, control_hits: Counts, controls: Counts) -> Numbers:
    """Return the p-values of Fisher's exact test, the smaller tail doubled, as Cox and Hinkley (1974) have it."""
    whole, hits = cases + controls, case_hits + control_hits
    more = upper_tail(case_hits, whole, cases, hits)
    fewer = upper_tail(control_hits, whole, controls, hits)
    return cast(Numbers, np.minimum(2 * np.minimum(more, fewer), 1.0))
