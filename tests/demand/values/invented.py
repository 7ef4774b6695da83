"""Customers who buy and leave by the model's own rules, and the days of CDNOW."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession

from learnlake.modelling.lifetime import History

CALIBRATED, ENDED = date(1997, 9, 30), date(1998, 6, 30)
PURCHASES = "user_id string, platform string, event_date date, purchase_count bigint, spend_amount decimal(18,2)"


def moments(rate: float, leaves: float, until: float, dice: np.random.Generator) -> list[float]:
    """When somebody buys after the first purchase at 0, who leaves with a chance after each purchase that follows."""
    out, now = [], 0.0
    while True:
        now += dice.exponential(1 / rate)
        if now > until:
            return out
        out.append(now)
        if dice.random() < leaves:
            return out


def customers(count: int, truth: tuple[float, float, float, float], span: tuple[float, float], seed: int):
    """Return a history until ``span[0]`` less a random start, and the purchases of each in ``span[1]`` after it."""
    dice = np.random.default_rng(seed)
    r, alpha, a, b = truth
    rates, leaves = dice.gamma(r, 1 / alpha, count), dice.beta(a, b, count)
    ages = span[0] - dice.uniform(0, span[0] / 3, count)
    rows = [moments(rate, leave, age + span[1], dice) for rate, leave, age in zip(rates, leaves, ages, strict=True)]
    past = [[x for x in row if x <= age] for row, age in zip(rows, ages, strict=True)]
    repeats = np.array([len(row) for row in past], dtype=float)
    recency = np.array([row[-1] if row else 0.0 for row in past])
    later = np.array([len(row) for row in rows]) - repeats
    return History.of(repeats, recency, ages), later


def shop(spark: SparkSession, count: int, days: int, until: date, seed: int) -> DataFrame:
    """Rows of silver.user_days of a shop in which some are buyers by nature, and all pay their own kind of price."""
    dice = np.random.default_rng(seed)
    rates, leaves = dice.gamma(0.8, 1 / 12, count), dice.beta(0.8, 4, count)
    price = 6 / dice.gamma(3.5, 1 / 15, count)
    rows = []
    for who in range(count):
        first = int(dice.integers(0, days // 3))
        for at in [0.0, *moments(rates[who], leaves[who], days - first, dice)]:
            day = until - timedelta(days=days - first - int(at))
            amount = max(round(float(price[who] * dice.gamma(6, 1 / 6)), 2), 0.01)
            rows.append((f"u{who:05d}", "school", day, 1, amount))
    frame = pd.DataFrame(rows, columns=["user_id", "platform", "event_date", "purchase_count", "spend_amount"])
    summed = frame.groupby(["user_id", "platform", "event_date"], as_index=False).sum()
    made = spark.createDataFrame(summed, PURCHASES.replace("decimal(18,2)", "double"))
    return complete(made)


def complete(frame: DataFrame) -> DataFrame:
    """Give rows the counts of silver.user_days that they lack."""
    kinds = {f"{kind}_count": "0" for kind in ("subscribe", "renew", "upgrade", "cancel")}
    lacking = {name: value for name, value in kinds.items() if name not in frame.columns}
    return frame.selectExpr(
        *(name for name in frame.columns if name != "spend_amount"),
        "cast(spend_amount as decimal(18,2)) as spend_amount",
        *(f"cast({value} as bigint) as {name}" for name, value in lacking.items()),
    )


def cdnow_days(folder: Path) -> pd.DataFrame:
    """Return one row per customer and day of CDNOW."""
    file = folder / "cdnow" / "CDNOW_master.txt"
    if not file.is_file():
        pytest.skip("needs ../shared/data/cdnow/CDNOW_master.txt")
    read = pd.read_csv(file, sep=r"\s+", dtype={"customer_id": str, "date": str})
    read["date"] = pd.to_datetime(read["date"], format="%Y%m%d")
    return read.groupby(["customer_id", "date"], as_index=False).agg(paid=("dollar_value", "sum"))


def cdnow_history(days: pd.DataFrame, until: date, ahead: int) -> tuple[History, NDArray[np.float64]]:
    """Return the history in weeks of each customer until a day, and days of purchase in the days after it."""
    end = pd.Timestamp(until)
    dates = days[days["date"] <= end].groupby("customer_id")["date"].agg(["min", "max", "count"])
    is_later = (days["date"] > end) & (days["date"] <= end + pd.Timedelta(days=ahead))
    later = days[is_later].groupby("customer_id")["date"].count().reindex(dates.index).fillna(0)
    weeks = [(upper - dates["min"]).dt.days / 7 for upper in (dates["max"], end)]
    return History.of(dates["count"] - 1, *weeks), later.to_numpy(dtype=float)
