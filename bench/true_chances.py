"""How near do the chances come to those that the simulator planted, and are the reasons the planted causes?

    learnlake simulate --users 10000 --days 120 --out DIR/logs
    SIMULATED=DIR/logs learnlake run --env demo --lake DIR/lake --as-of 2026-04-20 --only gold.propensities
    python bench/true_chances.py --logs DIR/logs --lake DIR/lake --users 10000 --days 120 --as-of 2026-04-20

The true chance of a renewal depends on causes that show in what a member does; that of a purchase on habits, vigour and the days on which
courses are taken up. What is drawn for days after the as-of day counts by its chance in both. The gap is the log-loss above that of the truth
on the same outcomes.
"""

from __future__ import annotations

import argparse
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import Log, successes
from learnlake.demand.goals.settings import Goal, Goals
from learnlake.lake.joins import owned
from learnlake.lake.key import KeySettings, key_of
from learnlake.lake.store import Store
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS, USER_DAYS
from learnlake.modelling import binary
from learnlake.options import opened
from learnlake.simulate import SimulateSettings, purchase_chances
from planted import identified

ACTIVITY = (
    *(
        "idle",
        "active",
        "since",
        "session",
        "minutes",
        "study",
        "login",
        "browse",
        "view",
        "search",
        "submit",
        "attempt",
    ),
    *("streak", "trend", "topic", "course", "event", "complete", "night", "weekend"),
)
RENEWAL_DAYS = 14


def with_users(rows: DataFrame, store: Store, key: bytes) -> DataFrame:
    """Add the user of each login."""
    return owned(identified(rows, key), store.read(IDENTITIES))


def renewals(store: Store, truth: DataFrame, key: bytes, as_of: date) -> pd.DataFrame:
    """Return one row per member whose membership is due in the window: chance, true chance, cause, reasons, and what came."""
    due = truth.where(
        F.col("due_on")
        .cast("date")
        .between(F.lit(as_of + timedelta(days=1)), F.lit(as_of + timedelta(days=RENEWAL_DAYS)))
    )
    said = store.day(PROPENSITIES, as_of).where("goal = 'renewal'").select("user_id", "chance", "chance_reasons")
    return with_users(due, store, key).join(said, on="user_id").toPandas()


def purchases(store: Store, true: DataFrame, key: bytes, as_of: date, goal: Goal) -> pd.DataFrame:
    """Return one row per user: chance, true chance that any of the user's accounts buys or becomes a member, and what came."""
    days = store.read(USER_DAYS).where(
        F.col("event_date").between(F.lit(as_of + timedelta(days=1)), F.lit(as_of + timedelta(days=goal.window_days)))
    )
    log = Log(days, *map(store.read, (EVENTS, IDENTITIES, ITEMS)))
    bought = successes(goal.success, log).select("user_id", F.lit(1).alias("label"))
    chance = (
        with_users(true, store, key)
        .groupBy("user_id")
        .agg(
            (1 - F.product((1 - F.col("chance")) * (1 - F.col("first_payment_chance")))).alias("true"),
            F.bool_and("has_left").alias("has_left"),
        )
    )
    said = store.day(PROPENSITIES, as_of).where("goal = 'buys'").select("user_id", "chance")
    return said.join(chance, on="user_id").join(bought, on="user_id", how="left").fillna(0, ["label"]).toPandas()


def gap(labels: np.ndarray, said: np.ndarray, true: np.ndarray) -> str:
    """Say log-loss, that of the truth, and the difference with its interval."""
    found = binary.difference(labels, said, true, binary.log_loss_of, seed=7)
    losses = (
        binary.log_loss_of(labels, said),
        binary.log_loss_of(labels, true),
        binary.log_loss_of(labels, np.full(len(labels), labels.mean())),
    )
    expected = float(np.mean(true * np.log(true / said) + (1 - true) * np.log((1 - true) / (1 - said))))
    return (
        f"{len(labels):,} rows, {labels.mean():.3f} came; log-loss {losses[0]:.4f}, of the truth {losses[1]:.4f}, of the base rate {losses[2]:.4f}; "
        f"gap {found.value:.4f} ({found.low:.4f} to {found.high:.4f}), expected over outcomes {expected:.4f}"
    )


def agreement(rows: pd.DataFrame) -> str:
    """Say in how many users with a planted cause the strongest reason is that cause, with its direction."""
    told = {"silent": 0, "complains": 0, "keen": 0}
    known = rows.dropna(subset=["cause"])
    for row in known.itertuples():
        first = row.chance_reasons[0] if len(row.chance_reasons) else None
        if first is None:
            continue
        is_complaint = "complaint" in first["feature"]
        is_activity = any(word in first["feature"] for word in ACTIVITY)
        right = {
            "silent": is_activity and first["log_odds"] < 0,
            "complains": is_complaint and first["log_odds"] < 0,
            "keen": is_activity and first["log_odds"] > 0,
        }
        told[row.cause] += bool(right[row.cause])
    counts = known["cause"].value_counts()
    parts = ", ".join(f"{cause} {told[cause]} of {counts.get(cause, 0)}" for cause in told)
    return f"strongest reason = planted cause: {sum(told.values()) / max(len(known), 1):.1%} of {len(known)} users ({parts})"


def main() -> None:
    """Print the gaps and the agreement."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--logs", type=Path, required=True)
    words.add_argument("--lake", required=True)
    words.add_argument("--users", type=int, default=2_000)
    words.add_argument("--days", type=int, default=120)
    words.add_argument("--as-of", type=date.fromisoformat, required=True)
    given = words.parse_args()
    conf, store = opened(Path("conf"), "demo", given.lake)
    key = key_of(conf.of(KeySettings), store.root)
    renewed = renewals(store, store.spark.read.json((given.logs / "truth" / "renewals").as_posix()), key, given.as_of)
    if len(renewed):
        labels = renewed["has_renewed"].to_numpy().astype(np.int64)
        print("Renewals:", gap(labels, renewed["chance"].to_numpy(), renewed["probability"].to_numpy()))
        print("   ", agreement(renewed))
    settings = SimulateSettings(users=given.users, days=given.days)
    place = (given.as_of - settings.first_day).days
    goal = conf.of(Goals).files["buys"]
    chances = purchase_chances(store.spark, settings, place, goal.window_days)
    bought = purchases(store, chances, key, given.as_of, goal)
    for name, rows in {"Purchases": bought, "    of those who have not left": bought[~bought["has_left"]]}.items():
        labels, true = rows["label"].to_numpy().astype(np.int64), np.clip(rows["true"].to_numpy(), 1e-4, 1 - 1e-4)
        print(f"{name}:", gap(labels, rows["chance"].to_numpy(), true))


if __name__ == "__main__":
    main()
