"""What follows a purchase, and what lies in baskets, in a shop whose customers order by the dozen, beside DuckDB joining the same.

Some customers order a hundred times as much as others, so that pairing all that one customer ever bought grows with the square of
it. Both start from the same Parquet files; that they count the same takers after the same purchases is checked. Ours runs twice,
since Spark compiles its code the first time.

    python bench/sequels.py [--users 4000] [--lines 100]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from features import peak_gigabytes
from journeys import shaped
from learnlake.behaviour.moments.settings import MomentSettings
from learnlake.behaviour.moments.stages.purchase_sequels import purchase_sequels
from learnlake.behaviour.rules.settings import Basket, Baskets
from learnlake.behaviour.rules.stages.item_rules import item_rules
from learnlake.behaviour.rules.stages.item_sequences import item_sequences
from learnlake.behaviour.rules.stages.item_transitions import item_transitions
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.lake.tables.topics import TEXT_TOPICS
from learnlake.session import SparkSettings, start

DAY, SPAN, ITEMS_SOLD, LINES_OF_ORDER, PLANTED = date(2026, 5, 31), 373, 3_700, 20, 20
SETTINGS = MomentSettings()
BOUGHT = Basket(
    of="item", item_kinds=("book",), event_types=("purchase",), unit="user", schemes=("behaviour",), longest=2
)
BASKETS = Baskets(
    files={
        "books": BOUGHT,
        "looks": Basket(of="item", event_types=("view",), unit="user", longest=2),
        "orders": Basket(of="item", item_kinds=("book",), event_types=("purchase",), unit="order", longest=2),
        "tags": Basket(of="topic", event_types=("purchase",), unit="user"),
    }
)


def lines(users: int, lines_a_user: int) -> pd.DataFrame:
    """Draw the lines of orders; after a planted book two thirds look at its sequel some days later."""
    dice = np.random.default_rng(30)
    weight = dice.lognormal(0.0, 1.4, users)
    orders = np.maximum(dice.poisson(weight / weight.mean() * lines_a_user / LINES_OF_ORDER), 1)
    user = np.repeat(np.arange(users), orders)
    second = dice.integers(0, SPAN * 1_440, len(user)) * 60
    sizes = 1 + dice.poisson(LINES_OF_ORDER - 1, len(user))
    shelf = np.cumsum(1 / np.arange(10, ITEMS_SOLD + 10))
    rows = pd.DataFrame({"user": np.repeat(user, sizes), "second": np.repeat(second, sizes)})
    rows["item"] = np.searchsorted(shelf / shelf[-1], dice.random(len(rows)))
    rows = rows.drop_duplicates(ignore_index=True).assign(kind="purchase")
    later = rows[(rows["item"] < PLANTED) & (dice.random(len(rows)) < 2 / 3)]
    after = later["second"] + dice.integers(60, 10 * 86_400, len(later))
    looks = later.assign(second=after, item=later["item"] + ITEMS_SOLD, kind="view")
    return pd.concat([rows, looks[after < SPAN * 86_400]], ignore_index=True)


def invented(spark: SparkSession, given: argparse.Namespace, home: Path) -> dict[str, DataFrame]:
    """Write events, items and segments, and read them again."""
    at = F.timestamp_seconds(F.col("second") + int((DAY - date(1970, 1, 1)).days - SPAN + 1) * 86_400)
    item = F.format_string("item/%05d", "item")
    drawn = lines(given.users, given.lines).reset_index()
    events = spark.createDataFrame(drawn).select(
        F.format_string("e%09d", "index").alias("event_id"),
        F.lit("shop").alias("platform"),
        F.format_string("u%07d", "user").alias("account_id"),
        F.col("kind").alias("event_type"),
        item.alias("item_id"),
        at.alias("occurred_at"),
        at.cast("date").alias("event_date"),
    )
    shaped(events, EVENTS).write.parquet(str(home / "events"))
    tags = F.array(F.format_string("tag%d", F.col("item") % 12), F.format_string("tag%d", F.col("item") % 7))
    known = spark.range(ITEMS_SOLD).withColumn("item", F.col("id").cast("int"))
    items = known.select(
        item.alias("item_id"),
        F.lit(pd.Timestamp("2020-01-01", tz="UTC")).cast("timestamp").alias("known_from"),
        F.lit("book").alias("item_kind"),
        tags.alias("tags"),
    )
    shaped(items, ITEMS).write.parquet(str(home / "items"))
    owners = events.select(F.col("account_id").alias("user_id")).distinct()
    segment = F.format_string("s%d", F.pmod(F.xxhash64("user_id"), F.lit(5)))
    placed = owners.withColumns({"scheme": F.lit("behaviour"), "segment_id": segment})
    shaped(placed, SEGMENT_MEMBERS).write.parquet(str(home / "members"))
    return {name: spark.read.parquet(str(home / name)) for name in ("events", "items", "members")}


def ours(spark: SparkSession, read: dict[str, DataFrame], name: str) -> list[dict[str, object]]:
    """Compute one of our tables."""
    events, items, members = read["events"], read["items"], read["members"]
    identities = shaped(spark.range(0).select(F.lit("").alias("account_id")), IDENTITIES)
    mentions = shaped(spark.range(0).select(F.lit("").alias("user_id")), TEXT_TOPICS)
    if name == "purchase_sequels":
        made = purchase_sequels(events, identities, items, as_of=DAY, settings=SETTINGS)
    else:
        build = {"item_rules": item_rules, "item_sequences": item_sequences, "item_transitions": item_transitions}[name]
        made = build(events, identities, items, members, mentions, as_of=DAY, baskets=BASKETS)
    return made.toArrow().to_pylist()


def theirs(home: Path) -> dict[tuple[str, str], int]:
    """Count with DuckDB who took what up in time after each purchase, by joining all that a customer did with each other."""
    conf = SETTINGS.after_purchase
    last = f"DATE '{DAY}' - {conf.window_days}"
    rows = duckdb.sql(
        f"""
        WITH e AS (SELECT account_id AS u, item_id AS i, occurred_at AS m, event_date AS d, event_type AS t FROM '{home}/events/*.parquet'),
        bought AS (SELECT u, i, min(m) AS a, arg_min(d, m) AS d FROM e WHERE t = 'purchase' AND i IN
          (SELECT item_id FROM '{home}/items/*.parquet') GROUP BY ALL),
        anchored AS (FROM bought WHERE d BETWEEN {last} - {conf.over_days - 1} AND {last})
        SELECT b.i, e.i, count(DISTINCT u) FROM anchored AS b JOIN e USING (u)
        WHERE e.i <> b.i AND e.m > b.a AND e.m <= b.a + INTERVAL {conf.window_days} DAY GROUP BY ALL
        """
    ).fetchall()
    return {(bought, after): users for bought, after, users in rows}


def main() -> None:
    """Print seconds, the ratio, and whether the counts agree."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--users", type=int, default=4_000)
    words.add_argument("--lines", type=int, default=100)
    given = words.parse_args()
    home = Path(tempfile.mkdtemp(prefix="learnlake-bench-"))
    spark = start(SparkSettings(master="local[2]", driver_memory="3g"))
    read = invented(spark, given, home)
    print(f"{given.users:,} customers, {read['events'].count():,} events")
    for name in ("purchase_sequels", "item_rules", "item_sequences", "item_transitions"):
        seconds, rows = [], []
        for _ in range(2):
            clock = time.monotonic()
            rows = ours(spark, read, name)
            seconds.append(time.monotonic() - clock)
        said = f"{name}: learnlake {seconds[0]:.1f} s, again {seconds[1]:.1f} s, {len(rows):,} rows"
        if name == "purchase_sequels":
            clock = time.monotonic()
            counted = theirs(home)
            took = time.monotonic() - clock
            wrong = sum(counted[row["bought_item"], row["next_item"]] != row["case_hit_count"] for row in rows)
            said += f"; DuckDB {took:.1f} s for the counts alone, ratio {seconds[1] / took:.1f}, {wrong} differ"
        print(said, flush=True)
    print(f"peak memory {peak_gigabytes():.1f} GB")
    spark.stop()
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
