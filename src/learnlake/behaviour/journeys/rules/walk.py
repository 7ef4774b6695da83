"""How far users get in funnels, all funnels in one pass over their events.

The events of a user that may be a step of any funnel are put in order (by moment, then event_id) and walked once for each
funnel: the first event of step 1 in the period is the entry, then each step is taken by the earliest later event that fits, within
the window. From a given entry no other choice of events gets further.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import Funnel, Step
from learnlake.lake.joins import owned


def entries_of(funnel: Funnel, as_of: date) -> tuple[date, date]:
    """Return the first and the last day whose entries count."""
    last = as_of if funnel.keep_open else as_of - timedelta(days=funnel.within_days)
    return last - timedelta(days=funnel.over_days - 1), last


def walked(events: DataFrame, identities: DataFrame, funnels: Mapping[str, Funnel], as_of: date) -> DataFrame:
    """Walk every user through the funnels, at least one.

    Args:
        events: rows of silver.events, nothing after ``as_of``.
        identities: rows of silver.identities; an account belongs to the user known at ``as_of``, so that a journey goes on
            from one account of a person to another.
        funnels: by name.
        as_of: the day at whose end it is known.

    Returns:
        One row per user who entered any: ``user_id``, ``walks`` (array of ``funnel``, ``times`` of the steps taken, in their
        order and never empty, and ``is_open``: the window is not over).
    """
    fits = F.array(*(_fits(funnels[name], as_of) for name in sorted(funnels)))
    met = events.select("account_id", "event_id", "event_date", "occurred_at", fits.alias("_fits"))
    may_count = met.where(F.exists("_fits", lambda bits: bits > 0))
    moments = F.array_sort(F.collect_list(F.struct("occurred_at", "event_id", "event_date", "_fits")))
    users = owned(may_count, identities).groupBy("user_id").agg(moments.alias("_moments"))
    walks = F.array(*(_walk(place, name, funnels[name], as_of) for place, name in enumerate(sorted(funnels))))
    entered = users.select("user_id", F.filter(walks, lambda walk: F.size(walk["times"]) > 0).alias("walks"))
    return entered.where(F.size("walks") > 0)


def _fits(funnel: Funnel, as_of: date) -> Column:
    """Say of an event which steps of a funnel it could be, a bit for each."""
    first, _ = entries_of(funnel, as_of)
    is_here = F.col("platform").isin(*funnel.platforms) if funnel.platforms else F.lit(True)
    bits = F.lit(0)
    for place, step in enumerate(funnel.steps):
        bits = bits + F.when(_is(step), F.lit(1 << place)).otherwise(0)
    return F.when(is_here & F.col("event_date").between(F.lit(first), F.lit(as_of)), bits).otherwise(0)


def _is(step: Step) -> Column:
    holds = F.coalesce(F.expr(step.where), F.lit(False)) if step.where is not None else F.lit(True)
    return F.col("event_type").isin(*step.types) & holds


def _walk(place: int, name: str, funnel: Funnel, as_of: date) -> Column:
    """Walk the ordered moments through one funnel."""
    first, last = entries_of(funnel, as_of)
    window = F.make_dt_interval(days=F.lit(funnel.within_days))
    start = F.struct(
        F.array().cast("array<timestamp>").alias("times"),
        F.lit(None).cast("date").alias("entered"),
        F.lit(0).alias("taken"),
    )

    def step(so_far: Column, moment: Column) -> Column:
        bits, taken = moment["_fits"].getItem(place), so_far["taken"]
        is_next = F.call_function("shiftright", bits, taken).bitwiseAND(F.lit(1)) == 1
        is_entry = (taken == 0) & moment["event_date"].between(F.lit(first), F.lit(last))
        is_within = (taken > 0) & (moment["occurred_at"] <= F.get(so_far["times"], F.lit(0)) + window)
        on = F.struct(
            F.concat(so_far["times"], F.array(moment["occurred_at"])).alias("times"),
            F.coalesce(so_far["entered"], moment["event_date"]).alias("entered"),
            (taken + 1).alias("taken"),
        )
        return F.when(is_next & (is_entry | is_within), on).otherwise(so_far)

    def said(end: Column) -> Column:
        is_open = F.date_add(end["entered"], funnel.within_days) > F.lit(as_of)
        return F.struct(F.lit(name).alias("funnel"), end["times"].alias("times"), is_open.alias("is_open"))

    return F.aggregate("_moments", start, step, said)
