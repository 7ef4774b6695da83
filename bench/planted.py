"""Is what was planted found again? Segments, levels, roles and client types of the simulator beside those of the lake.

Source of the adjusted Rand index: Hubert and Arabie (1985), Journal of Classification 2.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from sklearn.metrics import adjusted_rand_score

from learnlake.ingest.mapping import identifier
from learnlake.lake.joins import owners
from learnlake.lake.key import KeySettings, key_of, keyed_hash
from learnlake.lake.store import Store
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES
from learnlake.lake.tables.silver import IDENTITIES
from learnlake.options import opened

AT_LEAST = 0.9
CLUSTERINGS = ("behaviour", "habits")
SETTLED_DAYS = 60  # roles are counted over 90 days: newcomers have not shown theirs


@dataclass(frozen=True)
class Found:
    """How well the lake knows what was planted; shares 0..1, NaN where nothing was answered.

    Attributes:
        rand: clustering -> adjusted Rand index with the planted segments.
        users: how many users are compared.
        roles: share of settled helpers whose community role is right.
        levels: share right among the users whom the classifier placed, whose level it was not told.
        level_confidence: their mean stated probability: equal to ``levels`` where it is calibrated.
        placed: share of the users whose level is unknown that the classifier placed.
        clients: share of the clients whose type is right.
        enterprises: enterprise clients found and planted: a firm is one, whatever its seats.
    """

    rand: dict[str, float]
    users: int
    roles: float
    levels: float
    level_confidence: float
    placed: float
    clients: float
    enterprises: tuple[int, int]


def identified(rows: DataFrame, key: bytes) -> DataFrame:
    """Add the ``account_id`` in the lake to rows of the simulator's truth, by platform and login_id."""
    return rows.withColumn(
        "account_id", identifier(F.col("platform"), keyed_hash(key)(F.col("login_id").cast("string")))
    )


def people(store: Store, truth: DataFrame, key: bytes) -> DataFrame:
    """Return the simulator's ``users`` with their ``account_id`` and ``user_id`` in the lake; bots are left out.

    Args:
        store: the lake.
        truth: the simulator's ``users``.
        key: of the keyed hashes, to find the account of a login.
    """
    owner = owners(store.read(IDENTITIES)).withColumnRenamed("_owner", "user_id")
    return identified(truth.where(~F.col("is_bot")), key).join(owner, on="account_id")


def planted(store: Store, truth: DataFrame, key: bytes) -> DataFrame:
    """Say of each user what was planted: the busiest account's segment, level, role, client type and firm; see :func:`people`."""
    is_busy = F.col("account_segment") != "visitor"
    on_forum = F.when(F.col("platform") == "forum", F.col("role"))
    on_advisory = F.when(F.col("platform") == "advisory", F.col("client_type"))
    return (
        people(store, truth, key)
        .groupBy("user_id")
        .agg(
            F.max_by("account_segment", is_busy).alias("segment"),
            F.max("level").alias("level"),
            F.max(on_forum).alias("role"),
            F.max(on_advisory).alias("client_type"),
            F.max("organisation_id").alias("firm"),
        )
    )


def found(store: Store, truth: DataFrame, key: bytes) -> Found:
    """Compare the newest segments with what was planted."""
    newest = store.days(SEGMENT_MEMBERS)[-1]
    members = store.day(SEGMENT_MEMBERS, newest).select(
        "user_id", "scheme", "segment_id", "probability", "model_version"
    )
    tenure = store.day(USER_FEATURES, newest).select("user_id", "tenure_days")
    rows = planted(store, truth, key).join(members, on="user_id").join(tenure, on="user_id").toPandas()
    by = {str(name): rows[rows["scheme"] == name] for name in rows["scheme"].unique()}
    rand = {
        name: float(adjusted_rand_score(by[name]["segment"], by[name]["segment_id"]))
        for name in CLUSTERINGS
        if name in by
    }
    role = _of(by, "role").query(f"role == role and tenure_days >= {SETTLED_DAYS}")
    level = _of(by, "level").query("segment_id == 'unplaced' or probability == probability")
    told = level[level["segment_id"] != "unplaced"]
    client = _of(by, "client").dropna(subset=["client_type"])
    sizes = {
        row.segment_id: row.client_count for row in store.day(SEGMENTS, newest).where("scheme = 'client'").collect()
    }
    firms = client[client["client_type"] == "enterprise"]["firm"]
    return Found(
        rand,
        len(rows["user_id"].unique()),
        float((role["role"] == role["segment_id"]).mean()),
        float((told["level"] == told["segment_id"]).mean()),
        float(told["probability"].mean()),
        len(told) / max(len(level), 1),
        float((client["client_type"] == client["segment_id"]).mean()),
        (int(sizes.get("enterprise", 0)), int(firms.nunique() + firms.isna().sum())),
    )


def _of(by: dict[str, pd.DataFrame], scheme: str) -> pd.DataFrame:
    columns = ["user_id", "segment", "level", "role", "client_type", "firm", "segment_id", "probability", "tenure_days"]
    return by.get(scheme, pd.DataFrame(columns=columns))


def mined(store: Store, truth: DataFrame) -> str:
    """Say how many of the direct prerequisites mined on the newest day were planted, and how many of the planted ones are found.

    Args:
        store: the lake; where it has no prerequisites, nothing is said.
        truth: the simulator's ``prerequisites``; those that the catalogue states are the same, and the mining does not look at them.
    """
    days = store.days(ITEM_PREREQUISITES)
    if not days:
        return ""
    direct = store.day(ITEM_PREREQUISITES, days[-1]).where("is_mined AND NOT is_circular AND NOT is_transitive")
    told = {(row.item_id, row.prerequisite_id) for row in direct.collect()}
    wanted = {(row.item, row.requires) for row in truth.collect()}
    right = len(told & wanted)
    return (
        f" Prerequisites mined from the order of learners: {len(told)}, of them planted {right}; of {len(wanted)} planted ones "
        f"{right} are found."
    )


def compare(env: str, truth: Path, lake: str | None = None) -> str:
    """Say how well an environment's lake knows what was planted.

    Raises:
        SystemExit: if the best clustering agrees less than it must.
    """
    conf, store = opened(Path("conf"), env, lake)
    users = store.spark.read.json((truth / "users").as_posix())
    known = found(store, users, key_of(conf.of(KeySettings), store.root))
    index = max(known.rand.values(), default=0.0)
    said = ", ".join(f"{name} {value:.3f}" for name, value in known.rand.items())
    if index < AT_LEAST:
        raise SystemExit(f"The planted segments are not found again: adjusted Rand index {said}; promised {AT_LEAST}.")
    return (
        f"The planted segments are found again: adjusted Rand index {said} over {known.users:,} users (1 = all, 0 = chance). "
        f"Community roles right: {_percent(known.roles)}. Levels: {_percent(known.placed)} placed, {_percent(known.levels)} of them right, stated "
        f"{_percent(known.level_confidence)}. Client types right: {_percent(known.clients)}; enterprise clients: {known.enterprises[0]} of "
        f"{known.enterprises[1]}.{mined(store, store.spark.read.json((truth / 'prerequisites').as_posix()))}"
    )


def _percent(share: float) -> str:
    return "nobody to judge" if math.isnan(share) else f"{share:.0%}"


def main() -> None:
    """Print the sentence for a lake that a run has filled."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--env", default="demo")
    words.add_argument("--truth", type=Path, required=True)
    words.add_argument("--lake")
    given = words.parse_args()
    print(compare(given.env, given.truth, given.lake))


if __name__ == "__main__":
    main()
