"""Purchases of two real shops beside an independent DuckDB query: the same funnels, cohorts and curves."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import Funnel, Funnels, JourneySettings
from learnlake.behaviour.journeys.stages.funnels import funnels
from learnlake.behaviour.journeys.stages.retention import retention
from learnlake.behaviour.journeys.stages.survival import survival
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, USER_DAYS
from tests.conftest import DATA
from tests.drawing import draw

pytestmark = pytest.mark.full

# One row a purchase: `who`, its `moment`, and `key`, which tells apart purchases of one moment. Of CDNOW a day's lines are one
# purchase at noon, of the other shop an invoice is one.
SHOPS = {
    "cdnow": (
        "cdnow/CDNOW_master.txt",
        date(1998, 6, 30),
        "SELECT DISTINCT p[1] AS who, strptime(p[2], '%Y%m%d') + INTERVAL 12 HOUR AS moment, p[2] AS key FROM (SELECT "
        "regexp_split_to_array(trim(line), '\\s+') AS p FROM read_csv('{path}', header = false, skip = 1, delim = '\x01', "
        "quote = '', columns = {{line: 'VARCHAR'}})) WHERE len(p) = 4",
    ),
    "online_retail": (
        "online_retail/2009_2010.parquet",
        date(2010, 12, 9),
        "SELECT CAST(\"Customer ID\" AS BIGINT)::VARCHAR AS who, min(InvoiceDate::TIMESTAMP) AS moment, Invoice AS key FROM '{path}' "
        "WHERE Invoice NOT LIKE 'C%' AND Quantity > 0 AND Price > 0 AND \"Customer ID\" IS NOT NULL GROUP BY ALL",
    ),
}
OVER, WITHIN, AGES, MONTHS = 120, 90, 6, 24
BUY = {"name": {"en": "buys", "zh": "买"}, "types": ["purchase"]}
THRICE = Funnel.model_validate(
    {"name": BUY["name"], "within_days": WITHIN, "over_days": OVER, "steps": [BUY, BUY, BUY]}
)


@pytest.fixture(scope="module", params=SHOPS)
def shop(request, spark: SparkSession, tmp_path_factory) -> tuple[duckdb.DuckDBPyConnection, DataFrame, date]:
    file, as_of, query = SHOPS[request.param]
    if not (DATA / file).is_file():
        pytest.skip(f"needs ../shared/data/{file}")
    base = duckdb.connect()
    base.execute(f"CREATE TABLE bought AS {query.format(path=DATA / file)}")
    kept: Path = tmp_path_factory.mktemp(request.param) / "bought.parquet"
    base.execute(f"COPY bought TO '{kept}'")
    bought = spark.read.parquet(str(kept)).select("who", "key", F.col("moment").cast("timestamp"))
    return base, bought.cache(), as_of


def shaped(rows: DataFrame, table, **columns) -> DataFrame:
    """Fill the columns of a table: those given, and nulls."""
    return rows.select(*(columns.get(k.name, F.lit(None)).cast(k.dtype).alias(k.name) for k in table.columns))


def days_of(bought: DataFrame) -> DataFrame:
    counted = bought.groupBy("who", F.to_date("moment").alias("day")).agg(F.count(F.lit(1)).alias("n"))
    counts = {column.name: F.lit(0) for column in USER_DAYS.columns if column.name.endswith("_count")}
    counts |= {"purchase_count": F.col("n"), "event_count": F.col("n"), "platform": F.lit("shop")}
    return shaped(counted, USER_DAYS, **counts, user_id=F.col("who"), event_date=F.col("day"))


def nobody() -> DataFrame:
    return draw(SEGMENT_MEMBERS, "scheme | user_id | segment_id")


def test_the_funnel_of_purchases_is_that_of_duckdb(spark: SparkSession, shop) -> None:
    base, bought, as_of = shop
    events = shaped(
        bought,
        EVENTS,
        event_id=F.concat_ws("/", "who", "key"),
        platform=F.lit("shop"),
        account_id=F.col("who"),
        event_type=F.lit("purchase"),
        occurred_at=F.col("moment"),
        event_date=F.to_date("moment"),
    )
    found = funnels(
        events, draw(IDENTITIES, "account_id"), nobody(), as_of=as_of, settings=Funnels(files={"thrice": THRICE})
    )
    ours = [
        (row.funnel_step, row.user_count, row.median_wait and round(row.median_wait, 6))
        for row in found.orderBy("funnel_step").collect()
    ]
    theirs = base.execute(
        f"""
        WITH period AS (SELECT *, row_number() OVER (PARTITION BY who ORDER BY moment, key) AS n FROM bought
          WHERE moment::DATE BETWEEN $day - {WITHIN} - {OVER} + 1 AND $day),
        entry AS (SELECT who, moment AS first FROM period WHERE n = 1 AND moment::DATE <= $day - {WITHIN}),
        taken AS (SELECT who, n, date_diff('microsecond', lag(moment) OVER (PARTITION BY who ORDER BY n), moment) / 86400e6 AS wait
          FROM period JOIN entry USING (who) WHERE n <= 3 AND moment <= first + INTERVAL {WITHIN} DAY)
        SELECT n, count(*), round(median(wait), 6) FROM taken GROUP BY n ORDER BY n
        """,
        {"day": as_of},
    ).fetchall()
    assert len(theirs) == 3
    assert theirs[2][1] > 100
    assert ours == theirs


def test_cohorts_of_purchases_are_those_of_duckdb(spark: SparkSession, shop) -> None:
    base, bought, as_of = shop
    settings = JourneySettings(cohort_by="month", cohorts=MONTHS, ages=AGES)
    rows = retention(days_of(bought), nobody(), as_of=as_of, settings=settings).where("kind LIKE '%purchase'").collect()
    ours = {(row.kind, row.cohort, row.age): (row.cohort_count, row.returned_count, row.is_partial) for row in rows}
    queried = base.execute(
        f"""
        WITH days AS (SELECT DISTINCT who, moment::DATE AS day FROM bought WHERE moment::DATE <= $day),
        placed AS (SELECT who, day, min(day) OVER (PARTITION BY who) AS first,
          row_number() OVER (PARTITION BY who ORDER BY day) AS n FROM days),
        aged AS (SELECT *, date_trunc('month', first)::DATE AS cohort, date_diff('month', first, day) AS age FROM placed),
        ages AS (SELECT cohort, age FROM (SELECT DISTINCT cohort FROM aged) CROSS JOIN range(0, {AGES} + 1) AS _(age)
          WHERE cohort + to_months(age::INT) <= $day AND cohort > ($day - INTERVAL {MONTHS} MONTH)),
        told AS (SELECT strftime(ages.cohort, '%Y-%m') AS cohort, ages.age, count(DISTINCT who) AS size,
          count(DISTINCT who) FILTER (aged.age = ages.age) AS classic,
          count(DISTINCT who) FILTER (aged.age >= ages.age) AS rolling,
          count(DISTINCT who) FILTER (aged.age <= ages.age AND n >= 2) AS again,
          ages.cohort + to_months(ages.age::INT + 1) > $day + 1 AS is_partial
          FROM ages JOIN aged USING (cohort) GROUP BY ages.cohort, ages.age)
        SELECT kind, cohort, age, size, returned, is_partial FROM (SELECT *, unnest([classic, rolling, again]) AS returned,
          unnest(['classic_purchase', 'rolling_purchase', 'repurchase']) AS kind FROM told)
        """,
        {"day": as_of},
    ).fetchall()
    theirs = {tuple(row[:3]): tuple(row[3:]) for row in queried}
    assert sum(count for _, count, _ in theirs.values()) > 1_000
    assert ours == theirs


def test_the_curve_of_second_purchases_is_that_of_duckdb(spark: SparkSession, shop) -> None:
    base, bought, as_of = shop
    curve = (
        survival(days_of(bought), nobody(), as_of=as_of, settings=JourneySettings()).orderBy("survival_day").collect()
    )
    theirs = base.execute(
        """
        WITH days AS (SELECT who, list_sort(list(DISTINCT moment::DATE)) AS d FROM bought WHERE moment::DATE <= $day GROUP BY who),
        lives AS (SELECT coalesce(d[2], $day) - d[1] AS day, d[2] IS NOT NULL AS has_ended FROM days),
        counted AS (SELECT day, count(*) FILTER (has_ended) AS ended, count(*) AS leaving FROM lives GROUP BY day),
        risked AS (SELECT *, sum(leaving) OVER (ORDER BY day ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS risk FROM counted)
        SELECT day, risk::BIGINT, ended, product(1 - ended / risk) OVER (ORDER BY day) FROM risked ORDER BY day
        """,
        {"day": as_of},
    ).fetchall()
    ours = [(row.survival_day, row.at_risk_count, row.ended_count) for row in curve if row.survival_day > 0]
    assert ours == [row[:3] for row in theirs if row[0] > 0]
    shares = [row.survival_share for row in curve if row.survival_day > 0]
    assert len(shares) > 100
    assert shares == pytest.approx([row[3] for row in theirs if row[0] > 0], abs=1e-12)
