"""Series as one row each: their values in an array, ready for an Arrow task."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from learnlake.behaviour.series.rules.counted import PLATFORM
from learnlake.behaviour.series.settings import Forecasting, Period
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.table import Table
from learnlake.modelling.backtest import Plan

SERIES = ("scheme", "segment_id", "metric", "period")
TASKS = 16


def wanted(points: DataFrame, conf: Forecasting) -> DataFrame:
    """Keep the points of the series that conf wants to be forecast."""
    own = points.where(F.col("metric").isin(*conf.metrics) & F.col("period").isin(*conf.ahead))
    return own.where(F.col("scheme").isin(EVERYBODY, PLATFORM, *conf.schemes)) if conf.schemes else own


def gathered(points: DataFrame, *more: str) -> DataFrame:
    """Put the whole periods of each series into an array, in their order.

    Args:
        points: rows of gold.activity_series or gold.backtest_series of one day.
        more: further columns that are the same for all points of a series.

    Returns:
        One row per series: its key, starts ARRAY<DATE>, series_values ARRAY<DOUBLE>, holidays ARRAY<BIGINT>, and the further columns; spread over
        a fixed number of partitions, whatever their sizes.
    """
    whole = points.where(~F.col("is_partial"))
    pairs = F.array_sort(F.collect_list(F.struct("period_start", "value", "holiday_count")))
    rows = whole.groupBy(*SERIES, *more).agg(pairs.alias("_pairs"))
    made = rows.select(
        *SERIES,
        *more,
        F.col("_pairs.period_start").alias("starts"),
        F.col("_pairs.value").alias("series_values"),
        F.col("_pairs.holiday_count").alias("holidays"),
    )
    return made.repartition(TASKS, F.xxhash64(*SERIES))


def each(
    rows: DataFrame, table: Table, names: Iterable[str], made: Callable[[dict[str, Any]], pa.RecordBatch]
) -> DataFrame:
    """Hand one series after the other to a function, in Arrow tasks.

    Args:
        rows: one row per series.
        table: whose columns are made.
        names: their names, in the order of the batches.
        made: makes a batch of rows of one series.
    """
    kinds = {column.name: column.dtype for column in table.columns}
    schema = StructType([StructField(name, kinds[name]) for name in names])

    def over(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for row in batch.to_pylist():
                yield made(row)

    return rows.mapInArrow(over, schema)


def plan_of(conf: Forecasting, period: Period, earliest: int = 0) -> Plan:
    """Return what to try on a series of days or weeks, with no origin before the place ``earliest``."""
    return Plan(
        methods=tuple(conf.methods),
        steps=conf.ahead[period],
        season=conf.season.get(period, 1),
        origins=conf.origins,
        sparse_share=conf.sparse_share,
        least_gain=conf.least_gain,
        longest=conf.longest,
        budget_seconds=conf.budget_seconds,
        earliest=earliest,
    )
