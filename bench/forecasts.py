"""The weekly series of the M4 competition, 13 weeks ahead, through our own stages, beside ``statsforecast`` called directly.

The error is the mean absolute scaled error, scaled by the one-step naive error within the series (m = 1). The direct call has the same
work: the same methods at the same origins, then beyond the end, on all cores.

Then the last four weeks of the click series of OULAD, and the time of 5,000 short daily series.

    DATA=... python bench/forecasts.py [--series 359] [--many 5000]

Source: Makridakis, Spiliotis and Assimakopoulos (2020), Int. J. Forecasting 36.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from pyspark.sql import Column, SparkSession
from pyspark.sql import functions as F
from statsforecast import StatsForecast
from statsforecast.models import AutoARIMA, AutoETS, DynamicOptimizedTheta, RandomWalkWithDrift, SeasonalNaive

from features import peak_gigabytes
from learnlake.behaviour.series.settings import Forecasting, SeriesSettings
from learnlake.behaviour.series.stages.forecast_scores import forecast_scores
from learnlake.behaviour.series.stages.forecast_trials import forecast_trials
from learnlake.behaviour.series.stages.forecasts import forecasts
from learnlake.lake.tables.series import BACKTEST_SERIES
from learnlake.session import SparkSettings, start

AS_OF = date(2026, 1, 4)  # a Sunday; the weeks of M4 have no dates
STEPS = 13
LONGEST = 520
PROMISED = 2.27
CONF = SeriesSettings(
    forecast=Forecasting(
        metrics=("views",), ahead={"week": STEPS}, season={"week": 1}, origins=4, longest=LONGEST, budget_seconds=600.0
    )
)
DAILY = SeriesSettings(forecast=Forecasting(metrics=("views",), ahead={"day": 28}, budget_seconds=600.0))


def main() -> None:
    """Print errors, coverage and seconds; end with status 1 where a promise is not kept."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--series", type=int, default=359)
    words.add_argument("--many", type=int, default=5_000)
    words.add_argument("--m4", action=argparse.BooleanOptionalAction, default=True)
    given = words.parse_args()
    spark = start(SparkSettings())
    home = Path(tempfile.mkdtemp(prefix="learnlake-forecasts-"))
    kept = competition(spark, home, given.series) if given.m4 else True
    oulad(spark, Path(os.environ["DATA"]) / "oulad", home / "oulad")
    many(spark, given.many // 25, ("seasonal_naive", "drift", "theta", "ets", "arima", "ensemble"))
    many(spark, given.many, ("seasonal_naive", "drift", "theta"))
    shutil.rmtree(home)
    if not kept:
        raise SystemExit(f"promised: MASE at most {PROMISED}, coverage 93 to 97 %, at most 1.3 times the seconds.")


def competition(spark: SparkSession, home: Path, count: int) -> bool:
    """Forecast M4 weekly both ways, print errors, coverage and seconds, and say whether the promises are kept."""
    past, came = m4(Path(os.environ["DATA"]) / "m4_weekly", count)
    clock = time.monotonic()
    said, scores = through_stages(spark, past, home / "m4", CONF)
    ours = time.monotonic() - clock
    clock = time.monotonic()
    direct = directly(past)
    theirs = time.monotonic() - clock
    error = scaled_errors(said, past, came)
    within = said.merge(came, on=["segment_id", "step"])
    coverage = {
        level: float(within["came"].between(within[f"low_{level}"], within[f"high_{level}"]).mean())
        for level in (80, 95)
    }
    alone = {
        name: scaled_errors(direct[["segment_id", "step", name]].rename(columns={name: "forecast"}), past, came).mean()
        for name in direct.columns[2:]
    }
    chosen = scores[scores["is_chosen"]]["forecaster"].value_counts().to_dict()
    print(f"M4 weekly, {count} series, {STEPS} ahead: MASE (m = 1) {error.mean():.3f}; chosen {chosen}")
    print("  alone: " + ", ".join(f"{name} {value:.3f}" for name, value in alone.items()))
    print(f"  coverage: 80 % interval {coverage[80]:.1%}, 95 % interval {coverage[95]:.1%}")
    print(f"  same numbers: {same(said, direct):.2e} apart at most, relatively, where one method was chosen")
    print(
        f"  seconds: ours {ours:.0f}, statsforecast {theirs:.0f}, ratio {ours / theirs:.2f}; peak memory {peak_gigabytes():.1f} GB"
    )
    return error.mean() <= PROMISED and 0.93 <= coverage[95] <= 0.97 and ours <= 1.3 * theirs


def m4(folder: Path, count: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the series: segment_id, place from the first week, value; and what came: segment_id, step, came."""
    train, test = (
        pd.read_csv(folder / f"Weekly-{part}.csv.gz")
        .head(count)
        .rename(columns={"V1": "segment_id"})
        .melt("segment_id")
        .dropna()
        for part in ("train", "test")
    )
    for frame in (train, test):
        frame["place"] = frame["variable"].str[1:].astype(int) - 1
    past = train.sort_values(["segment_id", "place"])[["segment_id", "place", "value"]]
    return past, test.rename(columns={"place": "step", "value": "came"})[["segment_id", "step", "came"]]


def through_stages(
    spark: SparkSession, past: pd.DataFrame, home: Path, conf: SeriesSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Run the stages on segment_id, place and value; what the lake would keep between them is kept as Parquet."""
    (period,) = conf.forecast.ahead
    days = {"day": 1, "week": 7}[period]
    ends = past.groupby("segment_id")["place"].transform("max")
    starts = [AS_OF - timedelta(days=days * (int(back) + 1) - 1) for back in ends - past["place"]]
    rows = past.assign(period_start=starts)[["segment_id", "period_start", "value"]]
    made = spark.createDataFrame(rows, "segment_id STRING, period_start DATE, value DOUBLE")
    points = made.select(*points_of(made.columns, period)).localCheckpoint()
    forecast_trials(points, as_of=AS_OF, settings=conf).write.parquet(str(home / "trials"))
    forecast_scores(spark.read.parquet(str(home / "trials")), as_of=AS_OF).write.parquet(str(home / "scores"))
    kept = spark.read.parquet(str(home / "scores"))
    said = forecasts(points, kept, as_of=AS_OF, settings=conf).toPandas()
    said["step"] = said.groupby("segment_id")["period_start"].rank().astype(int)
    return said, kept.toPandas()


def points_of(given: list[str], period: str) -> list[Column]:
    """Return the columns of gold.backtest_series: those given, and the same for all rows."""
    fixed = {
        "as_of_date": AS_OF,
        "scheme": "bench",
        "metric": "views",
        "period": period,
        "is_partial": False,
        "holiday_count": 0,
    }
    return [
        F.col(c.name) if c.name in given else F.lit(fixed.get(c.name)).cast(c.dtype).alias(c.name)
        for c in BACKTEST_SERIES.columns
    ]


def directly(past: pd.DataFrame) -> pd.DataFrame:
    """Do the same work with the library alone; returns segment_id, step and one column a method."""
    recent = past.groupby("segment_id").tail(LONGEST + STEPS + 3 * (STEPS // 2))
    data = recent.rename(columns={"segment_id": "unique_id", "place": "ds", "value": "y"})
    models = [SeasonalNaive(1), RandomWalkWithDrift(), DynamicOptimizedTheta(1), AutoETS(1)]
    for some, refit in ((models, True), ([AutoARIMA(season_length=1)], False)):
        StatsForecast(some, freq=1, n_jobs=-1).cross_validation(
            df=data, h=STEPS, n_windows=4, step_size=STEPS // 2, input_size=LONGEST, refit=refit, level=[80, 95]
        )
    last = data.groupby("unique_id").tail(LONGEST)
    said = StatsForecast([*models, AutoARIMA(season_length=1)], freq=1, n_jobs=-1).forecast(
        df=last, h=STEPS, level=[80, 95]
    )
    said["step"] = said.groupby("unique_id")["ds"].rank().astype(int)
    names = {
        "SeasonalNaive": "seasonal_naive",
        "RWD": "drift",
        "DynamicOptimizedTheta": "theta",
        "AutoETS": "ets",
        "AutoARIMA": "arima",
    }
    return said.rename(columns={"unique_id": "segment_id", **names})[["segment_id", "step", *names.values()]]


def scaled_errors(said: pd.DataFrame, past: pd.DataFrame, came: pd.DataFrame) -> pd.Series:
    """Return the mean absolute scaled error (m = 1) of each series."""
    scale = past.groupby("segment_id")["value"].apply(lambda values: values.diff().abs().mean())
    both = said.merge(came, on=["segment_id", "step"])
    return (both["forecast"] - both["came"]).abs().groupby(both["segment_id"]).mean() / scale


def same(said: pd.DataFrame, direct: pd.DataFrame) -> float:
    """Return by how much our forecasts differ from the library's at most, relatively, where a method of its own was chosen."""
    long = direct.melt(["segment_id", "step"], var_name="forecaster", value_name="theirs")
    both = said.merge(long, on=["segment_id", "step", "forecaster"])
    return float(((both["forecast"] - both["theirs"]).abs() / both["theirs"].abs().clip(lower=1e-9)).max())


def oulad(spark: SparkSession, folder: Path, home: Path) -> None:
    """Forecast the last four weeks of clicks and of active students of the three presentations whose clicks are complete."""
    rows = duckdb.sql(
        f"""
        SELECT code_module || code_presentation AS name, date AS place, sum(sum_click) AS clicks, count(DISTINCT id_student) AS students
        FROM read_csv('{folder}/studentVle.tsv.gz', delim='\t', header=true)
        WHERE code_module || code_presentation IN ('AAA2013J', 'AAA2014J', 'BBB2013B') AND date >= 0 GROUP BY ALL
        """
    ).df()
    long = rows.melt(["name", "place"], ["clicks", "students"])
    long["segment_id"] = long["name"] + " " + long["variable"]
    every = (
        long.groupby("segment_id")["place"]
        .max()
        .apply(lambda last: range(int(last) + 1))
        .explode()
        .rename("place")
        .reset_index()
    )
    whole = every.merge(long, on=["segment_id", "place"], how="left").fillna({"value": 0.0})
    whole["value"] = whole["value"].astype(float)
    ends = whole.groupby("segment_id")["place"].transform("max")
    past, later = whole[whole["place"] <= ends - 28], whole[whole["place"] > ends - 28]
    came = later.assign(step=later.groupby("segment_id")["place"].rank().astype(int), came=later["value"])
    said, _ = through_stages(spark, past[["segment_id", "place", "value"]], home, DAILY)
    naive = past.groupby("segment_id").tail(7).reset_index(drop=True)
    naive["step"] = naive.groupby("segment_id").cumcount() + 1
    weeks = pd.concat([naive.assign(step=naive["step"] + 7 * week) for week in range(4)]).rename(
        columns={"value": "forecast"}
    )
    ours, theirs = (scaled_errors(one, past, came) for one in (said, weeks))
    print(
        f"OULAD, last 4 weeks of {len(ours)} daily series: MASE {ours.mean():.3f}, seasonal naive {theirs.mean():.3f}, {ours.mean() / theirs.mean() - 1:+.1%}"
    )
    for name in ours.index:
        print(f"  {name}: {ours[name]:.3f} beside {theirs[name]:.3f}")


def many(spark: SparkSession, count: int, methods: tuple[str, ...]) -> None:
    """Time daily series of 120 days, their points made by Spark, with a week and noise; two origins."""
    day = F.explode(F.sequence(F.lit(AS_OF - timedelta(days=119)), F.lit(AS_OF), F.expr("interval 1 day")))
    rows = spark.range(count).select(F.concat(F.lit("s"), "id").alias("segment_id"), day.alias("period_start"))
    noise = F.pmod(F.xxhash64("segment_id", "period_start"), F.lit(1_000)) / 100
    valued = rows.withColumn("value", 20 + 5 * F.sin(F.dayofweek("period_start") * F.lit(np.pi / 3.5)) + noise)
    points = valued.select(*points_of(valued.columns, "day"))
    wanted = {"metrics": ("views",), "ahead": {"day": 28}, "origins": 2, "methods": methods}
    conf = SeriesSettings(forecast=Forecasting.model_validate(wanted))
    clock = time.monotonic()
    trials = forecast_trials(points, as_of=AS_OF, settings=conf).cache()
    scores = forecast_scores(trials, as_of=AS_OF).cache()
    rows_made = forecasts(points, scores, as_of=AS_OF, settings=conf).agg(F.count("forecast"), F.avg("mase")).first()
    spent = time.monotonic() - clock
    print(
        f"{count:,} daily series of 120 days by {', '.join(methods)}: scores and forecasts: {spent:.0f} s, {spent / count * 1000:.0f} ms a series, "
        f"{rows_made[0]:,} points; peak memory {peak_gigabytes():.1f} GB"
    )


if __name__ == "__main__":
    main()
