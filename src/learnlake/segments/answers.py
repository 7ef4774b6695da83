"""Answers of the segments room: which segments there are, what one is, why a user is in it, and who is like some users."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import answer
from learnlake.lake.tables.gold import (
    SEGMENT_MEMBERS,
    SEGMENT_MOVES,
    SEGMENT_OUTCOMES,
    SEGMENTS,
    USER_FEATURES,
)
from learnlake.segments.models.lookalikes import LookAlikes

ALIKE_BY = (
    *("browse_count_90d", "study_count_90d", "purchase_count_90d", "community_count_90d", "consulting_count_90d"),
    *("active_days_90d", "minutes_a_day_90d", "topic_count_90d", "idle_days", "night_share", "weekend_share"),
    *("junior_item_share", "senior_item_share"),
)
LOOKED_AT = 20_000
STEPS = 10


@answer(reads=(SEGMENTS,))
def segments(found: DataFrame, *, as_of: date, scheme: str | None = None) -> DataFrame:
    """List the segments of a day, of one scheme or of all, the largest first."""
    own = found.where(F.col("as_of_date") == F.lit(as_of))
    chosen = own if scheme is None else own.where(F.col("scheme") == scheme)
    order = ("scheme", F.desc("member_count"), "segment_id")
    return chosen.orderBy(*order).select(
        "scheme",
        "segment_id",
        "segment_name",
        "segment_name_zh",
        "member_count",
        "client_count",
        F.round("member_share", 3).alias("member_share"),
        F.round("spend_share", 3).alias("spend_share"),
        "definition",
    )


@answer(reads=(SEGMENTS, SEGMENT_MOVES, SEGMENT_OUTCOMES))
def segment(
    found: DataFrame, moves: DataFrame, outcomes: DataFrame, *, as_of: date, name: str, scheme: str | None = None
) -> DataFrame:
    """Say everything about one segment, named by its id or its name: rows of scheme, what and said."""
    wanted = F.lower(F.lit(name.strip()))
    is_meant = F.lower("segment_id").eqNullSafe(wanted) | F.lower("segment_name").eqNullSafe(wanted)
    is_meant = is_meant | (F.col("segment_name_zh") == F.lit(name.strip()))
    is_here = F.lit(True) if scheme is None else F.col("scheme") == scheme
    own = found.where((F.col("as_of_date") == F.lit(as_of)) & is_meant & is_here)
    told = own.select("scheme", "segment_id", F.posexplode(F.array(*_facts())).alias("place", "fact"))
    facts = told.select("scheme", "segment_id", "place", "fact.*").where(F.col("said").isNotNull())
    keys = own.select("scheme", "segment_id")
    more = facts.unionByName(_outcomes(outcomes, keys, as_of)).unionByName(_moves(moves, keys, as_of))
    return more.orderBy("scheme", "segment_id", "place", "what", "said").select("scheme", "segment_id", "what", "said")


def _facts() -> list[Column]:
    changed = F.concat_ws(" since ", F.format_string("%+d users", "member_change"), F.col("before_date").cast("string"))
    return [
        _fact("name", F.concat_ws(" / ", "segment_name", "segment_name_zh")),
        _fact("colour", F.col("colour")),
        _fact("users", F.concat_ws(" ", "member_count", F.format_string("(%.1f %%)", F.col("member_share") * 100))),
        _fact("clients", F.col("client_count").cast("string")),
        _fact("share of spending", F.format_string("%.1f %%", F.col("spend_share") * 100)),
        _fact("definition", F.col("definition")),
        _fact("in words", F.concat_ws(" / ", "definition_en", "definition_zh")),
        _fact("definition holds", _percentages()),
        _fact("apart by (Cohen's d)", _largest("apart_by")),
        _fact("changed", F.when(F.col("member_change").isNotNull(), changed)),
        _fact("changed most", F.when(F.col("before_date").isNotNull(), _largest("apart_change"))),
        _fact("place in the tree", F.col("tree_path")),
        _fact("stability", F.format_string("%.3f", "stability")),
        _fact("for example", F.array_join("example_user_ids", ", ")),
    ]


def _fact(what: str, said: Column) -> Column:
    known = F.when(~F.coalesce(said, F.lit("")).isin("", "null", "null %"), said)
    return F.struct(F.lit(what).alias("what"), known.alias("said"))


def _percentages() -> Column:
    said = F.format_string(
        "for %.0f %% of those who meet it, for %.0f %% of the members",
        F.col("definition_precision") * 100,
        F.col("definition_recall") * 100,
    )
    return F.when(F.col("definition_precision").isNotNull(), said)


def _largest(effects: str) -> Column:
    """Say the five largest effects of a map, largest first."""
    entries = F.transform(
        F.map_entries(effects), lambda e: F.struct((-F.abs(e["value"])).alias("size"), e["key"], e["value"])
    )
    first = F.slice(F.array_sort(F.filter(entries, lambda e: e["size"] < -0.005)), 1, 5)
    return F.array_join(F.transform(first, lambda e: F.format_string("%s %+.2f", e["key"], e["value"])), ", ")


def _outcomes(outcomes: DataFrame, keys: DataFrame, as_of: date) -> DataFrame:
    own = outcomes.where(F.col("as_of_date") == F.lit(as_of)).join(keys, on=["scheme", "segment_id"], how="inner")
    said = F.format_string(
        "%s: %.1f %% (95 %% %.1f to %.1f), %+.1f points beside the others (%+.1f to %+.1f), of the members of %s",
        "outcome",
        *(F.col(n) * 100 for n in ("outcome_share", "outcome_low_share", "outcome_high_share")),
        *(F.col(n) * 100 for n in ("rest_difference", "rest_difference_low", "rest_difference_high")),
        F.col("members_date").cast("string"),
    )
    return own.select(
        "scheme", "segment_id", F.lit(100).alias("place"), F.lit("outcome").alias("what"), said.alias("said")
    )


def _moves(moves: DataFrame, keys: DataFrame, as_of: date) -> DataFrame:
    own = moves.where(F.col("as_of_date") == F.lit(as_of))
    came = own.withColumn("segment_id", F.col("to_segment_id"))
    went = own.withColumn("segment_id", F.col("from_segment_id"))
    said = F.format_string(
        "%s: %d users from %s to %s since %s",
        *("move_kind", "moved_count", "from_segment_id", "to_segment_id"),
        F.col("before_date").cast("string"),
    )
    both = came.unionByName(went).join(keys, on=["scheme", "segment_id"], how="inner")
    return both.select(
        "scheme", "segment_id", F.lit(101).alias("place"), F.lit("moves").alias("what"), said.alias("said")
    )


@answer(reads=(SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES))
def explain(members: DataFrame, found: DataFrame, features: DataFrame, *, as_of: date, user: str) -> DataFrame:
    """Say of one user the segment in each scheme, since when, what it rests on, the second nearest, and what would move there.

    What would move a user is a property of the model, not a promised effect.
    """
    own = members.where((F.col("user_id") == user) & (F.col("as_of_date") <= F.lit(as_of)))
    now = own.where(F.col("as_of_date") == F.lit(as_of))
    named = found.where(F.col("as_of_date") == F.lit(as_of)).select(
        *("scheme", "segment_id", "segment_name", "segment_name_zh", "definition")
    )
    second = named.select(
        "scheme", F.col("segment_id").alias("second_segment_id"), F.col("definition").alias("second_definition")
    )
    values = features.where((F.col("user_id") == user) & (F.col("as_of_date") == F.lit(as_of)))
    joined = (
        now.join(named, on=["scheme", "segment_id"], how="left")
        .join(second, on=["scheme", "second_segment_id"], how="left")
        .join(_history(own), on="scheme", how="left")
        .join(values.drop("as_of_date"), on="user_id", how="left")
    )
    return joined.orderBy("scheme").select(
        "scheme",
        F.concat_ws(" / ", "segment_name", "segment_name_zh").alias("segment"),
        F.col("member_since").alias("since"),
        "definition",
        _met("definition").alias("values"),
        "second_segment_id",
        _how_near().alias("how_near"),
        _would_move().alias("would_move"),
        "history",
    )


def _history(own: DataFrame) -> DataFrame:
    """Tell the stays of a user: segment, entered, last seen there."""
    stays = own.groupBy("scheme", "member_since", "segment_id").agg(F.max("as_of_date").alias("_last"))
    said = F.format_string(
        "%s %s to %s", "segment_id", F.col("member_since").cast("string"), F.col("_last").cast("string")
    )
    ordered = F.array_sort(F.collect_list(F.struct("member_since", said.alias("said"))))
    return stays.groupBy("scheme").agg(F.transform(ordered, lambda stay: stay["said"]).alias("history"))


def _met(definition: str) -> Column:
    """Say the user's values of the features that a definition names."""
    names = [column.name for column in USER_FEATURES.columns if column.name not in ("as_of_date", "user_id")]
    said = [F.when(F.col(definition).contains(name), F.concat(F.lit(f"{name} = "), _value(name))) for name in names]
    return F.array_join(F.array_compact(F.array(*said)), ", ")


