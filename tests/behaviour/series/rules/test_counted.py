from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.series.rules.counted import METRICS, series
from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.lake.tables.silver import USER_DAYS
from tests.drawing import draw


def counted(spark: SparkSession, days: str, **more: object):
    nobody = spark.createDataFrame([], "user_id STRING, scheme STRING, segment_id STRING")
    courses = spark.createDataFrame([(None,)], "published_date DATE")
    return series(draw(USER_DAYS, days), nobody, courses, date(2026, 1, 9), SeriesSettings(**more))


def test_a_user_who_comes_back_was_lost_all_the_same(spark: SparkSession) -> None:
    days = "user_id | platform | event_date\n ann | academy | 2026-01-01\n ann | academy | 2026-01-06"
    made = counted(spark, days, lost_after_days=3).where("scheme = 'all' AND period = 'day' AND value > 0")
    told = {(row.metric, row.period_start.day) for row in made.collect()}
    assert told == {("active_users", 1), ("active_users", 6), ("new_users", 1), ("lost_users", 4), ("lost_users", 9)}


def test_series_go_back_only_so_far_and_a_platform_begins_with_its_own_first_day(spark: SparkSession) -> None:
    days = "user_id | platform | event_date\n ann | academy | 2025-11-01\n bob | forum | 2026-01-08"
    made = counted(spark, days, history_days=14)
    lengths = {
        (row.scheme, row.segment_id): row["count"]
        for row in made.where("period = 'day'").groupBy("scheme", "segment_id").count().collect()
    }
    assert lengths == {
        ("all", "all"): 14 * len(METRICS),
        ("platform", "academy"): 14 * len(METRICS),
        ("platform", "forum"): 2 * len(METRICS),
    }
