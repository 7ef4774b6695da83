"""Who buys in the next 30 and 90 days, as of three days: the champion beside recency, BG/NBD's own probability, and the base rate.

CDNOW and online retail. As of each day the model learns from earlier days whose windows had ended, of which the newest tunes and calibrates where
there are two, and is judged on what came after the day. BG/NBD is fitted up to the day; its chance, fitted up to each earlier day, is one of the model's
features.

    python bench/next_purchase.py --data ../shared/data
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import SparkSession

from learnlake.modelling import binary
from learnlake.modelling.batches import Kinds, batch_of
from learnlake.modelling.gate import Candidate, judge
from learnlake.modelling.judging import Terms
from learnlake.modelling.learning import Rows, Task, candidate_of
from learnlake.modelling.lifetime import History, fit_lifetime
from learnlake.session import SparkSettings, start

NUMERIC = (
    *("since_days", "repeat_count", "tenure_days", "recency_days", "mean_gap_days", "last_gap_days", "gaps_waited"),
    *("count_30d", "count_90d", "spent", "spent_90d", "mean_spent", "last_spent", "bgnbd_chance"),
)
KINDS: Kinds = (NUMERIC, (), ())
SIMPLE = ("since_days", "repeat_count", "tenure_days")
STEP, MOST_DAYS = 14, 6
AS_OF = {
    "cdnow": (date(1997, 6, 30), date(1997, 9, 30), date(1997, 12, 31)),
    "online_retail": (date(2010, 7, 1), date(2010, 8, 1), date(2010, 9, 1)),
}


def cdnow(data: Path) -> pd.DataFrame:
    """Read days of purchase: user, day, spent."""
    words = [
        line.split() for line in (data / "cdnow" / "CDNOW_master.txt").read_text().splitlines()[1:] if line.strip()
    ]
    rows = pd.DataFrame([(w[0], w[1], float(w[3])) for w in words], columns=["user", "day", "spent"])
    rows["day"] = pd.to_datetime(rows["day"], format="%Y%m%d")
    return rows.groupby(["user", "day"], as_index=False)["spent"].sum()


def online_retail(data: Path) -> pd.DataFrame:
    """Read days of purchase of known customers, cancellations and corrections left out."""
    rows = pd.read_parquet(data / "online_retail" / "2009_2010.parquet")
    sound = (
        ~rows["Invoice"].astype(str).str.startswith(("C", "A"))
        & (rows["Quantity"] > 0)
        & (rows["Price"] > 0)
        & rows["Customer ID"].notna()
    )
    held = rows[sound]
    out = pd.DataFrame(
        {
            "user": held["Customer ID"].astype(int).astype(str),
            "day": pd.to_datetime(held["InvoiceDate"]).dt.normalize(),
            "spent": held["Quantity"] * held["Price"],
        }
    )
    return out.groupby(["user", "day"], as_index=False)["spent"].sum()


def known(bought: pd.DataFrame, as_of: date, ahead: int) -> pd.DataFrame:
    """Return one row per customer: what is known at the end of a day, and whether they buy within the days ahead."""
    at = pd.Timestamp(as_of)
    past = bought[bought["day"] <= at].sort_values(["user", "day"])
    gap = past.groupby("user")["day"].diff().dt.days
    past = past.assign(gap=gap, age=(at - past["day"]).dt.days)
    rows = past.groupby("user").agg(
        first=("age", "max"),
        since_days=("age", "min"),
        count=("day", "size"),
        mean_gap_days=("gap", "mean"),
        last_gap_days=("gap", "last"),
        spent=("spent", "sum"),
        mean_spent=("spent", "mean"),
        last_spent=("spent", "last"),
    )
    for days in (30, 90):
        rows[f"count_{days}d"] = past[past["age"] < days].groupby("user").size().reindex(rows.index, fill_value=0)
    rows["spent_90d"] = past[past["age"] < 90].groupby("user")["spent"].sum().reindex(rows.index, fill_value=0.0)
    rows["repeat_count"], rows["tenure_days"] = rows["count"] - 1, rows["first"]
    rows["recency_days"] = rows["first"] - rows["since_days"]
    rows["gaps_waited"] = rows["since_days"] / rows["mean_gap_days"]
    weeks = History.of(rows["repeat_count"], rows["recency_days"] / 7, rows["tenure_days"] / 7)
    rows["bgnbd_chance"] = fit_lifetime(weeks).returns(weeks, ahead / 7)
    later = bought[(bought["day"] > at) & (bought["day"] <= at + pd.Timedelta(days=ahead))]["user"].unique()
    return rows.reset_index().assign(label=lambda held: held["user"].isin(later).astype("int64"), as_of=as_of)


@dataclass(frozen=True)
class Compared:
    """What a model learned before a day says of what came after it, beside BG/NBD.

    Attributes:
        as_of: the day.
        ahead: days of the window.
        candidate: the model, its bars and measures.
        test: rows of the day, with ``label`` and ``bgnbd_chance``.
    """

    as_of: date
    ahead: int
    candidate: Candidate
    test: pd.DataFrame

    def beside_bgnbd(self, measure: binary.Measure) -> binary.Estimate:
        """Return how far the model is above BG/NBD's own chance, on the same customers."""
        return binary.difference(self._labels, self._chances, self._theirs, measure, 7)

    def line(self) -> str:
        """Say it in a line."""
        if self.candidate.model is None:
            return f"{self.as_of} {self.ahead:>3} days: {self.candidate.refusal}"
        labels, theirs, m = self._labels, self._theirs, self.candidate.metrics
        area, loss = self.beside_bgnbd(binary.pr_auc), self.beside_bgnbd(binary.log_loss_of)
        return (
            f"{self.as_of} {self.ahead:>3} days  n {len(labels):>6,}  base {labels.mean():.3f}  PR-AUC {m['pr_auc']:.3f}  "
            f"recency {m['rule_pr_auc']:.3f}  simple {m['simple_pr_auc']:.3f}  "
            f"BG/NBD {binary.pr_auc(labels, theirs):.3f} ({area.value:+.3f}: {area.low:+.3f} to {area.high:+.3f})  "
            f"log-loss {m['log_loss']:.4f}  "
            f"BG/NBD {binary.log_loss_of(labels, theirs):.4f} ({loss.value:+.4f}: {loss.low:+.4f} to {loss.high:+.4f})  "
            f"ECE {m['calibration_error']:.3f}  BG/NBD {binary.calibration_error(labels, theirs):.3f}  "
            f"{self.candidate.params['learner']}  {'published' if judge(self.candidate).is_published else 'not published'}"
        )

    @property
    def _labels(self) -> NDArray[np.int64]:
        return self.test["label"].to_numpy()

    @property
    def _theirs(self) -> NDArray[np.float64]:
        return self.test["bgnbd_chance"].to_numpy()

    @property
    def _chances(self) -> NDArray[np.float64]:
        if self.candidate.model is None:
            raise ValueError(self.candidate.refusal)
        return self.candidate.model.chances(batch_of(self.test, KINDS))


