"""gold.series_parts: daily series taken apart, with the days that stand out, who made them, and the changes that stay."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.counted import PLATFORM
from learnlake.behaviour.series.rules.gathered import SERIES, each, gathered, wanted
from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.stage import stage
from learnlake.lake.tables.series import ACTIVITY_SERIES, SERIES_PARTS
from learnlake.modelling.decomposition import taken_apart

NUMBERS = ("value", "trend", "week_part", "holiday_part", "rest")
FIELDS = {
    **dict.fromkeys(SERIES, pa.string()),
    "period_start": pa.date32(),
    **dict.fromkeys(NUMBERS, pa.float64()),
    "is_anomaly": pa.bool_(),
    "is_change_point": pa.bool_(),
}


@stage(reads=(ACTIVITY_SERIES,), writes=SERIES_PARTS)
def series_parts(series: DataFrame, *, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Take the daily series that are forecast apart; those too short or constant are absent.

    Of a day on which all users stand out, the segment is named whose own rest makes up most of it.
    """
    daily = wanted(series, settings.forecast).where("period = 'day'")
    parted = _caused(each(gathered(daily), SERIES_PARTS, FIELDS, _parts))
    return parted.select(F.lit(as_of).alias("as_of_date"), *(column.name for column in SERIES_PARTS.columns[1:]))


def _parts(row: dict[str, Any]) -> pa.RecordBatch:
    values = np.array(row["series_values"], dtype=np.float64)
    parts = taken_apart(values, np.array(row["holidays"], dtype=np.int64) > 0)
    if parts is None:
        return pa.RecordBatch.from_pylist([], schema=pa.schema(FIELDS))
    told = (values, parts.trend, parts.week, parts.holiday, parts.rest, parts.is_anomaly, parts.is_change)
    columns = [[row[name]] * len(values) for name in SERIES] + [row["starts"], *told]
    arrays = [pa.array(column, kind) for column, kind in zip(columns, FIELDS.values(), strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=pa.schema(FIELDS))


def _caused(parted: DataFrame) -> DataFrame:
    """Name the segment with the greatest share of the rest of an odd day of all users; of equals the first by name."""
    whole = Window.partitionBy("metric", "period", "period_start")
    of_all = F.first(F.when(F.col("scheme") == EVERYBODY, F.col("rest")), ignorenulls=True).over(whole)
    is_segment = ~F.col("scheme").isin(EVERYBODY, PLATFORM)
    named = F.struct(
        F.try_divide("rest", of_all).alias("share"), F.concat_ws("/", "scheme", "segment_id").alias("segment")
    )
    most = F.max(F.when(is_segment, named)).over(whole)
    tells = (F.col("scheme") == EVERYBODY) & F.col("is_anomaly")
    return parted.withColumns(
        {
            "caused_by": F.when(tells, most["segment"]),
            "caused_share": F.when(tells, most["share"]),
        }
    )
