"""gold.demand_features: what else a goal may know of a user, seen from the end of a day."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.demand.goals.settings import DemandSettings, Goals
from learnlake.lake import columns as c
from learnlake.lake.joins import attributes_of
from learnlake.lake.stage import stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.demand import DEMAND_FEATURES, KNOWN_OF_PEOPLE
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_DAYS, USER_TAGS

TAG_DAYS = 90
AHEAD_DAYS = 14
TOPS = {"topic": "top_topic", "item_kind": "top_kind", "device": "top_device"}


@stage(reads=(USER_DAYS, USER_TAGS, ACCOUNTS, IDENTITIES), writes=DEMAND_FEATURES, lacks=files_of(Goals))
def demand_features(
    days: DataFrame,
    tags: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    *,
    as_of: date,
    settings: DemandSettings,
) -> DataFrame:
    """Count deeds, find the running membership and the favourite topic, and put attributes beside them; nothing after ``as_of``."""
    aged = days.where(F.col("event_date") <= F.lit(as_of)).withColumn("_age", F.datediff(F.lit(as_of), "event_date"))
    counted = aged.groupBy("user_id").agg(*_counts(), *_since(), *_membership_days(), _purchase_ages(), _open_courses())
    known = attributes_of(accounts, identities).select("user_id", *(column.name for column in KNOWN_OF_PEOPLE))
    joined = counted.join(_favourites(tags, as_of), on="user_id", how="left").join(known, on="user_id", how="left")
    ahead = F.lit(len(_holidays(settings.countries, as_of))).cast("long")
    shaped = joined.withColumns(
        {
            **_membership(as_of, settings.membership_days),
            **_pace(),
            "as_of_date": F.lit(as_of),
            "weekday": F.lit(as_of.isoweekday()),
            "holidays_ahead_count": ahead,
        }
    )
    return shaped.select(*(column.name for column in DEMAND_FEATURES.columns))


def _counts() -> list[Column]:
    return [
        F.coalesce(F.sum(F.when(F.col("_age") < days, F.col(f"{deed}_count"))), F.lit(0)).alias(
            f"deed_{deed}_count_{days}d"
        )
        for deed in c.DEEDS
        for days in c.DEED_WINDOWS
    ]


def _since() -> list[Column]:
    out = []
    for group in c.SINCE_GROUPS:
        has = F.lit(False)
        for kind in c.GROUPS[group]:
            has = has | (F.col(f"{kind}_count") > 0)
        out.append(F.min(F.when(has, F.col("_age"))).alias(f"since_{group}_days"))
    return out


def _membership_days() -> list[Column]:
    """Find the days on which a membership was begun, renewed or ended, and those of any event and of complaints."""

    def on(kind: str) -> Column:
        return F.when(F.col(f"{kind}_count") > 0, F.col("event_date"))

    return [
        F.max(on("subscribe")).alias("_begun"),
        F.array_sort(F.collect_set(on("renew"))).alias("_renewed"),
        F.max(on("cancel")).alias("_ended"),
        F.collect_set("event_date").alias("_active"),
        F.collect_list(F.when(F.col("complaint_count") > 0, F.struct("event_date", "complaint_count"))).alias(
            "_complaints"
        ),
    ]


def _purchase_ages() -> Column:
    return F.collect_set(F.when(F.col("purchase_count") > 0, F.col("_age"))).alias("_purchases")


def _pace() -> dict[str, Column]:
    """Say how many days usually lie between days with a purchase, when by that the next one is due, and how many are within two weeks.

    The median, for a pause makes the mean of few gaps too long.
    """
    ages = F.array_sort("_purchases")
    gaps = F.array_sort(F.transform(F.slice(ages, F.lit(2), F.size(ages)), lambda age, at: age - F.get(ages, at)))
    last, pace = F.get(ages, F.lit(0)), F.get(gaps, F.floor((F.size(gaps) - 1) / 2).cast("int"))
    ahead = F.floor((last + AHEAD_DAYS) / pace) - F.floor(last / pace)
    return {
        "purchase_pace_days": pace,
        "purchase_due_days": pace - last,
        "purchases_ahead_count": ahead,
    }


def _open_courses() -> Column:
    left = F.sum("enroll_count") - F.sum("complete_count") - F.sum("cancel_count")
    return F.greatest(left, F.lit(0)).cast("long").alias("open_course_count")


def _membership(as_of: date, period_days: int) -> dict[str, Column]:
    """Describe the running membership: begun, not cancelled since, and paid until ``as_of`` or later."""
    renewals = F.filter("_renewed", lambda day: day > F.col("_begun"))
    paid_from = F.coalesce(F.array_max(renewals), F.col("_begun"))
    due = F.datediff(paid_from, F.lit(as_of)) + period_days
    is_ended = F.coalesce(F.col("_ended") > F.col("_begun"), F.lit(False))
    runs = F.col("_begun").isNotNull() & ~is_ended & (due >= 0)
    active = F.size(F.filter("_active", lambda day: day > paid_from))
    elapsed = F.datediff(F.lit(as_of), paid_from)
    has_days, last = runs & (elapsed > 0), F.array_max("_active")
    complaints = F.filter("_complaints", lambda held: held["event_date"] >= paid_from)
    return {
        "membership_age_days": F.when(runs, F.datediff(F.lit(as_of), "_begun")),
        "renewal_due_days": F.when(runs, due).cast("int"),
        "renewal_count": F.when(runs, F.size(renewals)).cast("long"),
        "period_active_share": F.when(has_days, active / elapsed),
        "period_idle_share": F.when(has_days, F.datediff(F.lit(as_of), F.greatest(last, paid_from)) / elapsed),
        "period_complaint_count": F.when(
            runs, F.aggregate(complaints, F.lit(0).cast("long"), lambda total, held: total + held["complaint_count"])
        ),
    }


def _favourites(tags: DataFrame, as_of: date) -> DataFrame:
    """Return the most frequent topic, kind of item and device of each user's last 90 days."""
    is_recent = F.datediff(F.lit(as_of), "event_date").between(0, TAG_DAYS - 1)
    counted = (
        tags.where(is_recent & F.col("tag_kind").isin(*TOPS))
        .groupBy("user_id", "tag_kind", "tag")
        .agg(F.sum("tag_count").alias("_n"))
    )
    first = F.min_by("tag", F.struct(-F.col("_n"), F.col("tag")))
    tops = counted.groupBy("user_id", "tag_kind").agg(first.alias("_top"), (F.max("_n") / F.sum("_n")).alias("_share"))
    picked = [F.max(F.when(F.col("tag_kind") == kind, F.col("_top"))).alias(name) for kind, name in TOPS.items()]
    share = F.max(F.when(F.col("tag_kind") == "topic", F.col("_share"))).alias("top_topic_share")
    return tops.groupBy("user_id").agg(*picked, share)


def _holidays(countries: tuple[str, ...], as_of: date) -> set[date]:
    """Return the public holidays of the days ahead."""
    ahead = {as_of + timedelta(days=n) for n in range(1, AHEAD_DAYS + 1)}
    years = {day.year for day in ahead}
    return {day for country in countries for day in holidays.country_holidays(country, years=years) if day in ahead}
