"""gold.forecasts: what is expected of each series, with intervals, segments adding up to all users."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.calendar import next_starts
from learnlake.behaviour.series.rules.gathered import SERIES, each, gathered, plan_of, wanted
from learnlake.behaviour.series.rules.reconciled import ENDS, reconciled
from learnlake.behaviour.series.settings import Forecasting, SeriesSettings
from learnlake.lake.stage import stage
from learnlake.lake.tables.series import ACTIVITY_SERIES, FORECAST_SCORES, FORECASTS
from learnlake.modelling.backtest import again

NAMES = (*SERIES, "period_start", "forecast", *ENDS, "forecaster", "mase", "forecast_remark")


@stage(reads=(ACTIVITY_SERIES, FORECAST_SCORES), writes=FORECASTS)
def forecasts(series: DataFrame, scores: DataFrame, *, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Forecast each series by the method that its back-test chose, with intervals as wide as the back-tests ask for.

    A series without a back-test, or of which nothing better can be said, gets the simple method, and the remark says why.
    """
    conf = settings.forecast
    chosen = scores.where("is_chosen").select(*SERIES, "forecaster", "mase", "forecast_remark", "width_80", "width_95")
    # broadcast, for a shuffle would put the rows together again
    rows = gathered(wanted(series, conf)).join(F.broadcast(chosen), on=list(SERIES), how="left")

    made = reconciled(each(rows, FORECASTS, NAMES, lambda row: _batch(row, conf)))
    return made.select(F.lit(as_of).alias("as_of_date"), *(column.name for column in FORECASTS.columns[1:]))


def _batch(row: dict[str, Any], conf: Forecasting) -> pa.RecordBatch:
    """Forecast one series: a batch of as many rows as there are periods ahead."""
    values = np.array(row["series_values"], dtype=np.float64)
    plan = plan_of(conf, row["period"])
    method, made, failed = again(row["forecaster"], values, plan)
    floor = 0.0 if not len(values) or np.nanmin(values) >= 0 else -np.inf
    own = made.half[95]
    ends = [
        np.maximum(made.mean + side * (row[f"width_{level}"] or 1.0) * own, floor)
        for level in (80, 95)
        for side in (-1, 1)
    ]
    count = plan.steps
    starts = next_starts(row["starts"][-1], row["period"], count)
    key = [pa.array([row[name]] * count, pa.string()) for name in SERIES]
    numbers = [pa.array(one, pa.float64()) for one in (np.maximum(made.mean, floor), *ends)]
    told = [
        pa.array([method] * count, pa.string()),
        pa.array([row["mase"]] * count, pa.float64()),
        pa.array([failed or row["forecast_remark"]] * count, pa.string()),
    ]
    return pa.RecordBatch.from_arrays([*key, pa.array(starts, pa.date32()), *numbers, *told], names=list(NAMES))
