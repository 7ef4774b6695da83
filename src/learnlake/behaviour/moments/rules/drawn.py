"""When a moment came for whom, and before which of their days the others are looked at.

Source: nested case-control sampling, one day a control: Borgan and Langholz (1993), Biometrics 49.
"""

from __future__ import annotations

from datetime import date, timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.moments.settings import Moment, MomentSettings
from learnlake.lake.rules import any_of


def drawn(days: DataFrame, settings: MomentSettings, as_of: date) -> DataFrame:
    """Say of each user and moment whether it came, and which day is looked at.

    Days must lie in the last ``over_days`` and be preceded by ``days`` days since the user's first one, so that there is something to look
    at. A control's day is one with an event; before a silence, one that a day with an event follows soon enough.

    Args:
        days: rows of silver.user_days up to ``as_of``.
        settings: the moments, at least one.
        as_of: the day at whose end it is known.

    Returns:
        One row per user and moment: user_id, moment, is_case, last_date, the last of the days that are looked at. Users of whom nothing
        can be said have no row.
    """
    kinds = sorted(settings.kinds.items())
    firsts = [
        F.min(F.when(_had(kind.first), F.col("event_date"))).alias(f"_first_{n}") for n, (_, kind) in enumerate(kinds)
    ]
    users = days.groupBy("user_id").agg(F.array_sort(F.collect_set("event_date")).alias("_days"), *firsts)
    found = F.array(*(_found(n, name, kind, settings, as_of) for n, (name, kind) in enumerate(kinds)))
    rows = users.select("user_id", F.explode(found).alias("_found")).select("user_id", "_found.*")
    return rows.where(F.col("last_date").isNotNull())


def _had(types: tuple[str, ...]) -> Column:
    return any_of(F.col(f"{kind}_count") > 0 for kind in types)


def _found(place: int, name: str, kind: Moment, settings: MomentSettings, as_of: date) -> Column:
    """Return the moment of one user; its last_date is null where nothing can be said."""
    first, last = F.get("_days", F.lit(0)), F.element_at("_days", -1)
    since = F.greatest(F.lit(as_of - timedelta(days=settings.over_days - 1)), F.date_add(first, settings.days))
    if kind.silence_days is None:
        came, ends, before = F.col(f"_first_{place}"), F.lit(as_of), 1
        candidates = F.filter("_days", lambda day: day >= since)
    else:
        silence, before = kind.silence_days, 0
        ends = F.lit(as_of - timedelta(days=silence))
        came = F.when(last <= ends, last)
        # the next day with an event is soon enough where any is within the silence
        candidates = F.filter(
            "_days",
            lambda day: (
                day.between(since, ends)
                & F.exists("_days", lambda later: (later > day) & (later <= F.date_add(day, silence)))
            ),
        )
    own = F.when(came.between(since, ends), came)
    order = F.transform(
        candidates,
        lambda day: F.struct(F.xxhash64(F.lit(settings.seed), "user_id", F.lit(name), day), day.alias("day")),
    )
    day = F.when(came.isNull(), F.array_min(order)["day"]).otherwise(own)
    return F.struct(
        F.lit(name).alias("moment"), came.isNotNull().alias("is_case"), F.date_sub(day, before).alias("last_date")
    )
