"""gold.retention: how many users of a cohort return at which age."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.rules.calendar import Calendar
from learnlake.behaviour.journeys.rules.returns import returns
from learnlake.behaviour.journeys.settings import JourneySettings
from learnlake.lake.joins import by_segment
from learnlake.lake.stage import stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import RETENTION
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.intervals import shares

COHORT = ("scheme", "segment_id", "kind", "place")


@stage(reads=(USER_DAYS, SEGMENT_MEMBERS), writes=RETENTION)
def retention(days: DataFrame, members: DataFrame, *, as_of: date, settings: JourneySettings) -> DataFrame:
    """Count the users of each cohort who returned, by age; an age that is not over tells no share."""
    calendar = Calendar.until(as_of, settings.cohort_by, settings.cohorts)
    users = by_segment(returns(days, calendar, settings.renewal_days), members, settings.schemes)
    opened = users.select("scheme", "segment_id", F.explode("returns").alias("_return"))
    flat = opened.select("scheme", "segment_id", "_return.*")
    counts = F.array(*(F.count_if(F.getbit("ages", F.lit(age)) == 1) for age in range(settings.ages + 1)))
    counted = flat.groupBy(*COHORT).agg(F.count(F.lit(1)).alias("cohort_count"), counts.alias("_returned"))
    aged = counted.select(*COHORT, "cohort_count", F.posexplode("_returned").alias("age", "returned_count"))
    return _told(aged, calendar, settings, as_of)


def _told(aged: DataFrame, calendar: Calendar, settings: JourneySettings, as_of: date) -> DataFrame:
    begins, ends = _span(calendar, settings.renewal_days)
    dated = aged.where(begins <= F.lit(as_of)).withColumn("is_partial", ends > F.lit(as_of))
    returned = shares(F.col("returned_count"), F.col("cohort_count"), "returned")
    made = {
        "as_of_date": F.lit(as_of),
        "cohort": calendar.label(F.col("place")),
        "cohort_date": calendar.start(F.col("place")),
        **{name: F.when(~F.col("is_partial"), share) for name, share in returned.items()},
    }
    return dated.select(*(made.get(column.name, F.col(column.name)).alias(column.name) for column in RETENTION.columns))


def _span(calendar: Calendar, renewal_days: int) -> tuple[Column, Column]:
    """Return the day from which an age counts and the one with which it is over for all of the cohort.

    The n-th term of a cohort is over when it is for whoever subscribed on its last day.
    """
    place, age, is_renewal = F.col("place"), F.col("age"), F.col("kind") == "renewal"
    terms = age * renewal_days
    begins = F.when(is_renewal, F.date_add(calendar.start(place), terms)).otherwise(calendar.start(place + age))
    last_of_cohort = F.date_sub(calendar.start(place + 1), 1)
    ends = F.when(is_renewal, F.date_add(last_of_cohort, terms)).otherwise(
        F.date_sub(calendar.start(place + age + 1), 1)
    )
    return begins, ends
