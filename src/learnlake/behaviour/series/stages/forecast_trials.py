"""gold.forecast_trials: what each method said of each series at earlier origins, beside what came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.series.rules.gathered import SERIES, each, gathered, plan_of, wanted
from learnlake.behaviour.series.settings import Forecasting, SeriesSettings
from learnlake.lake.stage import stage
from learnlake.lake.tables.series import BACKTEST_SERIES, FORECAST_TRIALS
from learnlake.modelling.backtest import backtest

FIELDS = {
    "scheme": pa.string(),
    "segment_id": pa.string(),
    "metric": pa.string(),
    "period": pa.string(),
    "forecaster": pa.string(),
    "origin_date": pa.date32(),
    "mase": pa.float64(),
    "smape": pa.float64(),
    "error_ratios": pa.list_(pa.float64()),
    "half_widths": pa.list_(pa.float64()),
    "is_chosen": pa.bool_(),
    "forecast_remark": pa.string(),
    "members_date": pa.date32(),
}


@stage(reads=(BACKTEST_SERIES,), writes=FORECAST_TRIALS)
def forecast_trials(series: DataFrame, *, as_of: date, settings: SeriesSettings) -> DataFrame:
    """Forecast each series at earlier origins by every method that suits it, and choose the one to trust.

    One bad series never fails the others: a method that fails is left out, and a series of which nothing can be said gets one
    row that says why.
    """
    conf = settings.forecast

    def tried(row: dict[str, Any]) -> pa.RecordBatch:
        return pa.RecordBatch.from_pylist(list(_trials(row, conf)), schema=pa.schema(FIELDS))

    made = each(gathered(wanted(series, conf), "members_date"), FORECAST_TRIALS, FIELDS, tried)
    return made.select(F.lit(as_of).alias("as_of_date"), *FIELDS)


def _trials(row: dict[str, Any], conf: Forecasting) -> Iterator[dict[str, Any]]:
    values, starts, known_from = np.array(row["series_values"], dtype=np.float64), row["starts"], row["members_date"]
    earliest = sum(start <= known_from for start in starts) if known_from else 0
    # members of today are known at no origin; the table shows their date
    plan = plan_of(conf, row["period"], earliest if earliest < len(values) else 0)
    found = backtest(values, plan)
    told = {**{name: row[name] for name in SERIES}, "members_date": known_from, "forecast_remark": found.remark}
    if not found.trials:
        yield {**told, "forecaster": found.chosen, "origin_date": starts[-1], "is_chosen": True}
    for trial in found.trials:
        yield {
            **told,
            "forecaster": trial.method,
            "origin_date": starts[trial.place - 1],
            "mase": trial.mase if np.isfinite(trial.mase) else None,
            "smape": trial.smape,
            "error_ratios": trial.ratios,
            "half_widths": trial.half,
            "is_chosen": trial.method == found.chosen,
        }
