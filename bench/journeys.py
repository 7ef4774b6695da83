"""Funnels, cohorts, stickiness, life-cycle flows and survival of a million events, beside DuckDB doing the same, in one run.

Both start from the same Parquet files of silver.events, silver.user_days and gold.segment_members and bring their tables into
memory; that they count alike is checked. Ours runs twice, since Spark compiles its code and warms up the first time. learnlake
beyond that gives intervals, shares and names, repurchases and renewals as further kinds of retention, and the band of each curve.

    python bench/journeys.py [--events 1000000]
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from features import peak_gigabytes
from learnlake.behaviour.journeys.settings import Funnel, Funnels, JourneySettings
from learnlake.behaviour.journeys.stages.funnels import funnels
from learnlake.behaviour.journeys.stages.life_cycle import life_cycle
from learnlake.behaviour.journeys.stages.retention import retention
from learnlake.behaviour.journeys.stages.stickiness import stickiness
from learnlake.behaviour.journeys.stages.survival import survival
from learnlake.behaviour.journeys.stages.user_states import user_states
from learnlake.lake.table import Table
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, USER_DAYS
from learnlake.session import SparkSettings, start

DAY, SPAN, EVENTS_A_USER = date(2026, 5, 31), 180, 50
KINDS = (
    ("view",) * 60
    + ("purchase",) * 6
    + ("enroll",) * 4
    + ("complete",) * 2
    + ("study",) * 25
    + ("subscribe", "cancel", "rate")
)
WAYS = {
    "course": (60, ("view", "enroll", "complete")),
    "buyer": (30, ("view", "purchase", "purchase")),
    "rater": (14, ("purchase", "rate")),
}
FILES = {
    name: Funnel.model_validate(
        {
            "name": {"en": name, "zh": name},
            "within_days": within,
            "over_days": 56,
            "schemes": ["behaviour"],
            "steps": [{"name": {"en": kind, "zh": kind}, "types": [kind]} for kind in kinds],
        }
    )
    for name, (within, kinds) in WAYS.items()
}
SETTINGS = JourneySettings(cohorts=26, ages=12)


def invented(spark: SparkSession, events: int, home: Path) -> dict[str, DataFrame]:
    """Write events of users, some busier than others, the days and segments that follow, and read them again."""
    dice = [F.pmod(F.xxhash64("id", F.lit(side)), F.lit(1_000_000)) / 1_000_000 for side in range(4)]
    users = events // EVENTS_A_USER
    second = (F.floor(F.pow(dice[1], 0.8) * SPAN * 86_400)).cast("bigint")
    start_second = int((DAY.toordinal() - date(1970, 1, 1).toordinal() - SPAN + 1) * 86_400)
    rows = spark.range(events).select(
        F.sha2(F.col("id").cast("string"), 256).alias("event_id"),
        F.lit("academy").alias("platform"),
        F.format_string("u%07d", F.floor(F.pow(dice[0], 1.6) * users).cast("bigint")).alias("account_id"),
        F.get(F.array(*(F.lit(kind) for kind in KINDS)), F.floor(dice[2] * len(KINDS)).cast("int")).alias("event_type"),
        F.timestamp_seconds(second + start_second).alias("occurred_at"),
        F.timestamp_seconds(second + start_second).cast("date").alias("event_date"),
    )
    shaped(rows, EVENTS).write.parquet(str(home / "events"))
    made = spark.read.parquet(str(home / "events"))
    counts = [F.count_if(F.col("event_type") == kind).alias(f"{kind}_count") for kind in sorted({*KINDS, "renew"})]
    days = made.groupBy(F.col("account_id").alias("user_id"), "platform", "event_date").agg(*counts)
    shaped(days, USER_DAYS).write.parquet(str(home / "days"))
    owners = made.select(F.col("account_id").alias("user_id")).distinct()
    segment = F.format_string("s%d", F.pmod(F.xxhash64("user_id"), F.lit(5)))
    placed = owners.withColumns({"scheme": F.lit("behaviour"), "segment_id": segment})
    shaped(placed, SEGMENT_MEMBERS).write.parquet(str(home / "members"))
    return {name: spark.read.parquet(str(home / name)) for name in ("events", "days", "members")}


def shaped(rows: DataFrame, table: Table) -> DataFrame:
    """Fill the columns of a table: those there are, and nulls."""
    return rows.select(
        *((F.col(k.name) if k.name in rows.columns else F.lit(None)).cast(k.dtype).alias(k.name) for k in table.columns)
    )


def ours(spark: SparkSession, read: dict[str, DataFrame]) -> dict[str, DataFrame]:
    """Our tables, not yet computed."""
    events, days, members = read["events"], read["days"], read["members"]
    identities = shaped(spark.range(0).select(F.lit("").alias("account_id")), IDENTITIES)
    states = user_states(days, as_of=DAY, settings=SETTINGS)
    return {
        "funnels": funnels(events, identities, members, as_of=DAY, settings=Funnels(files=FILES)),
        "retention": retention(days, members, as_of=DAY, settings=SETTINGS),
        "stickiness": stickiness(days, members, as_of=DAY, settings=SETTINGS),
        "life_cycle": life_cycle(states, members, as_of=DAY, settings=SETTINGS),
        "survival": survival(days, members, as_of=DAY, settings=SETTINGS),
    }


COMPARED = {
    "funnels": ("funnel", "segment_id", "funnel_step", "user_count"),
    "retention": ("kind", "segment_id", "cohort_date", "age", "cohort_count", "returned_count"),
    "stickiness": ("segment_id", "event_date", "daily_count", "weekly_count", "monthly_count"),
    "life_cycle": ("segment_id", "from_state", "to_state", "user_count"),
    "survival": ("kind", "segment_id", "survival_day", "at_risk_count", "ended_count"),
}


def walk_in_sql(name: str) -> str:
    """Write one funnel as joins, step after step."""
    within, kinds = WAYS[name]
    steps = [
        f"s1 AS (SELECT u, min(p) AS p, NULL AS q, min(p).m AS first FROM e WHERE t = '{kinds[0]}' AND d BETWEEN "
        f"DATE '{DAY}' - {within + 55} AND DATE '{DAY}' - {within} GROUP BY u)"
    ]
    for n, kind in enumerate(kinds[1:], start=2):
        steps.append(
            f"s{n} AS (SELECT u, min(e.p) AS p, any_value(s.p) AS q, any_value(first) AS first FROM e JOIN s{n - 1} AS s USING (u) "
            f"WHERE t = '{kind}' AND e.p > s.p AND m <= first + INTERVAL {within} DAY GROUP BY u)"
        )
    wait = "median(date_diff('microsecond', q.m, p.m) / 86400e6)"
    told = " UNION ALL ".join(
        f"SELECT '{name}', s, {n}, count(*), {wait if n > 1 else 'NULL'} FROM s{n} JOIN seg USING (u) GROUP BY s"
        for n in range(1, len(kinds) + 1)
    )
    return f"WITH {', '.join(steps)} {told}"


def theirs() -> dict[str, str]:
    """The same in DuckDB's SQL; views stand for the files."""
    back = f"DATE '{DAY}'"
    week = "date_trunc('week', {})::DATE"
    states = ", ".join(
        f"CASE WHEN l{n} IS NULL THEN 'unseen' WHEN {on} - f < 28 THEN 'new' WHEN {on} - l{n} < 28 AND {on} - b{n} >= 56 THEN "
        f"'back' WHEN {on} - l{n} < 28 THEN 'active' WHEN {on} - l{n} < 90 THEN 'dormant' ELSE 'lost' END AS x{n}"
        for n, on in ((0, back), (1, f"({back} - 28)"))
    )
    return {
        "funnels": " UNION ALL ".join(f"FROM ({walk_in_sql(name)})" for name in sorted(WAYS)),
        "retention": f"""
            WITH base AS (SELECT 'activity' AS k, u, d FROM days UNION ALL SELECT 'purchase', u, d FROM days WHERE bought > 0),
            aged AS (SELECT DISTINCT k, u, ({week.format("d")} - {week.format("f")}) // 7 AS age, {week.format("f")} AS cohort
              FROM (SELECT *, min(d) OVER (PARTITION BY k, u) AS f FROM base)),
            size AS (SELECT k, s, cohort, count(DISTINCT u) AS n FROM aged JOIN seg USING (u) GROUP BY ALL),
            classic AS (SELECT 'classic_' || k AS kind, k, s, cohort, age, count(*) AS r FROM aged JOIN seg USING (u) GROUP BY ALL),
            rolling AS (SELECT 'rolling_' || k AS kind, k, s, cohort, a AS age, count(*) AS r FROM (SELECT k, u, cohort,
              unnest(range(0, last + 1)) AS a FROM (SELECT k, u, cohort, max(age) AS last FROM aged GROUP BY ALL)) JOIN seg USING (u) GROUP BY ALL)
            SELECT kind, s, cohort, age, n, r FROM (FROM classic UNION ALL FROM rolling) JOIN size USING (k, s, cohort)
            WHERE age <= {SETTINGS.ages} AND cohort > {back} - 26 * 7""",
        "stickiness": f"""
            SELECT s, t, count(DISTINCT u) FILTER (d = t), count(DISTINCT u) FILTER (d > t - 7), count(DISTINCT u)
            FROM (SELECT {back} - n::INT AS t FROM range(28) AS _(n)) JOIN days ON d BETWEEN t - 27 AND t JOIN seg USING (u)
            GROUP BY ALL""",
        "life_cycle": f"""
            WITH seen AS (SELECT u, min(d) AS f, max(d) AS l0, max(d) FILTER (d <= {back} - 28) AS b0,
              max(d) FILTER (d <= {back} - 28) AS l1, max(d) FILTER (d <= {back} - 56) AS b1 FROM days GROUP BY u)
            SELECT s, x1, x0, count(*) FROM (SELECT u, {states} FROM seen) JOIN seg USING (u) GROUP BY ALL""",
        "survival": f"""
            WITH dates AS (SELECT u, list_sort(list(d) FILTER (bought > 0)) AS p, min(d) FILTER (subscribed > 0) AS b,
              list_sort(list(d) FILTER (cancelled > 0)) AS c FROM days GROUP BY u),
            lives AS (SELECT 'second_purchase' AS kind, u, p[1] AS a, p[2] AS z FROM dates WHERE p[1] IS NOT NULL UNION ALL
              SELECT 'cancel', u, b, list_filter(c, lambda x: x >= b)[1] FROM dates WHERE b IS NOT NULL),
            counted AS (SELECT kind, s, coalesce(z, {back}) - a AS day, count(z) AS ended, count(*) AS n FROM lives JOIN seg USING (u)
              GROUP BY ALL),
            risked AS (SELECT *, sum(n) OVER (PARTITION BY kind, s ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS r
              FROM counted)
            SELECT kind, s, day, r::BIGINT, ended, product(1 - ended / r) OVER (PARTITION BY kind, s ORDER BY day) FROM risked""",
    }