def compared(spark: SparkSession, bought: pd.DataFrame, as_of: date, ahead: int) -> Compared:
    """Learn as of a day and judge on what came."""
    first = bought["day"].min().date()
    days = [as_of - timedelta(days=ahead + STEP * n) for n in range(MOST_DAYS)]
    days = [day for day in days if (day - first).days >= 42]
    test = known(bought, as_of, ahead)
    ripe = [day for day in days if day + timedelta(days=ahead) <= days[0]] if days else []
    past = pd.concat([known(bought, day, ahead) for day in days], ignore_index=True)
    draw = np.random.default_rng(7).random(len(past))
    if ripe:
        is_old, is_newest = past["as_of"].isin(ripe), past["as_of"] == days[0]
        part = np.where(is_old, "train", np.where(is_newest, np.where(draw < 0.5, "tune", "calibrate"), ""))
    else:
        part = np.where(draw < 0.6, "train", np.where(draw < 0.8, "tune", "calibrate"))
    rows = pd.concat([past, test], ignore_index=True)
    names = np.concatenate([part, np.full(len(test), "test")]).astype(object)
    batch = batch_of(rows, KINDS).append_column("label", pa.array(rows["label"]))
    task = Task(KINDS, Terms("since_days", SIMPLE), remark="time")
    return Compared(as_of, ahead, candidate_of(Rows(batch, names), task, None, spark), test)


def main() -> None:
    """Print a line for each data set, day and horizon."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--data", type=Path, required=True)
    given = words.parse_args()
    spark = start(SparkSettings())
    for name, read in (("cdnow", cdnow), ("online_retail", online_retail)):
        bought = read(given.data)
        print(name)
        for as_of in AS_OF[name]:
            for ahead in (30, 90):
                print(compared(spark, bought, as_of, ahead).line(), flush=True)


if __name__ == "__main__":
    main()
