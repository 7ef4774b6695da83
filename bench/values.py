"""BG/NBD on CDNOW and on a million customers, and how well the ways to foretell the next 39 weeks do, beside ``lifetimes``.

The first part fits all 23,570 customers of CDNOW one by one; the second a million invented ones that Spark has grouped, its grouping timed
by itself. The table is of the hold-out 1997-10-01 to 1998-06-30, of which no way has seen anything; the corrected one learned on
earlier days of the calibration period. ``lifetimes`` is no longer kept; give the interpreter of an environment that has it.

    python bench/values.py --data ../shared/data [--customers 1000000] [--lifetimes /path/to/python]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.demand.values.models.lifetimes import Lifetimes
from learnlake.demand.values.rules.histories import bought_days, histories
from learnlake.demand.values.settings import ValueSettings
from learnlake.demand.values.training import errors, expected, gain, learning
from learnlake.modelling.lifetime import History, Lifetime, fit_lifetime
from learnlake.session import SparkSettings, start

T = TypeVar("T")
CALIBRATED, FIRST, AHEAD = date(1997, 9, 30), date(1997, 1, 1), 273
BESIDE = """
import json, sys, time
import numpy as np
from lifetimes import BetaGeoFitter
x, seen, age, later = np.load(sys.argv[1])
start = time.monotonic()
model = BetaGeoFitter().fit(x, seen, age)
fitted = time.monotonic() - start
told = model.conditional_expected_number_of_purchases_up_to_time(39, x, seen, age)
print(json.dumps({"seconds": fitted, "params": [float(v) for v in model.params_], "mae": float(abs(told - later).mean()),
  "rmse": float(((told - later) ** 2).mean() ** 0.5)}))
"""


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return what work returns, and the seconds it took."""
    begun = time.monotonic()
    return work(), time.monotonic() - begun


def purchases(spark: SparkSession, data: Path) -> DataFrame:
    """Read days of purchase of CDNOW as ``rules.bought_days`` has them."""
    words = F.split(F.trim("value"), r"\s+")
    read = spark.read.text(str(data / "cdnow" / "CDNOW_master.txt")).where(F.trim("value").rlike(r"^\d"))
    rows = read.select(
        words[0].alias("user_id"),
        F.to_date(words[1], "yyyyMMdd").alias("event_date"),
        words[3].cast("decimal(18,2)").alias("spend_amount"),
        F.lit(1).alias("purchase_count"),
    )
    return bought_days(rows, ("purchase",)).cache()


def known_of(rows: pd.DataFrame) -> History:
    """Return the history of rows of ``rules.histories``."""
    return History.of(*(rows[name].to_numpy(dtype=float) for name in ("repeat_count", "recency_weeks", "age_weeks")))


def table(bought: DataFrame) -> None:
    """Print how well each way foretells the hold-out."""
    rows = histories(bought, CALIBRATED, AHEAD).orderBy("user_id").toPandas()
    known, came = known_of(rows), rows["later_count"].to_numpy(dtype=float)
    learnt, seconds = timed(lambda: Lifetimes().fit(learning(bought, FIRST, CALIBRATED, ValueSettings())))
    plain = learnt.lifetime
    mean, median = plain.expected(known, AHEAD / 7), plain.quantile(known, AHEAD / 7, 0.5)
    better = expected(learnt, rows, AHEAD)
    rate = np.where(known.age > 0, known.repeats / np.maximum(known.age, 1 / 7), 0) * AHEAD / 7
    ways = {
        "nobody comes back": np.zeros(len(rows)),
        "same rate as before": rate,
        "BG/NBD": mean,
        "BG/NBD, predictive median": median,
        "BG/NBD corrected by trees": better,
        "half corrected, half median": (better + median) / 2,
    }
    print(f"learned on four earlier days in {seconds:.1f} s; hold-out of {len(rows):,} customers")
    for name, told in ways.items():
        found = errors(told, came)
        print(f"  {name:28s} MAE {found['mae']:.4f}  RMSE {found['rmse']:.4f}  total {found['total_error']:+.1%}")
    print(
        f"  errors of a customer, BG/NBD less corrected: {json.dumps({k: round(v, 4) for k, v in gain(mean, better, came).items()})}"
    )


def one_by_one(known: History, came: NDArray[np.float64], python: str | None) -> None:
    """Fit CDNOW and print parameters and seconds, and those of ``lifetimes`` where it is given."""
    model, seconds = timed(lambda: fit_lifetime(known))
    print(f"CDNOW: {seconds:.2f} s, {model}")
    if python:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "cdnow.npy"
            np.save(file, np.array([known.repeats, known.recency, known.age, came]))
            command = [python, "-W", "ignore", "-c", BESIDE, str(file)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # what the caller gave
            print(f"lifetimes: {done.stdout.strip()}")


def million(spark: SparkSession, count: int) -> None:
    """Invent customers, group them on Spark, fit them, and foretell the year of each."""
    dice = np.random.default_rng(7)
    rates, leaves = dice.gamma(0.25, 1 / 4.8, count), dice.beta(0.72, 2.16, count)
    age = dice.integers(7, 365, count) / 7
    active = np.minimum(age, dice.exponential(1 / np.maximum(rates * leaves, 1e-9)))
    repeats = dice.poisson(rates * active)
    recency = np.where(repeats > 0, active * dice.random(count) ** (1 / np.maximum(repeats, 1)), 0)
    frame = pd.DataFrame({"repeat_count": repeats, "recency_weeks": np.round(recency * 7) / 7, "age_weeks": age})
    numbers = ["bought_4w", "bought_8w", "bought_13w", "first_paid", "paid_count", "mean_paid", "ahead_weeks"]
    users = (
        spark.createDataFrame(frame)
        .withColumns({name: F.lit(0.0) for name in numbers})
        .withColumns(
            {
                "paid_count": F.lit(2),
                "later_count": F.lit(0),
                "snapshot_date": F.lit(CALIBRATED),
                "mean_paid": 5 + F.rand(7) * 50,
            }
        )
        .withColumn("user_id", F.format_string("u%08d", F.monotonically_increasing_id()))
        .cache()
    )
    users.count()
    groups, seconds = timed(lambda: users.groupBy("repeat_count", "recency_weeks", "age_weeks").count().count())
    print(f"{count:,} customers: {groups:,} groups in {seconds:.1f} s")
    fitted, seconds = timed(lambda: Lifetimes().fit(users))
    print(f"grouped and fitted, spending too, in {seconds:.1f} s: {Lifetime(*fitted.lifetime_)}")
    _, seconds = timed(lambda: fitted.score(users).write.format("noop").mode("overwrite").save())
    print(f"foretold, three horizons with intervals, in {seconds:.1f} s")


def main() -> None:
    """Run all parts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--lifetimes")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        settings = {"spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": f"{home}/warehouse"}
        spark = start(SparkSettings(driver_memory="3g", log_file=f"{home}/spark.log", options=settings))
        bought = purchases(spark, given.data)
        rows = histories(bought, CALIBRATED, AHEAD).orderBy("user_id").toPandas()
        one_by_one(known_of(rows), rows["later_count"].to_numpy(dtype=float), given.lifetimes)
        table(bought)
        million(spark, given.customers)
        spark.stop()


if __name__ == "__main__":
    main()
