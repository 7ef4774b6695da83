"""gold.segment_outcomes: how often the members of a segment had an outcome, beside the rest of the scheme."""

from __future__ import annotations

from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.lake.stage import Before, stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENT_OUTCOMES
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.modelling.intervals import difference, wilson
from learnlake.segments.settings import Outcome, Schemes


@stage(reads=(SEGMENT_MEMBERS, Before(SEGMENT_MEMBERS, days=28), USER_DAYS), writes=SEGMENT_OUTCOMES)
def segment_outcomes(
    members: DataFrame, month_ago: DataFrame, days: DataFrame, *, as_of: date, schemes: Schemes
) -> DataFrame:
    """Count the outcomes that conf names for the schemes.

    ``ever`` counts the members of today who ever had the event; ``after`` the members of the newest day at least 28 days
    earlier who had it since, so that membership comes before the outcome.
    """
    counted = [
        _counted(month_ago if outcome.when == "after" else members, days, (scheme, name, outcome))
        for scheme, settings in sorted(schemes.files.items())
        for name, outcome in settings.outcomes.items()
    ]
    nothing = _counted(members.limit(0), days, ("", "", Outcome(event="view", when="ever")))
    return _compared(reduce(DataFrame.unionByName, counted, nothing), as_of)


def _counted(members: DataFrame, days: DataFrame, what: tuple[str, str, Outcome]) -> DataFrame:
    """Return segment_id, members_date, member_count and outcome_count of one outcome of one scheme."""
    scheme, name, outcome = what
    own = members.where(F.col("scheme") == scheme).select("user_id", "segment_id", "as_of_date")
    had = days.where(F.col(f"{outcome.event}_count") > 0).groupBy("user_id").agg(F.max("event_date").alias("_last"))
    has = F.col("_last") > F.col("as_of_date") if outcome.when == "after" else F.col("_last").isNotNull()
    met = own.join(had, on="user_id", how="left")
    return met.groupBy("segment_id", F.col("as_of_date").alias("members_date")).agg(
        F.lit(scheme).alias("scheme"),
        F.lit(name).alias("outcome"),
        F.count(F.lit(1)).alias("member_count"),
        F.count_if(F.coalesce(has, F.lit(False))).alias("outcome_count"),
    )


def _compared(counted: DataFrame, as_of: date) -> DataFrame:
    whole = Window.partitionBy("scheme", "outcome")

    def others(name: str) -> Column:
        return F.sum(name).over(whole) - F.col(name)

    own = wilson(F.col("outcome_count"), F.col("member_count"))
    rest = wilson(others("outcome_count"), others("member_count"))
    apart = difference(own, rest)
    made = {
        "as_of_date": F.lit(as_of),
        "outcome_share": own.value,
        "outcome_low_share": own.low,
        "outcome_high_share": own.high,
        "rest_difference": apart.value,
        "rest_difference_low": apart.low,
        "rest_difference_high": apart.high,
    }
    return counted.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in SEGMENT_OUTCOMES.columns)
    )
