"""What a scheme looks at: a user with features, attributes, counts of what happened, and weights of tags."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import attributes_of, owned
from learnlake.segments.settings import AllOf, AnyOf, Condition, Happened, Rules, Scheme, Values

HALF_LIVES = 8  # older tags weigh less than half a percent


def person(features: DataFrame, accounts: DataFrame, identities: DataFrame) -> DataFrame:
    """Put the attributes of users beside their features; one row per user of gold.user_features."""
    known = attributes_of(accounts, identities).join(_notes(accounts, identities), on="user_id", how="left")
    return features.join(known, on="user_id", how="left")


def concerns(scheme: Scheme) -> Column:
    """Say whether a scheme is meant for a person: one seen on a platform it names."""
    if not scheme.platforms:
        return F.lit(True)
    return F.coalesce(F.arrays_overlap("platforms", F.array(*map(F.lit, scheme.platforms))), F.lit(False))


def _notes(accounts: DataFrame, identities: DataFrame) -> DataFrame:
    """Join the free attributes of a user's accounts into one map; of each key the latest known value."""
    order = F.struct("known_from", "account_id")
    noted = accounts.select("account_id", "known_from", F.explode("attributes").alias("_key", "_value"))
    latest = owned(noted, identities).where(F.col("_value").isNotNull()).groupBy("user_id", "_key")
    values = latest.agg(F.max_by("_value", order).alias("_value"))
    pairs = F.array_sort(F.collect_list(F.struct("_key", "_value")))
    return values.groupBy("user_id").agg(F.map_from_entries(pairs).alias("attributes"))


def with_happenings(people: DataFrame, days: DataFrame, schemes: Iterable[Scheme], as_of: date) -> DataFrame:
    """Add a column for each count that the schemes' rules ask for, from the days of silver.user_days."""
    wanted = sorted({(h.happened, h.days) for s in schemes if s.rules for h in happenings_in(s.rules)})
    if not wanted:
        return people
    age = F.datediff(F.lit(as_of), "event_date")
    counts = [
        F.sum(F.when(age < back, F.col(f"{event}_count"))).alias(happening(event, back)) for event, back in wanted
    ]
    return people.join(days.groupBy("user_id").agg(*counts), on="user_id", how="left")


def happening(event: str, days: int) -> str:
    """Return the column that counts an event over some days."""
    return f"_happened_{event}_{days}d"


def happenings_in(rules: Rules) -> list[Happened]:
    """Return every counted condition of a scheme, however deep."""
    return [one for rule in rules.segments.values() for one in _within(rule.when)]


def _within(condition: Condition) -> list[Happened]:
    if isinstance(condition, AnyOf | AllOf):
        parts = condition.any_of if isinstance(condition, AnyOf) else condition.all_of
        return [one for part in parts for one in _within(part)]
    return [condition] if isinstance(condition, Happened) else []


def with_tags(people: DataFrame, tags: DataFrame, schemes: dict[str, Values], as_of: date) -> DataFrame:
    """Add for each scheme by tags the user's two weightiest tags: an array of (weight below 0, tag), heaviest first.

    A tag's weight is its daily counts, halved every ``half_life_days``; of equal weights the first tag by name leads.
    """
    if not schemes:
        return people
    age = F.datediff(F.lit(as_of), "event_date")
    weights = [
        F.sum(F.when(_counts(values, age), F.col("tag_count") * F.pow(F.lit(2.0), -age / values.half_life_days)))
        for values in schemes.values()
    ]
    named = [weight.alias(name) for name, weight in zip(schemes, weights, strict=True)]
    of_tags = tags.groupBy("user_id", "tag").agg(*named)
    heaviest = [
        F.slice(F.array_sort(F.collect_list(_heavy(name, values))), 1, 2).alias(tags_of(name))
        for name, values in schemes.items()
    ]
    return people.join(of_tags.groupBy("user_id").agg(*heaviest), on="user_id", how="left")


def tags_of(scheme: str) -> str:
    """Return the column that holds the weightiest tags for a scheme."""
    return f"_tags_{scheme}"


def _counts(values: Values, age: Column) -> Column:
    return (F.col("tag_kind") == values.tag) & (age < HALF_LIVES * values.half_life_days)


def _heavy(name: str, values: Values) -> Column:
    return F.when(F.col(name) >= values.least_weight, F.struct((-F.col(name)).alias("weight"), F.col("tag")))
