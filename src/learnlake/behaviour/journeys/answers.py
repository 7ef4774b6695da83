"""Answers of the journeys: how far users get, who returns, how long they stay, and where they are in the life cycle."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.columns import EVERYBODY
from learnlake.lake.stage import answer
from learnlake.lake.tables.journeys import FUNNELS, LIFE_CYCLE, RETENTION, SURVIVAL, SURVIVAL_TESTS

STATES = ("new", "active", "back", "dormant", "lost")
STILL_AFTER = (30, 90, 180)


@answer(reads=(FUNNELS,))
def funnel(steps: DataFrame, *, as_of: date, name: str, scheme: str = EVERYBODY) -> DataFrame:
    """Tell one funnel step by step, of all users or of each segment of a scheme; no rows where there is no such funnel."""
    own = _of_day(steps, as_of, scheme).where(F.col("funnel") == name)
    of_previous = F.concat(_percent("previous_share"), _between("previous_low_share", "previous_high_share"))
    of_first = F.concat(_percent("first_share"), F.coalesce(_between("first_low_share", "first_high_share"), F.lit("")))
    return own.orderBy("segment_id", "funnel_step").select(
        F.col("segment_id").alias("segment"),
        F.col("funnel_step").alias("step"),
        F.concat_ws(" / ", "step_name", "step_name_zh").alias("name"),
        F.col("user_count").alias("users"),
        of_previous.alias("of the previous step"),
        of_first.alias("of the first step"),
        F.round("median_wait", 1).alias("median days"),
        F.col("open_count").alias("may still come"),
    )


@answer(reads=(RETENTION,))
def retention(
    cohorts: DataFrame, *, as_of: date, kind: str, scheme: str = EVERYBODY, segment: str = EVERYBODY, ages: int = 12
) -> DataFrame:
    """Draw the triangle of one kind: a row a cohort, a column an age; ``>=`` stands before counts of an age that is not over."""
    own = _of_day(cohorts, as_of, scheme).where((F.col("kind") == kind) & (F.col("segment_id") == segment))
    so_far = F.format_string(">= %d", "returned_count")
    said = F.when(F.col("is_partial"), so_far).otherwise(_percent("returned_share"))
    columns = [
        F.coalesce(F.max(F.when(F.col("age") == age, said)), F.lit("")).alias(str(age)) for age in range(ages + 1)
    ]
    return own.groupBy("cohort", F.col("cohort_count").alias("users")).agg(*columns).orderBy("cohort")


@answer(reads=(SURVIVAL, SURVIVAL_TESTS))
def survival(curve: DataFrame, tests: DataFrame, *, as_of: date, kind: str, scheme: str = EVERYBODY) -> DataFrame:
    """Tell of each segment how many spells ended, after how many days half had, how many last longer, and whether it differs.

    The median is the first day on which half of the spells or more have ended, its interval the days on which the ends of the
    band are there (Brookmeyer and Crowley, 1982); a dash says that the curve or the band does not come down so far.
    """
    own = _of_day(curve, as_of, scheme).where(F.col("kind") == kind)
    lasting = [_still_after(days).alias(f"last longer than {days} days") for days in STILL_AFTER]
    said = F.format_string(
        "%s (95 %% %s to %s)", *(_day_of_half(f"survival{end}_share") for end in ("", "_low", "_high"))
    )
    told = own.groupBy("segment_id").agg(
        F.max("at_risk_count").alias("users"), F.sum("ended_count").alias("ended"), said.alias("median days"), *lasting
    )
    judged = _of_day(tests, as_of, scheme).where(F.col("kind") == kind).select("segment_id", "log_rank_p_holm")
    joined = told.join(judged, on="segment_id", how="left").orderBy("segment_id")
    return joined.withColumn("p against the rest", F.format_string("%.3g", "log_rank_p_holm")).select(
        F.col("segment_id").alias("segment"),
        *(name for name in told.columns if name != "segment_id"),
        F.when(F.col("log_rank_p_holm").isNotNull(), F.col("p against the rest")).alias("p against the rest"),
    )


@answer(reads=(LIFE_CYCLE,))
def life_cycle(flows: DataFrame, *, as_of: date, scheme: str = EVERYBODY, segment: str = EVERYBODY) -> DataFrame:
    """Lay out who went where in 28 days: a row a state then, a column a state now, with its share of the row."""
    own = _of_day(flows, as_of, scheme).where(F.col("segment_id") == segment)
    said = F.concat(F.col("user_count").cast("string"), F.lit(" ("), _percent("flow_share"), F.lit(")"))
    columns = [F.coalesce(F.max(F.when(F.col("to_state") == state, said)), F.lit("")).alias(state) for state in STATES]
    return (
        own.groupBy(F.col("from_state").alias("28 days before"), F.col("from_count").alias("users"))
        .agg(*columns)
        .orderBy("28 days before")
    )


def _of_day(rows: DataFrame, as_of: date, scheme: str) -> DataFrame:
    return rows.where((F.col("as_of_date") == F.lit(as_of)) & (F.col("scheme") == scheme))


def _percent(share: str) -> Column:
    return F.when(F.col(share).isNotNull(), F.format_string("%.1f %%", F.col(share) * 100))


def _between(low: str, high: str) -> Column:
    said = F.format_string(" (95 %% %.1f to %.1f)", F.col(low) * 100, F.col(high) * 100)
    return F.when(F.col(low).isNotNull(), said)


def _day_of_half(share: str) -> Column:
    day = F.min(F.when(F.col(share) <= 0.5, F.col("survival_day")))
    return F.coalesce(day.cast("string"), F.lit("-"))


def _still_after(days: int) -> Column:
    """Say the level of the curve after so many days, unless it stops earlier above 0."""
    reached = (F.max("survival_day") >= days) | (F.min("survival_share") == 0)
    level = F.max_by("survival_share", F.when(F.col("survival_day") <= days, F.col("survival_day")))
    return F.when(reached, F.format_string("%.1f %%", level * 100))
