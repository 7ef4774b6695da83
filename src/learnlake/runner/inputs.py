"""What a step is handed: frames as its reads ask for them, and a signature of all that decides its result."""

from __future__ import annotations

import hashlib
import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c
from learnlake.lake.catalogue import Catalogue, catalogue
from learnlake.lake.persons import is_of_users, of_persons
from learnlake.lake.sources import Source, Sources
from learnlake.lake.stage import Arrivals, Before, Read, Stage, Step, Touched, Training, sections_of
from learnlake.lake.store import Store
from learnlake.lake.table import Past, Table
from learnlake.lake.tables.silver import IDENTITIES
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
        return _hashed([settings, code_hash(function)])

    def _said(self, section: Section, step: Step) -> str:
        """Write down what a step is told; a member of a family is told of its own file only."""
        files = getattr(section, "files", {})
        own = step.makes.file if isinstance(step, Training) else ""
        said: Settings = files.get(own, section)
        return said.model_dump_json()

    def signature(self, step: Step, as_of: date | None, *more: str) -> str:
        """Say in ``way:versions`` all that decides a step's result: equal = nothing to do."""
        return f"{self.way(step)}:{_hashed([self.versions(step.reads, as_of), *more])}"

    def versions(self, reads: tuple[Read, ...], as_of: date | None) -> dict[str, int]:
        """Return what a step would read: table (and day) -> Delta version."""
        out: dict[str, int] = {}
        for read in reads:
            for name, version in self._versions_of(read, as_of):
                if version is not None:
                    out[name] = version
        return out

    def _versions_of(self, read: Read, as_of: date | None) -> list[tuple[str, int | None]]:
        if isinstance(read, Before):
            day = self._day_before(read, as_of)
            return (
                [(f"before {read.days} {read.table.full_name}@{day}", self._day_version(read.table, day))]
                if day
                else []
            )
        if isinstance(read, Past):
            return [
                (f"{read.table.full_name}@{day}", self._day_version(read.table, day)) for day in past_days(read, as_of)
            ]
        if isinstance(read, Arrivals):
            sources = self.conf.of(Sources).into(read.target)
            return [(s.bronze.full_name, self.store.version(s.bronze)) for s in sources]
        if isinstance(read, Touched):
            sides = [side for side, _ in read.through]
            return [(t.full_name, self.store.version(t)) for t in (read.table, *sides)]
        if read.parts:
            return [(part.full_name, self.store.version(part)) for part in read.parts]
        if read.is_daily:
            return [(f"{read.full_name}@{as_of}", self._day_version(read, as_of))]
        return [(read.full_name, self.store.version(read))]

    def _day_version(self, table: Table, day: date | None) -> int | None:
        entry = self.ledger.last(table.full_name, day)
        return entry.version_written if entry else None

    def _day_before(self, read: Before, as_of: date | None) -> date | None:
        if as_of is None:
            return None
        newest = as_of - timedelta(days=read.days)
        earlier = [day for day in self.ledger.days(read.table.full_name) if day <= newest]
        return earlier[-1] if earlier else None

    def frames(self, step: Step, as_of: date | None, last: Entry | None) -> list[Any]:
        """Return the frames of a step that reads no arrivals, in the order of its reads.

        Args:
            step: the step.
            as_of: nothing dated later is handed over.
            last: the step's last finished run, from which on changes are asked for; None = everything.
        """
        return [self._frame(read, as_of, last) for read in step.reads]

    @cached_property
    def _tables(self) -> Catalogue:
        """The catalogue as conf made it, for a fixed table may be wider there."""
        return catalogue(self.conf)

    def _frame(self, read: Read, as_of: date | None, last: Entry | None) -> Any:
        if isinstance(read, Before):
            day = self._day_before(read, as_of)
            rows = self.store.day(read.table, day) if day else self.store.read(read.table).limit(0)
            return self._of_today(rows, read.table, as_of)
        if isinstance(read, Past):
            return self._of_today(self.store.day(read.table, *past_days(read, as_of)), read.table, as_of)
        if isinstance(read, Touched):
            touched = self.touched(read, last)
            rows = self.store.read(read.table)
            return rows if touched is None else rows.join(touched, on=read.by.name, how="left_semi")
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
        rows = self.store.changes(source.bronze, _since(source.bronze, last))
        for name, lookup in source.lookups.items():
            other = self.conf.of(Sources).files[lookup.source].bronze
            order = F.struct(c.RECEIVED.name, c.FILE.name, c.POSITION.name)
            record = F.min_by(F.struct(*(column.name for column in other.columns)), order).alias(name)
            rows = rows.join(
                self.store.read(other).groupBy(*lookup.equal).agg(record), on=list(lookup.equal), how="left"
            )
        return rows

    def touched(self, read: Touched, last: Entry | None) -> DataFrame | None:
        """Return the groups that changed since the last run, one column; None = all of them."""
        if last is None or _since(read.table, last) is None:
            return None
        groups = self.store.changes(read.table, _since(read.table, last)).select(read.by.name)
        for side, key in read.through:
            changed = (
                self.store.changes(side, _since(side, last))
                .groupBy(key.name)
                .agg(F.min(c.VISIBLE_FROM.name).alias("_from"))
            )
            rows = self.store.read(read.table).join(changed, on=key.name, how="inner")
            groups = groups.unionByName(rows.where(F.col(c.VISIBLE_FROM.name) >= F.col("_from")).select(read.by.name))
        return groups.distinct()


def past_days(read: Past, as_of: date | None) -> list[date]:
    """Return the days that a reader of past days asks for, ascending, ``as_of`` itself last."""
    if as_of is None:
        raise ValueError(f"{read.table.full_name}: past days are asked for without a day")
    return [as_of - timedelta(days=read.every * n) for n in range(read.back, -1, -1)]


def _since(table: Table, last: Entry | None) -> int | None:
    return last.versions_read.get(table.full_name) if last else None


def function_of(step: Step) -> Callable[..., Any]:
    """Return the function behind a stage or training."""
    return step.build if isinstance(step, Stage) else step.fit


def _hashed(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


def code_hash(function: Any) -> str:
    """Hash the code of a step: its own module and those of its room and of modelling that it imports."""
    start = sys.modules[function.__module__]
    room = ".".join(start.__name__.split(".")[:2])
    seen, waiting = {}, [start]
    while waiting:
        module = waiting.pop()
        seen[module.__name__] = inspect.getsource(module)
        for value in vars(module).values():
            name = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
            if (
                isinstance(name, str)
                and name.startswith((room, "learnlake.modelling"))
                and name not in seen
                and name in sys.modules
            ):
                waiting.append(sys.modules[name])
    text = "".join(source for _, source in sorted(seen.items()))
    return hashlib.sha256(text.encode()).hexdigest()[:16]
