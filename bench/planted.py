"""Are the planted segments found again? The adjusted Rand index between them and ``segment_behaviour``.

Source of the index: Hubert and Arabie (1985), Journal of Classification 2.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from sklearn.metrics import adjusted_rand_score

from learnlake.ingest.mapping import identifier
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.key import KeySettings, key_of, keyed_hash
from learnlake.lake.store import Store
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import IDENTITIES
from learnlake.pipeline import load_conf
from learnlake.session import SparkSettings, start

AT_LEAST = 0.8


def rand_index(store: Store, truth: DataFrame, key: bytes) -> tuple[float, int]:
    """Compare the newest segments with what the busiest account of each user was planted to do.

    Args:
        store: the lake.
        truth: ``platform``, ``login_id``, ``account_segment`` and ``is_bot`` of each planted account.
        key: of the keyed hashes, to find the account of a login.

    Returns:
        The index, and how many users it compares; bots are left out.
    """
    hashed = keyed_hash(key)(F.col("login_id").cast("string"))
    accounts = truth.where(~F.col("is_bot")).withColumn("account_id", identifier(F.col("platform"), hashed))
    newest = store.days(SEGMENT_MEMBERS)[-1]
    members = store.day(SEGMENT_MEMBERS, newest).select("user_id", "segment_id")
    owner = store.read(IDENTITIES).groupBy("account_id").agg(F.max_by("user_id", "known_from").alias("user_id"))
    is_busy = F.col("account_segment") != "visitor"
    planted = (
        accounts.join(owner, on="account_id")
        .groupBy("user_id")
        .agg(F.max_by("account_segment", is_busy).alias("segment"))
    )
    pairs = planted.join(members, on="user_id").select("segment", "segment_id").toPandas()
    return float(adjusted_rand_score(pairs["segment"], pairs["segment_id"])), len(pairs)


def compare(env: str, truth: Path) -> str:
    """Say in one sentence how well the segments of an environment's lake agree with the planted ones.

    Raises:
        SystemExit: if they agree less than they must.
    """
    conf = load_conf(Path("conf"), env)
    spark: SparkSession = start(conf.of(SparkSettings))
    lake = conf.of(LakeSettings)
    users = spark.read.json((truth / "users").as_posix())
    index, count = rand_index(Store(spark, lake.root, lake.catalog), users, key_of(conf.of(KeySettings), lake.root))
    said = f"adjusted Rand index {index:.3f} over {count:,} users (1 = all, 0 = chance)"
    if index < AT_LEAST:
        raise SystemExit(f"The planted segments are not found again: {said}, promised {AT_LEAST}.")
    return f"The planted segments are found again: {said}."


def main() -> None:
    """Print the sentence for a lake that a run has filled."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--env", default="demo")
    words.add_argument("--truth", type=Path, required=True)
    given = words.parse_args()
    print(compare(given.env, given.truth))


if __name__ == "__main__":
    main()
