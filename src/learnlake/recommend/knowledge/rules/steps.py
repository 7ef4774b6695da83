"""The steps of a path, chosen one after the other: of what is open to the user, that for which most speaks."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.recommend.knowledge.settings import KnowledgeSettings

STEPS = 3
OPENS, FOLLOWS, INTEREST, RESUME = "opens", "follows", "interest", "resume"
DONE, LEVEL, LACKS = "done", "level", "lacks"
PICKED = (
    "array<struct<score:double,item_id:string,reason:string,cause_item_id:string,cause_topic:string,follow:double,"
    "interest:double,needs:array<string>,is_above:boolean>>"
)
HELD = "array<struct<item_id:string,held_by:string,lacks:string>>"


def weighed(wanted: DataFrame, settings: KnowledgeSettings) -> DataFrame:
    """Sum up what speaks for each item that a user may want, and name what speaks for it most.

    Interest counts less the further the item's level is from the user's; what others take next counts fully. An opener counts for the
    one item it opens for which most speaks, unless the user has that or its level is too high.

    Args:
        wanted: rows with user_id, item_id, what :func:`learnlake.recommend.knowledge.rules.wanted.opened` adds, ``item_rank`` and
            ``opens_rank`` (levels as places, null unknown), ``user_rank``, ``needs``, ``is_taken`` and ``opens_is_taken`` (whether the
            user has done it or is at it) and ``is_left``.
        settings: what counts how much.

    Returns:
        One row per user_id with ``wants``: an array of structs as ``PICKED`` has them, the most wanted first, of equal ones the first by
        name.
    """
    is_opener = F.col("opens_id").isNotNull()
    target = F.when(is_opener, F.col("opens_rank")).otherwise(F.col("item_rank"))
    far = F.coalesce(F.abs(target - F.col("user_rank")), F.lit(0))
    interest = settings.interest_weight * F.coalesce("interest", F.lit(0.0)) / (1 + far)
    own = settings.follow_weight * F.coalesce("follow", F.lit(0.0)) + interest
    is_vain = F.col("opens_is_taken") | _is_above("opens_rank", settings)
    opening = F.when(is_opener & ~is_vain, settings.opening_share * own)
    items = wanted.groupBy("user_id", "item_id").agg(
        F.coalesce(F.max(F.when(~is_opener, settings.follow_weight * F.col("follow"))), F.lit(0.0)).alias("_follows"),
        F.coalesce(F.max(F.when(~is_opener, interest)), F.lit(0.0)).alias("_interest"),
        F.coalesce(F.max(opening), F.lit(0.0)).alias("_opens"),
        F.max_by("opens_id", F.when(opening > 0, F.struct(opening, "opens_id"))).alias("_opens_id"),
        F.max_by("topic", F.when(~is_opener & (interest > 0), F.struct(interest, "topic"))).alias("_topic"),
        *(F.max(F.when(~is_opener, F.col(name))).alias(f"_{name}_share") for name in ("follow", "interest")),
        F.max("last_id").alias("_last_id"),
        *(F.max(name).alias(name) for name in ("needs", "is_left")),  # of one item all rows have the same
        F.max(_is_above("item_rank", settings)).alias("is_above"),
    )
    told = items.withColumn("_most", _strongest())
    listed = F.array_sort(F.collect_list(_struct())).cast(PICKED)
    return told.groupBy("user_id").agg(listed.alias("wants"))


def _is_above(level: str, settings: KnowledgeSettings) -> Column:
    above = F.col(level) > F.col("user_rank") + settings.levels_up
    return F.coalesce(above, F.lit(False))


def _strongest() -> Column:
    parts = {OPENS: "_opens", FOLLOWS: "_follows", INTEREST: "_interest"}
    most = F.greatest(
        *(F.struct(F.col(part).alias("value"), F.lit(name).alias("reason")) for name, part in parts.items())
    )
    return F.when(F.col("is_left"), F.lit(RESUME)).otherwise(most["reason"])


def _struct() -> Column:
    """Lay an item out in the order by which it is sorted: what speaks for it, negated, and its name."""
    reason = F.col("_most")
    cause = F.when(reason == OPENS, F.col("_opens_id")).when(reason == FOLLOWS, F.col("_last_id"))
    return F.struct(
        (-(F.col("_follows") + F.col("_interest") + F.col("_opens"))).alias("score"),
        *("item_id", reason.alias("reason"), cause.alias("cause_item_id")),
        F.when(reason == INTEREST, F.col("_topic")).alias("cause_topic"),
        *("_follow_share", "_interest_share", "needs", "is_above"),
    )


def steps(wants: Column, done: Column, doing: Column) -> Column:
    """Choose the steps of one user: an array of structs as ``PICKED`` has them, at most ``STEPS``, in order.

    Each step is the most wanted of what is not done, not in progress, not too hard, and of which all prerequisites are done, in
    progress or steps before.

    Args:
        wants: as made by :func:`weighed`, the most wanted first.
        done: items that the user has done (ARRAY<STRING>).
        doing: items in progress, likewise.
    """
    taken = F.concat(done, doing)
    possible = F.filter(wants, lambda item: ~item["is_above"] & ~F.array_contains(taken, item["item_id"]))

    def further(chosen: Column, _: Column) -> Column:
        had = F.concat(taken, F.transform(chosen, lambda step: step["item_id"]))
        is_open = F.filter(
            possible,
            lambda item: ~F.array_contains(had, item["item_id"]) & (F.size(F.array_except(item["needs"], had)) == 0),
        )
        return F.concat(chosen, F.slice(is_open, 1, 1))

    return F.aggregate(F.sequence(F.lit(1), F.lit(STEPS)), F.array().cast(PICKED), further)


def held_back(wants: Column, chosen: Column, done: Column, doing: Column) -> Column:
    """Say of what a user may want, and what is no step, why: done, level (too hard), or lacks, with the item that is lacking.

    Args:
        wants: as made by :func:`weighed`.
        chosen: the steps; what they open is not held back.
        done: items that the user has done (ARRAY<STRING>).
        doing: items in progress, which are not told.
    """
    steps_ids = F.transform(chosen, lambda step: step["item_id"])
    had = F.concat(done, doing, steps_ids)

    def told(item: Column) -> Column:
        lacking = F.get(F.array_except(item["needs"], had), F.lit(0))
        by = (
            F.when(F.array_contains(done, item["item_id"]), F.lit(DONE))
            .when(F.array_contains(F.concat(doing, steps_ids), item["item_id"]), F.lit(None))
            .when(item["is_above"], F.lit(LEVEL))
            .when(lacking.isNotNull(), F.lit(LACKS))
        )
        return F.struct(
            item["item_id"].alias("item_id"), by.alias("held_by"), F.when(by == LACKS, lacking).alias("lacks")
        )

    return F.filter(F.transform(wants, told), lambda item: item["held_by"].isNotNull()).cast(HELD)
