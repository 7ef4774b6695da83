"""gold.stuck_points: at which items users fail, retry or stop more than elsewhere."""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.habits.rules.elsewhere import HURDLES, SAID, elsewhere
from learnlake.behaviour.habits.rules.ends import places, stopped
from learnlake.behaviour.habits.rules.tries import Passing, tried
from learnlake.behaviour.habits.settings import HabitSettings, no_study
from learnlake.lake.joins import latest, owned
from learnlake.lake.stage import stage
from learnlake.lake.tables.habits import STUCK_POINTS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS

NEEDED = ("user_id", "event_id", "event_type", "item_id", "occurred_at", "event_date", "score")
DESCRIBED = ("item_id", "platform", "item_kind", "part_of", "course_place", "is_last")
COUNTS = ("tried_count", "try_count", "user_count", *(f"{name}_{of}" for name in HURDLES for of in ("hits", "whole")))


@stage(reads=(EVENTS, IDENTITIES, ITEMS), writes=STUCK_POINTS, lacks=no_study)
def stuck_points(
    events: DataFrame, identities: DataFrame, items: DataFrame, *, as_of: date, settings: HabitSettings
) -> DataFrame:
    """Count who fails, retries and stops at each item, set it beside the items it is like, and say where users are stuck."""
    rows = _needed(events, identities, as_of - timedelta(days=settings.course_days - 1), settings)
    known = places(latest(items, ITEMS).select("item_id", "platform", "item_kind", "part_of", "due_at"))
    tries = tried(
        rows.where(F.col("event_type").isin(*settings.work_types)), Passing(settings.pass_mark, settings.many_tries)
    )
    parts = known.where(F.col("part_of").isNotNull()).select("item_id", "part_of")
    touched = rows.where(F.col("event_type").isin(*settings.touch_types)).join(parts, on="item_id", how="inner")
    ends = stopped(touched, _completed(rows), as_of, settings.stop_days)
    both = tries.join(ends, on="item_id", how="full").fillna(0, list(COUNTS))
    counted = known.select(*DESCRIBED).join(both, on="item_id", how="inner")
    beside = elsewhere(counted).groupBy("item_id").agg(*_spread(settings))
    return _told(counted.join(beside, on="item_id", how="left"), as_of)


def _needed(events: DataFrame, identities: DataFrame, since: date, settings: HabitSettings) -> DataFrame:
    types = sorted({"complete", *settings.touch_types, *settings.work_types})
    is_meant = (F.col("event_date") >= F.lit(since)) & F.col("event_type").isin(types) & F.col("item_id").isNotNull()
    return owned(events.where(is_meant), identities).select(*NEEDED)


def _completed(rows: DataFrame) -> DataFrame:
    ended = rows.where(F.col("event_type") == "complete")
    return ended.select("user_id", F.col("item_id").alias("part_of")).distinct()


def _spread(settings: HabitSettings) -> list[Column]:
    """Lay the three contrasts of an item out in a row, and name those that are significant, large and upwards."""
    hurdle = F.col("hurdle")
    named = {"elsewhere_share": "control_share", "q": "contrast_q"}
    named |= {name: name for name in ("difference", "difference_low", "difference_high")}
    told = [
        F.max(F.when(hurdle == name, F.col(column))).alias(f"{name}_{said}")
        for name in HURDLES
        for said, column in {"share": "case_share", **named}.items()
    ]
    is_hurdle = (
        (F.col("contrast_q") <= settings.most_q)
        & (F.col("effect_size") >= settings.least_effect)
        & (F.col("case_count") >= settings.fewest_users)
    )
    word = F.coalesce(*(F.when(hurdle == name, F.lit(said)) for name, said in SAID.items()))
    return [*told, F.array_sort(F.collect_list(F.when(is_hurdle, word))).alias("stuck_by")]


def _told(items: DataFrame, as_of: date) -> DataFrame:
    stuck_by = F.coalesce("stuck_by", F.array().cast("array<string>"))
    made = {
        "as_of_date": F.lit(as_of),
        "user_count": F.greatest("user_count", "tried_count"),
        "is_stuck": F.size(stuck_by) > 0,
        "stuck_by": stuck_by,
        **{f"{name}_count": F.col(f"{name}_hits") for name in HURDLES},
        **{f"{name}_whole_count": F.col(f"{name}_whole") for name in HURDLES},
    }
    return items.select(
        *(made.get(column.name, F.col(column.name)).alias(column.name) for column in STUCK_POINTS.columns)
    )
