"""Training of the lifetimes: judged on the last days of the history, then fitted on all of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.demand.values.models.lifetimes import NUMBERS, SHARES, Lifetimes, known_of
from learnlake.demand.values.rules.histories import bought_days, histories, snapshots
from learnlake.demand.values.settings import ValueSettings, no_customers
from learnlake.lake.stage import ModelNode, train
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.gate import Bar, Candidate
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.splits import sampled

Vector = NDArray[np.float64]
LIFETIMES = ModelNode("customer_values", Lifetimes)
WAYS = ("bgnbd", "corrected")
Z_95 = 1.959963984540054
SHORTEST_DAYS = 28  # of a history that can be halved


@dataclass(frozen=True)
class Split:
    """The history of a lake cut in two.

    Attributes:
        first: day of the first purchase.
        until: last day of the part that is fitted on.
        as_of: the train day, the last of the part that is judged on.
    """

    first: date
    until: date
    as_of: date

    @property
    def ahead(self) -> int:
        """Days that are judged on."""
        return (self.as_of - self.until).days


@train(reads=(USER_DAYS,), makes=LIFETIMES, lacks=no_customers)
def customer_values(days: DataFrame, *, as_of: date, settings: ValueSettings, modelling: ModelSettings) -> Candidate:
    """Fit BG/NBD, without and with a correction, on the earlier part of the history, and judge both on the rest.

    Customers are those who had bought by the cut. Each way foretells how often they buy in the days after it. What is published is
    the better way, fitted again on the whole history: whoever came since the cut and what was bought since counts as well.
    """
    bought = bought_days(days, settings.purchase_types).where(F.col("event_date") <= F.lit(as_of)).cache()
    try:
        first = (bought.agg(F.min("event_date")).first() or [None])[0]
        cut = _cut(first, as_of, settings)
        if cut is None:
            return Candidate(None, refusal=_short(first, as_of))
        known = histories(bought, cut.until, cut.ahead)
        refusal = _too_few(known, settings)
        if refusal:
            return Candidate(None, refusal=refusal)
        unfitted = Lifetimes(settings.discount_rate, settings.learn_on_rows, modelling.seed)
        return _judged(bought, cut, unfitted, settings)
    finally:
        bought.unpersist()


def _cut(first: date | None, as_of: date, settings: ValueSettings) -> Split | None:
    if first is None or (as_of - first).days < SHORTEST_DAYS:
        return None
    ahead = settings.holdout_days or (as_of - first).days // 2
    until = as_of - timedelta(days=ahead)
    return Split(first, until, as_of) if until > first else None


def _short(first: date | None, as_of: date) -> str:
    if first is None:
        return f"nobody bought anything by {as_of}"
    return f"the first purchase was on {first}: too short a history to judge on its last part"


def _too_few(known: DataFrame, settings: ValueSettings) -> str:
    """Say why there is too little to fit on or to judge by, or nothing."""
    counts = known.agg(
        F.count(F.lit(1)), F.count_if(F.col("repeat_count") > 0), F.count_if(F.col("later_count") > 0)
    ).first() or (0, 0, 0)
    if counts[0] < settings.fewest_customers:
        return f"fewer than {settings.fewest_customers} customers in the earlier part of the history: {counts[0]}"
    if counts[1] < settings.fewest_returned:
        return (
            f"fewer than {settings.fewest_returned} customers bought on a second day in the earlier part: {counts[1]}"
        )
    if counts[2] < settings.fewest_returned:
        return f"fewer than {settings.fewest_returned} customers bought again in the later part: {counts[2]}"
    return ""


def learning(bought: DataFrame, first: date, until: date, settings: ValueSettings) -> DataFrame:
    """Return what lifetimes are fitted on: users as known on a day, and, if trees may learn, on earlier ones with what came."""
    now = histories(bought, until)
    if settings.method == "bgnbd":
        return now
    every = snapshots(until, first, settings.snapshots, settings.snapshot_every_days, settings.snapshot_ahead_days)
    return reduce(DataFrame.unionByName, (histories(bought, day, ahead) for day, ahead in every), now)


def _judged(bought: DataFrame, cut: Split, unfitted: Lifetimes, settings: ValueSettings) -> Candidate:
    model = unfitted.fit(learning(bought, cut.first, cut.until, settings))
    judging = histories(bought, cut.until, cut.ahead).select("user_id", *NUMBERS, "later_count")
    rows = sampled(judging, "user_id", settings.learn_on_rows).toPandas()  # bounded by learn_on_rows
    came = rows["later_count"].to_numpy(dtype=float)
    ways = {"bgnbd": model.plain, **({"corrected": model} if model.trees_ else {})}
    foretold = {name: expected(own, rows, cut.ahead) for name, own in ways.items()}
    foretold |= {"nobody": np.zeros(len(rows)), "same_rate": _same_rate(rows, cut.ahead)}
    metrics = {f"{name}_{what}": x for name, said in foretold.items() for what, x in errors(said, came).items()}
    if "corrected" in ways:
        metrics |= gain(foretold["bgnbd"], foretold["corrected"], came)
    chosen = _chosen(metrics, [name for name in WAYS if name in ways], settings.method)
    metrics |= {**_covered(ways[chosen], rows, cut.ahead), **_connected(rows), "judged_users": float(len(rows))}
    own = settings.model_copy(update={"method": chosen})
    fitted = unfitted.fit(learning(bought, cut.first, cut.as_of, own))
    metrics |= dict(zip(("r", "alpha_weeks", "a", "b", "log_likelihood"), fitted.lifetime_, strict=True))
    metrics |= dict(zip(("p", "q", "gamma"), fitted.spending_, strict=False))
    remark = (
        f"judged on {cut.ahead} days up to the train day, {'and chosen on them, ' if len(ways) > 1 else ''}"
        "then fitted again on the whole history"
    )
    return Candidate(fitted, _bars(metrics, chosen, settings), metrics, {"method": chosen}, remark)


def expected(model: Lifetimes, users: pd.DataFrame, days: float) -> Vector:
    """Return the days of purchase to expect of each user within some days."""
    return model.lifetime.expected(known_of(users), days / 7 * model.stretch(users))


def errors(foretold: Vector, came: Vector) -> dict[str, float]:
    """Return MAE, RMSE, and by how much all together is foretold too high (+) or too low (-), as a share of what came."""
    off = foretold - came
    return {
        "mae": float(np.abs(off).mean()),
        "rmse": float(np.sqrt((off**2).mean())),
        "total_error": float(off.sum() / came.sum()),
    }


def gain(before: Vector, after: Vector, came: Vector) -> dict[str, float]:
    """Return by how much the squared and the absolute error of a user are lower after than before: means with 95 % intervals."""
    out: dict[str, float] = {}
    for name, power in (("squared", 2), ("absolute", 1)):
        each = np.abs(before - came) ** power - np.abs(after - came) ** power
        mean, half = float(each.mean()), Z_95 * float(each.std()) / max(len(each), 1) ** 0.5
        out |= {f"{name}_gain": mean, f"{name}_gain_low": mean - half, f"{name}_gain_high": mean + half}
    return out


def _same_rate(users: pd.DataFrame, days: int) -> Vector:
    age = users["age_weeks"].to_numpy(dtype=float)
    return np.where(age > 0, users["repeat_count"].to_numpy(dtype=float) / np.maximum(age, 1 / 7), 0.0) * days / 7


def _chosen(metrics: dict[str, float], ways: list[str], method: str) -> str:
    """Return the way that was asked for if there is it; else the correction where it lowers RMSE and does not raise MAE."""
    if method != "better" or len(ways) == 1:
        return method if method in ways else ways[0]
    lowers = metrics["corrected_rmse"] < metrics["bgnbd_rmse"] and metrics["corrected_mae"] <= metrics["bgnbd_mae"]
    return "corrected" if lowers or np.isnan(metrics["bgnbd_rmse"]) else "bgnbd"


def _covered(model: Lifetimes, users: pd.DataFrame, days: int) -> dict[str, float]:
    """Return which share of users bought as often as the 80 % interval says, and which share more often."""
    known = known_of(users)
    came, within = users["later_count"].to_numpy(dtype=float), days / 7 * model.stretch(users)
    low, high = (model.lifetime.quantile(known, within, share) for share in SHARES)
    return {
        "covered_share": float(((came >= low) & (came <= high)).mean()),
        "above_share": float((came > high).mean()),
    }


def _connected(users: pd.DataFrame) -> dict[str, float]:
    """Return how far amounts and numbers of purchases go together, which Gamma-Gamma takes to be not at all."""
    paid = users[(users["paid_count"] > 1) & (users["repeat_count"] > 0)]
    if len(paid) < 3 or paid["mean_paid"].nunique() < 2 or paid["repeat_count"].nunique() < 2:
        return {}
    return {"count_amount_correlation": float(np.corrcoef(paid["repeat_count"], paid["mean_paid"])[0, 1])}


def _bars(metrics: dict[str, float], chosen: str, settings: ValueSettings) -> tuple[Bar, ...]:
    rmse, mae = metrics[f"{chosen}_rmse"], metrics[f"{chosen}_mae"]
    return (
        Bar("lower RMSE", 1 - rmse / metrics["nobody_rmse"], 0.0, "share, than nobody comes back"),
        Bar("lower RMSE", 1 - rmse / max(metrics["same_rate_rmse"], 1e-12), 0.0, "share, than the same rate as before"),
        Bar("lower MAE", 1 - mae / max(metrics["same_rate_mae"], 1e-12), 0.0, "share, than the same rate as before"),
        Bar(
            "total",
            1 - abs(metrics[f"{chosen}_total_error"]),
            1 - settings.most_total_error,
            "1 - error of all together",
        ),
    )
