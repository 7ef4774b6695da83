"""gold.segment_members: which segment of each scheme each user is in, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.stage import Before, Published, stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_DAYS, USER_TAGS
from learnlake.segments.rules.conditions import ruled, scored, valued
from learnlake.segments.rules.described import BY_CONF
from learnlake.segments.rules.people import concerns, person, with_happenings, with_tags
from learnlake.segments.rules.tiering import with_known
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import CUTS, TIERS

PLACED = tuple(
    column.name
    for column in SEGMENT_MEMBERS.columns
    if column not in (c.AS_OF_DATE, c.MEMBER_SINCE, c.PREVIOUS_SEGMENT_ID, c.IS_HELD)
)


@stage(
    reads=(USER_FEATURES, USER_DAYS, USER_TAGS, ACCOUNTS, IDENTITIES, Before(SEGMENT_MEMBERS)),
    writes=SEGMENT_MEMBERS,
    uses=(CUTS, TIERS),
)
def segment_members(
    features: DataFrame,
    days: DataFrame,
    tags: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    yesterday: DataFrame,
    *,
    as_of: date,
    schemes: Schemes,
    models: Mapping[str, Published],
) -> DataFrame:
    """Place every user in every scheme; a user leaves a segment only for one that is clearly nearer."""
    people = person(features, accounts, identities)
    by_tag = {name: s.values for name, s in schemes.files.items() if s.values and s.values.tag}
    informed = with_tags(with_happenings(people, days, schemes.files.values(), as_of), tags, by_tag, as_of)
    placed = [_by_conf(informed, schemes)]
    placed += [_by_model(people, name, schemes.files[name], models[name]) for name in sorted(models)]
    whole = reduce(DataFrame.unionByName, placed)
    return _settled(whole, yesterday, schemes).select(F.lit(as_of).alias("as_of_date"), "*").select(*_columns(as_of))


def _by_conf(people: DataFrame, schemes: Schemes) -> DataFrame:
    """Place users by all schemes of rules and values in one pass."""
    nothing = F.lit(None).cast("string")
    places = [F.struct(nothing.alias("scheme"), nothing.alias("segment_id"), nothing.alias("second_segment_id"))]
    for name, scheme in sorted(schemes.files.items()):
        if scheme.rules or scheme.values:
            own, second = valued(name, scheme.values) if scheme.values else (F.col(_rule(name)), nothing)
            own = F.when(concerns(scheme), own)
            places.append(
                F.struct(F.lit(name).alias("scheme"), own.alias("segment_id"), second.alias("second_segment_id"))
            )
    judged = reduce(_with_rules, sorted(schemes.files.items()), people)
    listed = judged.select("user_id", F.explode(F.array(*places)).alias("_place")).select("user_id", "_place.*")
    found = listed.where(F.col("segment_id").isNotNull())
    return _shaped(found, {"model_version": F.lit(BY_CONF)})


def _rule(scheme: str) -> str:
    return f"_rule_{scheme}"


def _with_rules(people: DataFrame, named: tuple[str, Scheme]) -> DataFrame:
    """Add the segment of a scheme of rules; its scores are columns only while it is judged."""
    name, scheme = named
    if scheme.rules is None:
        return people
    scores = {score: scored(cuts) for score, cuts in scheme.rules.scores.items()}
    judged = people.withColumns(scores) if scores else people
    return judged.withColumn(_rule(name), ruled(scheme.rules)).drop(*scores)


def _by_model(people: DataFrame, name: str, scheme: Scheme, published: Published) -> DataFrame:
    meant = people.where(concerns(scheme))
    scored_ = published.model.score(meant)
    placed = with_known(meant, scored_, scheme.tier) if scheme.tier else scored_
    return _shaped(placed, {"scheme": F.lit(name), "model_version": F.lit(published.version)})


def _shaped(placed: DataFrame, given: Mapping[str, Column]) -> DataFrame:
    """Bring what a scheme says of users to one form; what it does not say is null."""
    types = {column.name: column.dtype for column in SEGMENT_MEMBERS.columns}
    has = set(placed.columns)
    return placed.select(
        *(given.get(name, F.col(name) if name in has else F.lit(None)).cast(types[name]).alias(name) for name in PLACED)
    )


def _settled(placed: DataFrame, yesterday: DataFrame, schemes: Schemes) -> DataFrame:
    """Put beside each place that of the day before, and keep the user there while the new one is not clearly nearer."""
    was = yesterday.select(
        "scheme",
        "user_id",
        F.col("segment_id").alias("_was"),
        F.col("member_since").alias("_since"),
        F.col("previous_segment_id").alias("_previous"),
    )
    met = placed.join(was, on=["scheme", "user_id"], how="left")
    margin = F.coalesce(*_margins(schemes), F.lit(0.0))
    is_near = F.col("second_distance") <= (1 + margin) * F.col("distance")
    is_likely = F.col("distance").isNull() & (F.col("probability") - F.col("second_probability") < margin)
    is_held = (F.col("_was") == F.col("second_segment_id")) & (is_near | is_likely)
    return met.withColumn("is_held", F.coalesce(is_held, F.lit(False)))


def _margins(schemes: Schemes) -> list[Column]:
    kinds = [(name, scheme.cluster or scheme.tier) for name, scheme in sorted(schemes.files.items())]
    return [F.when(F.col("scheme") == name, F.lit(kind.hysteresis)) for name, kind in kinds if kind]


def _columns(as_of: date) -> list[Column]:
    """Swap first and second where a user is held, and carry on since when."""
    held = F.col("is_held")
    own = F.when(held, F.col("second_segment_id")).otherwise(F.col("segment_id"))
    swaps = {
        **{one: F.when(held, F.col(other)).otherwise(F.col(one)) for one, other in _swaps()},
        **{name: F.when(~held, F.col(name)) for name in ("moves_by", "moves_to")},
    }
    is_same = F.col("_was") == own
    made = {
        **swaps,
        "member_since": F.when(is_same, F.col("_since")).otherwise(F.lit(as_of)),
        "previous_segment_id": F.when(is_same, F.col("_previous")).otherwise(F.col("_was")),
    }
    return [made.get(column.name, F.col(column.name)).alias(column.name) for column in SEGMENT_MEMBERS.columns]


def _swaps() -> list[tuple[str, str]]:
    pairs = [
        ("segment_id", "second_segment_id"),
        ("distance", "second_distance"),
        ("probability", "second_probability"),
    ]
    return [*pairs, *((other, one) for one, other in pairs)]
