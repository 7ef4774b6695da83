"""What a step is handed: frames as its reads ask for them, and a signature of all that decides its result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.catalogue import Catalogue, catalogue
from learnlake.lake.persons import TOGETHER, is_of_users, of_persons, since_of
from learnlake.lake.slices import day_column
from learnlake.lake.sources import Source, Sources
from learnlake.lake.stage import (
    Arrivals,
    Before,
    EachSlice,
    Read,
    Recent,
    Stage,
    Step,
    Training,
    sections_of,
    tables_of,
)
from learnlake.lake.store import Store
from learnlake.lake.table import Past, Table
from learnlake.lake.tables.silver import IDENTITIES
from learnlake.runner.code import code_hash, libraries_hash
from learnlake.runner.ledger import Entry, Ledger
from learnlake.settings import Conf, Section, Settings


@dataclass(frozen=True)
class Inputs:
    """Resolves reads over one store and its ledger."""

    store: Store
    ledger: Ledger
    conf: Conf

    def way(self, step: Step) -> str:
        """Hash what a step does, its settings and its code, whatever it reads."""
        function = function_of(step)
        settings = {name: self._said(self.conf.of(kind), step) for name, kind in sections_of(function).items()}
        libraries = libraries_hash() if isinstance(step, Training) else ""
        return _hashed([settings, code_hash(function), *map(_way_of_read, step.reads), libraries])

    def _said(self, section: Section, step: Step) -> str:
        """Write down what a step is told; a member of a family is told of its own file only."""
        files = getattr(section, "files", {})
        own = step.makes.file if isinstance(step, Training) else ""
        said: Settings = files.get(own, section)
        return said.model_dump_json()

    def signature(self, step: Step, as_of: date | None, *more: str) -> str:
        """Say in ``way:content`` all that decides a step's result: equal = nothing to do."""
        return f"{self.way(step)}:{_hashed([self.content(step.reads, as_of), *more])}"

    def content(self, reads: tuple[Read, ...], as_of: date | None) -> list[tuple[str, str]]:
        """Return what a step would read: table (and day), and the digest of what is there."""
        return [told for read in reads for told in self._content_of(read, as_of)]

    def _content_of(self, read: Read, as_of: date | None) -> list[tuple[str, str]]:
        if isinstance(read, Before | Past):
            persons = self._content_of(IDENTITIES, as_of) if is_of_users(read.table) else []
            return [
                *((f"{read.table.full_name}@{day}", self._of_day(read.table, day)) for day in self._days(read, as_of)),
                *persons,
            ]
        if isinstance(read, Arrivals | EachSlice):
            raise ValueError("what is read by source or by slice has a signature for each of them")
        table, since = (read.table, _first(read, as_of)) if isinstance(read, Recent) else (read, None)
        if table.is_daily and as_of:
            return [(f"{table.full_name}@{as_of}", self._of_day(table, as_of))]
        return [
            (t.full_name, self.store.slices.fingerprint(t, since_of(t, since), as_of)) for t in table.parts or (table,)
        ]

    def _of_day(self, table: Table, day: date) -> str:
        return self.store.slices.fingerprint(table, day - timedelta(days=1), day)

    def _days(self, read: Before | Past, as_of: date | None) -> list[date]:
        if isinstance(read, Past):
            return past_days(read, as_of)
        day = self._day_before(read, as_of)
        return [day] if day else []

    def _bronze(self, read: Arrivals) -> list[tuple[str, int]]:
        sources = self.conf.of(Sources).into(read.target)
        versions = ((s.bronze.full_name, self.store.version(s.bronze)) for s in sources)
        return [(name, version) for name, version in versions if version is not None]

    def versions(self, reads: tuple[Read, ...], as_of: date | None) -> dict[str, int]:
        """Return for the books what a step would read: table (and day) -> the Delta version that wrote it last."""
        out: dict[str, int] = {}
        for read in reads:
            if isinstance(read, Arrivals):
                out |= dict(self._bronze(read))
            elif isinstance(read, Before | Past):
                out |= {
                    f"{read.table.full_name}@{day}": v
                    for day in self._days(read, as_of)
                    if (v := self._written(read.table, day)) is not None
                }
            else:
                for table in tables_of((read,)):
                    day = as_of if table.is_daily else None
                    version = self._written(table, day)
                    if version is not None:
                        out[f"{table.full_name}@{day}" if day else table.full_name] = version
        return out

    def _written(self, table: Table, day: date | None) -> int | None:
        if day is None:
            return self.store.slices.version(table)
        own = self.store.slices.held.get(table.full_name, {}).get(day)
        return own.version if own else None

    def stale_slices(self, step: Stage, read: EachSlice) -> dict[date, str]:
        """Return the slices of a step's table that were made of something else than is there now, with their new signatures."""
        way, slices = self.way(step), self.store.slices
        beside = [slices.fingerprints(table) for table in read.beside]
        there, made = slices.held.get(read.table.full_name, {}), slices.held.get(step.writes.full_name, {})
        out = {}
        for day in sorted(there.keys() | made.keys()):
            told = _hashed([way, self._of_day(read.table, day), *(seen(day) for seen in beside)])
            if day not in made or made[day].made_of != told:
                out[day] = told
        return out

    def _day_before(self, read: Before, as_of: date | None) -> date | None:
        if as_of is None:
            return None
        newest = as_of - timedelta(days=read.days)
        earlier = [day for day in self.ledger.days(read.table.full_name) if day <= newest]
        return earlier[-1] if earlier else None

    def frames(self, step: Step, as_of: date | None, days: Collection[date] = ()) -> list[Any]:
        """Return the frames of a step that reads no arrivals, in the order of its reads.

        Args:
            step: the step.
            as_of: nothing dated later is handed over.
            days: of a table that is read slice by slice, the slices to hand over.
        """
        return [self._frame(read, as_of, days) for read in step.reads]

    @cached_property
    def _tables(self) -> Catalogue:
        """The catalogue as conf made it, for a fixed table may be wider there."""
        return catalogue(self.conf)

    def _frame(self, read: Read, as_of: date | None, days: Collection[date]) -> Any:
        if isinstance(read, Before | Past):
            wanted = self._days(read, as_of)
            rows = self.store.day(read.table, *wanted) if wanted else self.store.read(read.table).limit(0)
            return self._of_today(rows, read.table, as_of)
        if isinstance(read, EachSlice):
            return self.store.read(read.table).where(F.col(str(day_column(read.table))).isin(list(days)))
        if isinstance(read, Recent):
            return self.store.read(read.table, as_of, since=_first(read, as_of))
        if isinstance(read, Arrivals):
            raise ValueError(f"{read.target.full_name}: arrivals are handed over source by source")
        table = self._tables[read.full_name]
        if table.is_daily and as_of:
            return self.store.day(table, as_of)
        return self.store.read(table, as_of)

    def _of_today(self, rows: DataFrame, table: Table, as_of: date | None) -> DataFrame:
        """Tell an earlier day's rows of the persons of ``as_of``: who became one since is no birth, no death and no lapse."""
        return of_persons(rows, table, self.store.read(IDENTITIES, as_of)) if is_of_users(table) else rows

    def arrived(self, source: Source, last: Entry | None) -> DataFrame:
        """Return the bronze rows of a source that came since a step's last finished run.

        Beside each row stand the records of other sources that its lookups name; of several equal ones the first to arrive.
        """
        rows = self.store.changes(source.bronze, last.versions_read.get(source.bronze.full_name) if last else None)
        for name, lookup in source.lookups.items():
            other = self.conf.of(Sources).files[lookup.source].bronze
            order = F.struct(c.RECEIVED.name, c.FILE.name, c.POSITION.name)
            record = F.min_by(F.struct(*(column.name for column in other.columns)), order).alias(name)
            rows = rows.join(
                self.store.read(other).groupBy(*lookup.equal).agg(record), on=list(lookup.equal), how="left"
            )
        return rows


def past_days(read: Past, as_of: date | None) -> list[date]:
    """Return the days that a reader of past days asks for, ascending, ``as_of`` itself last."""
    if as_of is None:
        raise ValueError(f"{read.table.full_name}: past days are asked for without a day")
    return [as_of - timedelta(days=read.every * n) for n in range(read.back, -1, -1)]


def function_of(step: Step) -> Callable[..., Any]:
    """Return the function behind a stage or training."""
    return step.build if isinstance(step, Stage) else step.fit


def _first(read: Recent, as_of: date | None) -> date | None:
    """Return the day after which a reader of recent slices looks."""
    return as_of - timedelta(days=read.days) if as_of else None


def _way_of_read(read: Read) -> str:
    """Hash how a read is put together on its way to a step: persons are found there."""
    if isinstance(read, Before | Past):
        return code_hash(of_persons) if is_of_users(read.table) else ""
    table = read.table if isinstance(read, Recent) else read
    return code_hash(TOGETHER[table.full_name]) if isinstance(table, Table) and table.parts else ""


def _hashed(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]
