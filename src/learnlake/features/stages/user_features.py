"""gold.user_features: one user as known at the end of a day."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.stage import Recent, stage
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import USER_DAYS, USER_TAGS

LONG_AGO = 1_000_000
TREND_DAYS = 30
SHARE_DAYS = 90


@stage(reads=(USER_DAYS, Recent(USER_TAGS, days=SHARE_DAYS)), writes=USER_FEATURES)
def user_features(days: DataFrame, tags: DataFrame, *, as_of: date) -> DataFrame:
    """Roll days up to one row per user, seeing nothing after ``as_of``; who only ever received something has no row."""
    known = days.where(F.col("event_date") <= F.lit(as_of))
    grouped = {f"_{group}": _group_count(kinds) for group, kinds in c.GROUPS.items()}
    aged = known.withColumns({"_age": F.datediff(F.lit(as_of), "event_date"), **grouped})
    rolled = aged.groupBy("user_id").agg(*_plain(), *_over_windows(), *_for_later())
    tagged = rolled.join(_tagged(tags, as_of), on="user_id", how="left")
    shaped = tagged.withColumns({**_derived(as_of), **_received(), "as_of_date": F.lit(as_of)})
    return shaped.select(*(column.name for column in USER_FEATURES.columns))


def _tagged(tags: DataFrame, as_of: date) -> DataFrame:
    """Roll the tags of the last 90 days up to one row per user."""
    is_recent = F.datediff(F.lit(as_of), "event_date").between(0, SHARE_DAYS - 1)
    has_level, is_received = F.col("tag_kind") == "level", F.col("tag_kind") == "received"

    def added(condition: Column) -> Column:
        return F.coalesce(F.sum(F.when(condition, F.col("tag_count"))), F.lit(0))

    shares = [
        F.try_divide(added(has_level & (F.col("tag") == level)), added(has_level)).alias(share.name)
        for level, share in zip(c.LEVELS, c.LEVEL_SHARES, strict=True)
    ]
    counts = [
        added(is_received & (F.col("tag") == what)).alias(received.name)
        for what, received in zip(c.RECEIPTS, c.RECEIVED_COUNTS, strict=True)
    ]
    return tags.where(is_recent & (has_level | is_received)).groupBy("user_id").agg(*shares, *counts)


def _received() -> dict[str, Column]:
    return {column.name: F.coalesce(column.name, F.lit(0)) for column in c.RECEIVED_COUNTS}


def _group_count(kinds: tuple[str, ...]) -> Column:
    total = F.lit(0).cast("long")
    for kind in kinds:
        total = total + F.col(f"{kind}_count")
    return total


def _within(value: str, days: int) -> Column:
    """Sum a column over the last ``days`` days; 0 where there is nothing."""
    return F.coalesce(F.sum(F.when(F.col("_age") < days, F.col(value))), F.lit(0))


def _union(arrays: str, days: int) -> Column:
    """Count the different members of a column of arrays over the last ``days`` days."""
    return F.size(F.array_distinct(F.flatten(F.collect_set(F.when(F.col("_age") < days, F.col(arrays)))))).cast("long")


def _visits(days: int) -> Column:
    """Count the visits of the last ``days`` days, each once however many days it reaches over."""
    is_in = F.col("_age") < days
    keys = F.size(F.array_distinct(F.flatten(F.collect_list(F.when(is_in, F.col("session_keys"))))))
    placed = F.transform("visits", lambda v: F.struct("platform", v["from"].alias("from"), v["until"].alias("until")))
    spans = F.array_sort(F.flatten(F.collect_list(F.when(is_in, placed))))
    start = F.struct(F.lit(0).alias("n"), F.lit("").alias("platform"), F.lit(0).cast("long").alias("until"))

    def step(state: Column, span: Column) -> Column:
        goes_on = (span["platform"] == state["platform"]) & (span["from"] <= state["until"])
        until = F.when(goes_on, F.greatest(state["until"], span["until"])).otherwise(span["until"])
        n = state["n"] + F.when(goes_on, 0).otherwise(1)
        return F.struct(n.alias("n"), span["platform"].alias("platform"), until.alias("until"))

    return (keys + F.aggregate(spans, start, step)["n"]).cast("long")


def _plain() -> list[Column]:
    return [
        F.min("event_date").alias("first_date"),
        F.max("event_date").alias("_last_date"),
        F.array_sort(F.collect_set("platform")).alias("platforms"),
        *(F.sum(f"_{group}").alias(f"ever_{group}_count") for group in c.GROUPS),
        F.sum("spend_amount").cast(c.EVER_SPEND_AMOUNT.dtype).alias("ever_spend_amount"),
        _union("course_ids", LONG_AGO).alias("ever_course_count"),
        _union("topics", LONG_AGO).alias("ever_topic_count"),
        F.sum("rating_count").alias("ever_rating_count"),
        F.try_divide(F.sum("rating_sum"), F.sum("rating_count")).alias("mean_rating"),
    ]


def _over_windows() -> list[Column]:
    out = []
    for days in c.WINDOWS:
        out += [_within(f"_{group}", days).cast("long").alias(f"{group}_count_{days}d") for group in c.GROUPS]
        out += [
            _visits(days).alias(f"session_count_{days}d"),
            (_within("active_seconds", days) / 60.0 / days).cast("double").alias(f"minutes_a_day_{days}d"),
            _within("spend_amount", days).cast(c.SPEND_AMOUNT.dtype).alias(f"spend_amount_{days}d"),
            _union("course_ids", days).alias(f"course_count_{days}d"),
            _union("topics", days).alias(f"topic_count_{days}d"),
        ]
    return out


def _for_later() -> list[Column]:
    month_before = F.when(F.col("_age").between(TREND_DAYS, 2 * TREND_DAYS - 1), F.col("event_count"))
    return [
        F.array_sort(F.collect_set("event_date")).alias("_dates"),
        F.coalesce(F.sum(month_before), F.lit(0)).alias("_month_before"),
        _within("event_count", TREND_DAYS).alias("_month"),
        _within("event_count", SHARE_DAYS).alias("_quarter"),
        _within("night_count", SHARE_DAYS).alias("_nights"),
    ]


def _derived(as_of: date) -> dict[str, Column]:
    def among(days: int) -> Column:
        return F.filter("_dates", lambda day: F.datediff(F.lit(as_of), day) < days)

    recent = among(SHARE_DAYS)
    weekend = F.filter(recent, lambda day: F.dayofweek(day).isin(1, 7))
    current, longest = _streaks(as_of)
    return {
        "tenure_days": F.datediff(F.lit(as_of), "first_date"),
        "idle_days": F.datediff(F.lit(as_of), "_last_date"),
        **{f"active_days_{days}d": F.size(among(days)).cast("long") for days in c.WINDOWS},
        "ever_active_days": F.size("_dates").cast("long"),
        "current_streak_days": current,
        "longest_streak_days": longest,
        "night_share": F.try_divide(F.col("_nights"), F.col("_quarter")),
        "weekend_share": F.try_divide(F.size(weekend), F.size(recent)),
        "activity_trend": F.log((1 + F.col("_month")) / (1 + F.col("_month_before"))),
    }


def _streaks(as_of: date) -> tuple[Column, Column]:
    """Return the run of days that ends now, and the longest one, by one pass over the sorted days."""
    start = F.struct(F.lit(None).cast("date").alias("last"), F.lit(0).alias("run"), F.lit(0).alias("best"))

    def step(state: Column, day: Column) -> Column:
        run = F.when(F.datediff(day, state["last"]) == 1, state["run"] + 1).otherwise(F.lit(1))
        return F.struct(day.alias("last"), run.alias("run"), F.greatest(run, state["best"]).alias("best"))

    ended = F.aggregate("_dates", start, step)
    is_current = F.datediff(F.lit(as_of), ended["last"]) <= 1
    return F.when(is_current, ended["run"]).otherwise(0), ended["best"]
