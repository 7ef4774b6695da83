"""The lifetime of customers: whether they still are one, how often they will buy, and for how much."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.modelling.correction import Correction, corrected
from learnlake.modelling.lifetime import History, Lifetime, fit_lifetime
from learnlake.modelling.spending import Spending, fit_spending
from learnlake.modelling.splits import in_share, sampled

Vector = NDArray[np.float64]
FILE = "lifetimes.json"
HORIZONS = (28, 90, 365)
SHARES = (0.1, 0.9)
BIN = 0.01  # amounts are grouped by their logarithm, one percent wide
FITTED_SHARE = 0.8
TIMES = ("repeat_count", "recency_weeks", "age_weeks")
RECENT = ("bought_4w", "bought_8w", "bought_13w")
PAID = ("mean_paid", "first_paid")
NUMBERS = (*TIMES, *RECENT, "first_paid", "paid_count", "mean_paid")
TOLD = (
    "alive",
    *(f"{what}_{days}d" for days in HORIZONS for what in ("expected", "low", "high", "returns", "value")),
    "mean_amount",
)


@dataclass(frozen=True)
class Lifetimes:
    """BG/NBD for how often, Gamma-Gamma for how much, and where it is learned a correction of the first by what it does not know.

    BG/NBD sees repeats, the time of the last purchase and the age; fitted on counts grouped on Spark, so that a million customers
    cost little more than a thousand: there are at most as many groups as pairs of days times numbers of purchases. A correction
    stretches the time ahead of each customer, by trees grown on earlier days of the history; the sum over all customers
    stays that of BG/NBD.

    Attributes:
        discount_rate: by how much money is worth less in a year.
        at_most: rows that trees learn from.
        seed: of the trees.
        lifetime_: r, alpha (weeks), a, b and the log-likelihood.
        spending_: p, q, gamma; empty where too few paid more than once.
        trees_, level_: the correction; empty where none was learned.
    """

    discount_rate: float = 0.1
    at_most: int = 200_000
    seed: int = 7
    lifetime_: tuple[float, ...] = ()
    spending_: tuple[float, ...] = ()
    trees_: str = ""
    level_: float = 1.0

    def fit(self, users: DataFrame) -> Self:
        """Return a fitted copy.

        Args:
            users: one row per user as known at the end of the history (``ahead_weeks`` 0), and for a correction further ones on
                earlier days, with ``later_count`` days of purchase in the ``ahead_weeks`` after.

        Raises:
            LearnlakeError: if fewer than three customers bought on a second day.
        """
        now = users.where(F.col("ahead_weeks") == 0)
        found = fit_lifetime(known_of(_grouped(now)))
        parts = (found.r, found.alpha, found.a, found.b, found.log_likelihood)
        plain = replace(self, lifetime_=parts, spending_=_spending(now), trees_="", level_=1.0)
        return plain._corrected(users)

    def _corrected(self, users: DataFrame) -> Self:
        earlier = users.where(F.col("ahead_weeks") > 0)
        is_fitted = in_share("user_id", "values: fit", FITTED_SHARE).alias("is_fitted")
        key = F.concat_ws(" ", F.col("age_weeks").cast("string"), "user_id").alias("_key")
        kept = earlier.select(key, "user_id", *NUMBERS, "ahead_weeks", "later_count", "snapshot_date", is_fitted)
        rows = sampled(kept, "_key", self.at_most).toPandas()  # bounded by at_most
        if rows.empty or rows["is_fitted"].all() or not rows["is_fitted"].any():
            return self
        try:
            expected = _expected_then(rows)
        except LearnlakeError:  # on an earlier day hardly anybody had come back
            return self
        fitted = rows["is_fitted"].to_numpy(dtype=bool)
        trees = corrected(features(rows), expected, rows["later_count"].to_numpy(dtype=float), fitted, self.seed)
        now = sampled(users.where(F.col("ahead_weeks") == 0).select("user_id", *NUMBERS), "user_id", self.at_most)
        held = now.toPandas()  # bounded by at_most
        trees = trees.levelled(features(held), self.lifetime.expected(known_of(held), float(rows["ahead_weeks"].max())))
        return replace(self, trees_=trees.text, level_=trees.level)

    @property
    def lifetime(self) -> Lifetime:
        """The BG/NBD; times are weeks."""
        if not self.lifetime_:
            raise LearnlakeError("these lifetimes are not fitted; fit them before they score.")
        return Lifetime(*self.lifetime_)

    @property
    def plain(self) -> Self:
        """The same without the correction."""
        return replace(self, trees_="", level_=1.0)

    def stretch(self, users: pd.DataFrame) -> Vector:
        """Return by how much longer than it is the time ahead of each user counts; 1 without a correction."""
        if not self.trees_:
            return np.ones(len(users))
        return Correction(self.trees_, self.level_).factor(features(users))

    def told(self, users: pd.DataFrame) -> dict[str, Vector]:
        """Return of each user what the columns of ``score`` say, by name; money is not a number where no spending was fitted."""
        known, stretch, model = known_of(users), self.stretch(users), self.lifetime
        out = {"alive": model.alive(known)}
        edges = (0, 28, 90, 180, 270, 365)
        steps = [np.zeros(len(users)), *(model.expected(known, days / 7 * stretch) for days in edges[1:])]
        worth = np.cumsum([self._today(edges[n], edges[n + 1]) * (steps[n + 1] - steps[n]) for n in range(5)], axis=0)
        amount = np.full(len(users), np.nan)
        if self.spending_:
            amount = Spending(*self.spending_).expected(_floats(users, "paid_count"), _floats(users, "mean_paid"))
        for days in HORIZONS:
            place = edges.index(days)
            low, high = (model.quantile(known, days / 7 * stretch, share) for share in SHARES)
            out |= {f"expected_{days}d": steps[place], f"low_{days}d": low, f"high_{days}d": high}
            out |= {f"returns_{days}d": model.returns(known, days / 7 * stretch)}
            out |= {f"value_{days}d": worth[place - 1] * amount}
        return {**out, "mean_amount": amount}

    def _today(self, start: int, end: int) -> float:
        """Return what money that comes between two days is worth today, taken in their middle."""
        return float((1 + self.discount_rate) ** (-(start + end) / 730))

    def score(self, users: DataFrame) -> DataFrame:
        """Return one row per user: user_id, and as doubles ``TOLD``: what is expected within 28, 90 and 365 days.

        ``low`` and ``high`` are the ends of the 80 % interval of the days of purchase, ``returns`` the probability of one at
        least, ``value`` their worth today.

        Raises:
            LearnlakeError: if the model is not fitted.
        """
        self.lifetime  # noqa: B018  # raises here, not in the midst of Spark
        schema = ", ".join(("user_id string", *(f"{name} double" for name in TOLD)))

        def scored(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                told = self.told(batch.to_pandas())
                numbers = [pa.array(told[name], pa.float64(), from_pandas=True) for name in TOLD]
                yield pa.RecordBatch.from_arrays([batch.column("user_id"), *numbers], names=["user_id", *TOLD])

        return users.select("user_id", *NUMBERS).mapInArrow(scored, schema)

    def save(self, folder: Path) -> None:
        """Write the model as one JSON file."""
        (folder / FILE).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in held.items()}
        return cls(**values)


def features(users: pd.DataFrame) -> NDArray[np.float64]:
    """Return what trees are told of each user: the times, what was bought lately, how regularly and for how much."""
    repeats, recency, age = (_floats(users, name) for name in TIMES)
    gap = np.where(repeats > 0, recency / np.maximum(repeats, 1), np.nan)
    seen = [repeats, recency, age, age - recency, recency / np.maximum(age, 1 / 7), gap]
    return np.column_stack([*seen, *(_floats(users, name) for name in (*RECENT, *PAID))])


def _floats(users: pd.DataFrame, name: str) -> Vector:
    return np.asarray(users[name].to_numpy(dtype=np.float64, na_value=np.nan))


def known_of(users: pd.DataFrame) -> History:
    """Return what BG/NBD knows of rows of ``rules.histories``; ``customers``, where it is there, says how many each row stands for."""
    weight = _floats(users, "customers") if "customers" in users else None
    repeats, recency, age = (_floats(users, name) for name in TIMES)
    return History.of(repeats, recency, age, weight)


def _grouped(users: DataFrame) -> pd.DataFrame:
    """Count users with the same history; sorted, for sums depend on the order."""
    counted = users.groupBy(*TIMES).agg(F.count(F.lit(1)).alias("customers"))
    return counted.toPandas().sort_values([*TIMES], ignore_index=True)  # bounded by days x days x purchases


def _spending(users: DataFrame) -> tuple[float, ...]:
    step = F.round(F.log("mean_paid") / BIN).cast("int").alias("step")
    paid = users.where("paid_count > 0").groupBy("paid_count", step).agg(F.count(F.lit(1)).alias("customers"))
    rows = paid.toPandas().sort_values(["paid_count", "step"])  # bounded by amounts, one in each percent, x purchases
    try:
        found = fit_spending(
            *(_floats(rows, "paid_count"), np.exp(_floats(rows, "step") * BIN)), _floats(rows, "customers")
        )
    except LearnlakeError:
        return ()
    return (found.p, found.q, found.gamma)


def _expected_then(rows: pd.DataFrame) -> Vector:
    """Return what a BG/NBD of each earlier day expected of its users."""
    out = np.zeros(len(rows))
    for _, places in sorted(rows.groupby("snapshot_date").indices.items()):
        own = rows.iloc[places]
        known = known_of(own)
        out[places] = fit_lifetime(known).expected(known, _floats(own, "ahead_weeks"))
    return out
