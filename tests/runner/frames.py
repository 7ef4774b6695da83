"""A lake of frames in memory, and a pass over it of every step that has a day: real stages and trainings, without a commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from learnlake.lake.catalogue import catalogue
from learnlake.lake.conform import conform
from learnlake.lake.sameness import content_hash
from learnlake.lake.settling import Fate
from learnlake.lake.slices import Slice, Slices, Tally, day_column
from learnlake.lake.stage import Arrivals, ModelNode
from learnlake.lake.store import Store
from learnlake.lake.table import Table
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.versions import Version
from learnlake.pipeline import STEPS, graph_of, load_conf
from learnlake.runner.graph import Graph, Landing, Node
from learnlake.runner.inputs import Inputs
from learnlake.runner.ledger import Entry
from learnlake.runner.run import Runner
from tests import tiny
from tests.runner.faked import NOON, MemoryBooks, MemoryRegistry


@dataclass(frozen=True)
class FrameStore(Store):
    """Tables as views of rows that were collected once; the contract and the key are looked at on every write."""

    def address(self, table: Table) -> str:
        return f"{self.root}_{table.layer}_{table.name}"

    def version(self, table: Table) -> int | None:
        return self._versions.get(table.full_name)

    def keep(self, frame: DataFrame, table: Table) -> int:
        held = conform(frame, table).toArrow()
        keys = held.select([column.name for column in table.key])
        assert keys.group_by(keys.column_names).aggregate([]).num_rows == held.num_rows, f"{table.full_name}: keys"
        self.spark.createDataFrame(held, table.schema).createOrReplaceTempView(self.address(table))
        version = self._versions[table.full_name] = self._versions.get(table.full_name, -1) + 1
        if table.dated_by:
            self.slices.replaced(table, _tallied(held, table), self.slices.among(table), version)
        return held.num_rows

    def changes(self, table: Table, _: int | None) -> DataFrame:
        return self.read(table)

    def replace_days(self, frame: DataFrame, table: Table, *days: date) -> int:
        others = self.read(table).where(~F.col(str(day_column(table))).isin(list(days)))
        before = others.count()
        return self.keep(conform(frame, table).unionByName(others) if before else frame, table) - before

    def replace_slices(self, frame: DataFrame, table: Table, made_of: Mapping[date, str]) -> int:
        kept = self.replace_days(frame, table, *made_of)
        for day, told in made_of.items():
            self.slices.held[table.full_name][day] = replace(
                self.slices.held[table.full_name].get(day, NO_SLICE), made_of=told
            )
        return kept

    def replace_all(self, frame: DataFrame, table: Table) -> int:
        return self.keep(frame, table)

    def notes(self, _: Table) -> dict[str, str]:
        return {}

    def note(self, _: Table, **__: str) -> None:
        """Keep nothing: a pass is over days that are all there."""

    @cached_property
    def slices(self) -> Slices:
        return Slices()

    def settle(self, flagged: DataFrame, table: Table) -> tuple[Fate, ...]:
        """Keep the sound rows; of several with one key the first by the table's refresh columns, whenever they came."""
        sound = flagged.where(F.size("reasons") == 0) if "reasons" in flagged.columns else flagged
        rows = sound.select(*(column.name for column in table.columns)).unionByName(self.read(table))
        turn = Window.partitionBy(*(k.name for k in table.key)).orderBy(*(k.name for k in table.refresh.by))
        first = rows.withColumn("_turn", F.row_number().over(turn)).where("_turn = 1").drop("_turn")
        kept = self.keep(first, table)
        return (Fate(table.full_name, "all", kept, kept, 0, 0, 0),)


NO_SLICE = Slice(0, 0, 0, 0)


def _tallied(held: pa.Table, table: Table) -> dict[date, Tally]:
    """Count and hash the rows of each slice, in plain Python."""
    rows: dict[date, list[str]] = defaultdict(list)
    for row in held.to_pylist():
        rows[row[day_column(table)]].append(repr(row))
    assert None not in rows, f"{table.full_name}: rows that no day may ever see"
    return {
        day: Tally(len(own), int(sha256("".join(sorted(own)).encode()).hexdigest()[:12], 16))
        for day, own in rows.items()
    }


@dataclass
class KeepingRegistry(MemoryRegistry):
    """Publishes whatever was fitted, whether it cleared its bars or not: stages are to meet models of odd worlds."""

    models: dict[tuple[str, str], Any] = field(default_factory=dict)

    def log(
        self, node: ModelNode, train_day: date, candidate: Candidate, decision: Decision, read: Mapping[str, int]
    ) -> str:
        fitted = replace(decision, is_published=candidate.model is not None)
        number = super().log(node, train_day, candidate, fitted, read)
        self.models[node.name, number] = candidate.model
        return number

    def load(self, node: ModelNode, version: Version) -> Any:
        return self.models[node.name, version.number]


@dataclass
class Pass:
    """Passes of dated steps over planted silver tables; what one leaves, the next finds.

    Attributes:
        spark: the session.
        conf: the folder of conf.
        planted: silver tables, by table.
    """

    spark: SparkSession
    conf: Path
    planted: Mapping[Table, DataFrame]
    registry: KeepingRegistry = field(default_factory=KeepingRegistry)

    def __post_init__(self) -> None:
        self.store = FrameStore(self.spark, f"frames_{uuid4().hex}")
        for table, frame in self.planted.items():
            self.store.keep(frame, table)
        self.books = MemoryBooks(self.store, lambda: NOON)
        self.books.decided = lambda *_: None

    def run(self, *days: date, only: frozenset[str] = frozenset()) -> dict[str, Entry | None]:
        """Run some steps, or all, for some days; return what was said last of each step."""
        told: dict[str, Entry | None] = {}
        self.runner(told).run(days, only)
        return told

    def runner(self, told: dict[str, Entry | None]) -> Runner:
        """Put a runner together that notes what is said last of each step."""
        conf = load_conf(self.conf, "local", given={"LOGS": "none"})
        return Runner(
            without_arrivals(graph_of(conf, STEPS)),
            Inputs(self.store, self.books, conf),
            catalogue(conf),
            self.registry,
            lambda: tiny.KEY,
            lambda name, _, entry: told.update({name.split(" ")[0]: entry}),
        )

    def hashes(self) -> dict[str, str]:
        """Return the content hash of every table."""
        tables = catalogue(load_conf(self.conf, "local", given={"LOGS": "none"}))
        return {name: content_hash(self.store.read(tables[name]), tables[name]) for name in self.store._versions}


def without_arrivals(graph: Graph) -> Graph:
    """Leave out what raw files become."""

    def arrives(node: Node) -> bool:
        return isinstance(node, Landing) or any(isinstance(read, Arrivals) for read in node.reads)

    nodes = tuple(node for node in graph.nodes if not arrives(node))
    return Graph(nodes, {node.name: graph.needs[node.name] & {n.name for n in nodes} for node in nodes})