def opened(home: Path) -> duckdb.DuckDBPyConnection:
    """Open DuckDB over the files."""
    base = duckdb.connect()
    kinds = ", ".join(f"'{kind}'" for _, kinds in WAYS.values() for kind in kinds)
    for name, query in {
        "e": "SELECT account_id AS u, event_type AS t, event_date AS d, occurred_at AS m, {'m': occurred_at, 'i': event_id} AS p "
        f"FROM '{home}/events/*.parquet' WHERE t IN ({kinds})",
        "days": "SELECT user_id AS u, event_date AS d, purchase_count AS bought, subscribe_count AS subscribed, cancel_count AS "
        f"cancelled FROM '{home}/days/*.parquet'",
        "seg": f"SELECT user_id AS u, unnest(['all', segment_id]) AS s FROM '{home}/members/*.parquet'",
    }.items():
        base.execute(f"CREATE VIEW {name} AS {query}")
    return base


def main() -> None:
    """Print seconds, ratios and whether the counts agree."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--events", type=int, default=1_000_000)
    given = words.parse_args()
    home = Path(tempfile.mkdtemp(prefix="learnlake-bench-"))
    spark = start(SparkSettings(master="local[2]", driver_memory="3g"))
    read = invented(spark, given.events, home)
    seconds, found = {}, {}
    for name, table in [
        *ours(spark, read).items(),
        *ours(spark, read).items(),
    ]:  # made anew: a frame keeps its shuffles
        clock = time.monotonic()
        rows = table.toArrow().to_pylist()
        seconds.setdefault(name, []).append(time.monotonic() - clock)
        found[name] = {tuple(row[column] for column in COMPARED[name]) for row in rows}
    peak, base, whole = peak_gigabytes(), opened(home), 0.0
    for name, query in theirs().items():
        clock = time.monotonic()
        rows = base.execute(query).fetchall()
        took = time.monotonic() - clock
        whole += took
        counted = {tuple(row[: len(COMPARED[name])]) for row in rows}
        missing = len(counted - found[name])
        cold, warm = seconds[name]
        print(
            f"{name}: learnlake {cold:.1f} s, again {warm:.1f} s, DuckDB {took:.2f} s, ratio {warm / took:.1f}; of DuckDB's "
            f"{len(counted):,} rows {missing} differ"
        )
    cold, warm = (sum(seconds[name][turn] for name in COMPARED) for turn in (0, 1))
    print(
        f"{given.events:,} events: learnlake {cold:.1f} s, again {warm:.1f} s, DuckDB {whole:.1f} s, ratio {warm / whole:.1f}; "
        f"peak memory {peak:.1f} GB"
    )
    spark.stop()
    shutil.rmtree(home)


if __name__ == "__main__":
    main()