def _value(name: str) -> Column:
    kind = next(column.dtype.simpleString() for column in USER_FEATURES.columns if column.name == name)
    text = F.col(name).cast("string") if kind != "double" else F.round(name, 3).cast("string")
    if kind.startswith("array"):
        text = F.array_join(name, ", ")
    return F.coalesce(text, F.lit("unknown"))


def _how_near() -> Column:
    far = F.format_string("%.2f away, the second %.2f", "distance", "second_distance")
    chance = F.format_string(
        "%.0f %%, the second %.0f %%", F.col("probability") * 100, F.col("second_probability") * 100
    )
    held = F.when(F.col("is_held"), F.lit("; stays because the second is not clearly nearer")).otherwise(F.lit(""))
    said = F.when(F.col("probability").isNotNull(), chance).when(F.col("distance").isNotNull(), far)
    return F.concat(said, held)


def _would_move() -> Column:
    value = F.format_string("%.3g", "moves_to")
    by = F.concat(F.col("moves_by"), F.lit(" = "), value, F.lit(" and all else the same"))
    meets = F.when(F.col("second_definition").isNotNull(), F.concat(F.lit("like: "), F.col("second_definition")))
    return F.coalesce(by, meets)


@answer(reads=(USER_FEATURES,))
def lookalikes(features: DataFrame, *, as_of: date, seeds: DataFrame, seed: int) -> DataFrame:
    """Rank all users but the seeds by how alike they are to the seeds.

    Args:
        features: rows of gold.user_features.
        as_of: the day whose features count.
        seeds: ``user_id`` of the seeds.
        seed: of the preparation.

    Returns:
        user_id, similarity (0..1), distance; not sorted.
    """
    marked = seeds.select("user_id").distinct().withColumn("is_seed", F.lit(True))
    users = features.where(F.col("as_of_date") == F.lit(as_of)).join(marked, on="user_id", how="left")
    known = users.withColumn("is_seed", F.coalesce("is_seed", F.lit(False)))
    fitted = LookAlikes(ALIKE_BY, LOOKED_AT, seed).fit(known)
    others = known.where(~F.col("is_seed"))
    return fitted.score(others).select("user_id", "similarity", "distance")


def reach(ranked: DataFrame) -> DataFrame:
    """Tell how many users each similarity reaches: at_least, reach_count, mean_similarity; one row a tenth."""
    steps = F.explode(F.array(*(F.lit(step / STEPS) for step in range(STEPS, -1, -1))))
    told = ranked.withColumn("at_least", steps).where(F.col("similarity") >= F.col("at_least"))
    counted = told.groupBy("at_least").agg(
        F.count(F.lit(1)).alias("reach_count"), F.round(F.avg("similarity"), 3).alias("mean_similarity")
    )
    return counted.orderBy(F.desc("at_least"))
