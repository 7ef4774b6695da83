"""The first day of each platform: what the age of the lake's history is counted from.

It is what conf says, else the day of the first event that the lake ever knew of the platform, kept as a property of
``silver.account_days``: older history that comes later moves no train day.
"""

from __future__ import annotations

from datetime import date

from pyspark.sql import functions as F

from learnlake.lake.sources import Platforms, Sources
from learnlake.lake.store import Store
from learnlake.lake.tables.silver import ACCOUNT_DAYS
from learnlake.settings import Conf

NOTE = "began_on_{}"


def first_day(store: Store, conf: Conf) -> date | None:
    """Return the earliest first day of the live platforms, None where nothing is known of any."""
    stated, kept = _stated(conf), _kept(store, conf)
    found = {} if _live(conf) <= {*stated, *kept} else _found(store)
    return min((found | kept | stated).values(), default=None)


def keep_first_days(store: Store, conf: Conf) -> None:
    """Keep the first days of the platforms whose events the lake knows for the first time."""
    missing = _live(conf) - _stated(conf).keys() - _kept(store, conf).keys()
    found = {name: day for name, day in _found(store).items() if name in missing} if missing else {}
    if found:
        store.note(ACCOUNT_DAYS, **{NOTE.format(name): day.isoformat() for name, day in found.items()})


def _live(conf: Conf) -> set[str]:
    return {source.platform for source in conf.of(Sources).files.values()}


def _stated(conf: Conf) -> dict[str, date]:
    platforms = conf.of(Platforms).files
    return {name: day for name in _live(conf) if (day := platforms[name].began_on) is not None}


def _kept(store: Store, conf: Conf) -> dict[str, date]:
    if store.version(ACCOUNT_DAYS) is None:
        return {}
    notes = store.notes(ACCOUNT_DAYS)
    return {name: date.fromisoformat(day) for name in _live(conf) if (day := notes.get(NOTE.format(name)))}


def _found(store: Store) -> dict[str, date]:
    if store.version(ACCOUNT_DAYS) is None:
        return {}
    days = store.read(ACCOUNT_DAYS).groupBy("platform").agg(F.min("event_date").alias("first"))
    return {row.platform: row.first for row in days.collect()}  # a row a platform
