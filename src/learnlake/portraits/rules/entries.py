"""Tags of one user put side by side: columns over a row per user, in arrays that sort by branch, weight, tag and basis."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.lake.tables.silver import ACCOUNTS
from learnlake.portraits.tree import Branch

ENTRIES = (
    "array<struct<branch:string,lightness:double,tag:string,basis:string,weight:double,deviation:double,"
    "event_count:bigint,last_date:date>>"
)
LISTS = frozenset(column.name for column in ACCOUNTS.profile if column.dtype.simpleString() == "array<string>")


def entry(branch: Column, tag: Column, basis: str, weight: Column, **evidence: Column) -> Column:
    """Return one tag of a user; ``lightness`` is the weight turned around, so that arrays of entries sort as promised.

    Args:
        branch: the branch.
        tag: the tag.
        basis: observed, declared or prior.
        weight: share of the branch, 0..1.
        evidence: deviation, event_count and last_date, where there are such.
    """
    nothing = {"deviation": "double", "event_count": "bigint", "last_date": "date"}
    rest = [evidence.get(name, F.lit(None)).cast(dtype).alias(name) for name, dtype in nothing.items()]
    first = (branch.alias("branch"), (-weight).alias("lightness"), tag.alias("tag"), F.lit(basis).alias("basis"))
    return F.struct(*first, weight.alias("weight"), *rest)


def none() -> Column:
    """Return an empty array of entries."""
    return F.array().cast(ENTRIES)


def joined(*parts: Column) -> Column:
    """Put arrays of entries one behind the other; without any, an empty one."""
    return F.concat(none(), *(part.cast(ENTRIES) for part in parts))


def heaviest(entries: Column, branches: Mapping[str, Branch]) -> Column:
    """Keep of each branch its ``at_most`` heaviest entries; of equally heavy ones the first in the alphabet."""

    def of(name: str, branch: Branch) -> Column:
        own = F.filter(entries, lambda held: held["branch"] == name)
        return F.slice(F.array_sort(own), 1, branch.at_most)

    return joined(*(of(name, branch) for name, branch in branches.items()))


def declared(seen: Column, branches: Mapping[str, Branch]) -> Column:
    """Return what users declared, over ``_said`` as ``rules.told`` makes it.

    The words of one branch share the weight 1. A closed branch takes the words it names; one that is ``unseen_in`` another
    takes those that are not among the entries ``seen`` there.
    """

    def of(name: str, branch: Branch) -> Column:
        words = _words(branch, seen)
        when = F.greatest(*(F.col(f"_said.{column}.date") for column in branch.declared), F.lit(None).cast("date"))
        weight = F.round(F.try_divide(F.lit(1.0), F.size(words)), 9)
        made = F.transform(words, lambda word: entry(F.lit(name), word, "declared", weight, last_date=when))
        return F.slice(made, 1, branch.at_most)

    return joined(*(of(name, branch) for name, branch in branches.items() if branch.declared))


def _words(branch: Branch, seen: Column) -> Column:
    """Return the declared words of a branch, each once and sorted; empty where nothing was declared."""
    empty = F.array().cast("array<string>")
    said = [(F.col(f"_said.{column}.value"), column in LISTS) for column in branch.declared]
    words = F.concat(*(F.coalesce(value, empty) if is_list else F.array(value) for value, is_list in said))
    stated = F.filter(words, lambda word: word.isNotNull() & (word != ""))
    if branch.is_closed:
        stated = F.filter(stated, lambda word: word.isin(*branch.values))
    if branch.unseen_in:
        other = F.lit(branch.unseen_in)
        there = F.filter(seen, lambda held: held["branch"] == other)
        stated = F.array_except(stated, F.transform(there, lambda held: held["tag"]))
    return F.array_sort(F.array_distinct(stated))


def habits(branches: Mapping[str, Branch]) -> Column:
    """Return the tags whose condition holds, over the columns of gold.user_features; an unknown answer is a no.

    The weight is 1, for a condition holds or it does not; the last day is the user's last one with an event.
    """

    def of(name: str, branch: Branch) -> Column:
        last = F.date_sub("as_of_date", F.col("idle_days"))
        made = [
            F.when(F.expr(habit.when), entry(F.lit(name), F.lit(tag), "observed", F.lit(1.0), last_date=last))
            for tag, habit in sorted(branch.habits.items())
        ]
        return F.slice(F.filter(F.array(*made), lambda held: held.isNotNull()), 1, branch.at_most)

    return joined(*(of(name, branch) for name, branch in branches.items() if branch.habits))


def shown(entries: Column, branches: Mapping[str, Branch]) -> Column:
    """Sort entries and give them the shape of ``portrait_tags``, each with its parent in the tree."""

    def of(held: Column) -> Column:
        names = ("branch", "tag", "weight", "deviation", "event_count", "last_date", "basis")
        columns = {name: held[name].alias(name) for name in names}
        parent = _parent(held["branch"], held["tag"], branches).alias("parent")
        return F.struct(columns.pop("branch"), parent, *columns.values())

    return F.transform(F.array_sort(entries), of)


def top(tags: Column, branch: str) -> Column:
    """Return the heaviest tag of a branch that was observed, else declared, of tags as ``shown`` sorts them; else null."""

    def of(basis: str) -> Column:
        held = F.filter(tags, lambda tag: (tag["branch"] == branch) & (tag["basis"] == basis))
        return F.get(F.transform(held, lambda tag: tag["tag"]), F.lit(0))

    return F.coalesce(of("observed"), of("declared"))


def _parent(name: Column, tag: Column, branches: Mapping[str, Branch]) -> Column:
    out = F.lit(None).cast("string")
    for branch, held in branches.items():
        for parent in sorted({value.parent for value in held.values.values() if value.parent}):
            under = [child for child, value in held.values.items() if value.parent == parent]
            out = F.when((name == branch) & tag.isin(*under), F.lit(parent)).otherwise(out)
    return out
