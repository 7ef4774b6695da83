"""A lake, books and a registry in memory, for what the runner decides: who runs, in which order, and what a failure stops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from learnlake.lake.catalogue import catalogue
from learnlake.lake.settling import Fate
from learnlake.lake.slices import Slices, Tally
from learnlake.lake.stage import ModelNode, Step
from learnlake.lake.table import Table
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.versions import Version, in_force
from learnlake.pipeline import graph_of, load_conf
from learnlake.runner.graph import Graph
from learnlake.runner.inputs import Inputs
from learnlake.runner.landing import FileNote, Landed
from learnlake.runner.ledger import Entry, Ledger
from learnlake.runner.run import Runner
from tests import tiny
from tests.modelling.level import Level

LONG_AGO = date(2020, 1, 1)
NOON = datetime(2026, 5, 11, 12)  # noqa: DTZ001  # timestamps of the lake are UTC without saying so


class Rows(list[Any]):
    """A frame, as far as the runner looks into one."""

    def count(self, *_: object) -> int:
        return len(self)

    def limit(self, _: int) -> Rows:
        return Rows()


@dataclass
class MemoryStore:
    """Tables as rows, with a version that each write makes one greater, and all their rows in one slice of long ago."""

    rows: dict[str, Rows] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    slices: Slices = field(default_factory=Slices)
    root: str = ""

    def put(self, name: str, rows: list[Any]) -> int:
        self.rows[name] = Rows(rows)
        self.versions[name] = self.versions.get(name, -1) + 1
        return len(rows)

    def _keep(self, table: Table, rows: list[Any], *days: date) -> int:
        kept = self.put(table.full_name, rows)
        tally = Tally(kept, crc32(repr(rows).encode()))
        self.slices.replaced(table, dict.fromkeys(days, tally), days, self.versions[table.full_name])
        return kept

    def version(self, table: Table) -> int | None:
        return self.versions.get(table.full_name)

    def read(self, table: Table, _: date | None = None) -> Rows:
        return self.rows.get(table.full_name, Rows())

    def day(self, table: Table, *_: date) -> Rows:
        return self.read(table)

    def changes(self, table: Table, _: int | None) -> Rows:
        return self.read(table)

    def settle(self, mapped: Mapping[str, Rows], table: Table) -> tuple[Fate, ...]:
        self._keep(table, [row for rows in mapped.values() for row in rows], LONG_AGO)
        return tuple(Fate(name, "m", len(rows), len(rows), 0, 0, 0) for name, rows in mapped.items())

    def replace_days(self, rows: Rows, table: Table, *days: date) -> int:
        return self._keep(table, rows, *days)


class MemoryBooks(Ledger):
    """Books that are never written down, but outlive a run."""

    def _read_landed(self) -> dict[str, dict[str, FileNote]]:
        return {}

    def _read_books(self) -> dict[tuple[str, date | None], Entry]:
        self._last = self._last if self._last is not None else {}
        return self._last

    def flush(self) -> None:
        """Keep what was noted."""


@dataclass
class MemoryRegistry:
    """Versions of models in memory; every candidate is published."""

    held: dict[str, list[Version]] = field(default_factory=dict)

    def before(self, node: ModelNode, train_day: date) -> Version | None:
        return in_force(v for v in self.held.get(node.name, ()) if v.train_day < train_day)

    def scoring(self, node: ModelNode, train_day: date) -> Version | None:
        return in_force(v for v in self.held.get(node.name, ()) if v.train_day <= train_day)

    def is_withdrawn(self, *_: object) -> bool:
        return False

    def log(self, node: ModelNode, train_day: date, _: Candidate, decision: Decision, __: Mapping[str, int]) -> str:
        held = self.held.setdefault(node.name, [])
        held.append(Version(str(len(held) + 1), train_day, decision.is_published))
        return held[-1].number

    def load(self, *_: object) -> Level:
        return Level(0.5)


@dataclass
class Memory:
    """What outlives a run, and the runs over it.

    Attributes:
        folder: where the conf of the tiny platform is.
        landed: what lands of each source; called at each run.
    """

    folder: Path
    landed: dict[str, Callable[[MemoryStore], Landed | None]]
    store: MemoryStore = field(default_factory=MemoryStore)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    key: Callable[[], bytes] = lambda: tiny.KEY

    def __post_init__(self) -> None:
        tiny.write_conf(self.folder)
        self.books = MemoryBooks(self.store, lambda: NOON)
        self.books.decided = lambda *_: None

    def graph(self, steps: tuple[Step, ...]) -> Graph:
        """Derive the graph of some steps under the conf of the tiny platform."""
        return graph_of(load_conf(self.folder / "conf", "local", given={"LOGS": str(self.folder)}), steps)

    def run(self, steps: tuple[Step, ...], *days: date) -> tuple[Runner, dict[str, tuple[str, Entry | None]]]:
        """Run steps; return the runner and what it told last of each step."""
        conf, told = load_conf(self.folder / "conf", "local", given={"LOGS": str(self.folder)}), {}
        inputs = Inputs(self.store, self.books, conf)

        def tell(name: str, what: str, entry: Entry | None) -> None:
            told[name] = (what, entry)

        made = Runner(graph_of(conf, steps), inputs, catalogue(conf), self.registry, self.key, tell)
        made._first_day = tiny.FIRST
        made.run(days or (tiny.DAY,))
        return made, told
