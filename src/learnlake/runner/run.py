"""One invocation of the job: every step in its order, for every day that is asked for or has become stale."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from functools import reduce
from graphlib import TopologicalSorter
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.catalogue import Catalogue
from learnlake.lake.settling import Fate
from learnlake.lake.stage import Arrivals, EachSlice, ModelNode, Published, Stage, Step, Training, asked, sections_of
from learnlake.lake.table import Past, Table, Way
from learnlake.lake.tables.silver import EVENTS
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.splits import train_day
from learnlake.modelling.tracking import Tracking
from learnlake.modelling.versions import Version
from learnlake.runner.arrivals import Settler, forget_mappings
from learnlake.runner.began import first_day, keep_first_days
from learnlake.runner.graph import Graph, Landing, Node, is_dated
from learnlake.runner.inputs import Inputs, function_of, past_days
from learnlake.runner.landing import land
from learnlake.runner.ledger import DONE, FAILED, Entry, failure
from learnlake.runner.training import Trainer

Tell = Callable[[str, str, Entry | None], None]
SKIPPED, STARTED = "skipped", "started"
AT_ONCE = 3
Found = tuple[tuple[Fate, ...], int, int | None, str, str]


@dataclass
class Runner:
    """Runs a graph over a store.

    Attributes:
        graph: what there is to do.
        inputs: store, ledger and conf.
        tables: the catalogue as conf made it.
        tracking: the registry.
        key: a function that returns the key of the keyed hashes; called only when raw files are read.
        tell: is told of every step: its name, what happens, and the entry when it is over.
        lease: what is held for the time of a run, so that no other works on the lake.
        retrain: names of models that are trained again although their train day is done.
    """

    graph: Graph
    inputs: Inputs
    tables: Catalogue
    tracking: Tracking
    key: Callable[[], bytes]
    tell: Tell
    lease: Callable[[], AbstractContextManager[None]] = nullcontext
    retrain: frozenset[str] = frozenset()
    failed: set[tuple[str, date | None]] = field(default_factory=set)
    _first_day: date | None = None
    _models: dict[tuple[str, str], Any] = field(default_factory=dict)

    def run(self, days: tuple[date, ...] | None, only: frozenset[str] = frozenset()) -> tuple[date, ...]:
        """Bring the tables up to date, undated ones first, then each day's; days are gone through ascending.

        Steps whose inputs, settings and code are those of last time are skipped. When a step fails, those that need its table
        are left out and all others go on; ``failed`` then holds it. Of a source that cannot be read the rows are left out, and
        stages whose model's training failed score with the version published before.

        Args:
            days: the as-of days; None = the last closed day in the data.
            only: run these steps and whatever they need; empty = all.

        Returns:
            The days that were asked for.

        Raises:
            LearnlakeError: if raw files are to be read and there is no key, or if no day has events.
            BusyError: if another run works on the lake.
        """
        with self.lease():
            try:
                return self._run(days, self.graph.upstream(only) if only else frozenset(self.graph.needs))
            finally:
                self.inputs.ledger.flush()

    def _run(self, days: tuple[date, ...] | None, wanted: frozenset[str]) -> tuple[date, ...]:
        if any(isinstance(node, Landing) and node.name in wanted for node in self.graph.nodes):
            self.key()  # without one every source would fail, each with the same sentence
        self._do_undated(tuple(node for node in self.graph.nodes if node.name in wanted and not is_dated(node)))
        if not any(is_dated(node) for node in self.graph.nodes if node.name in wanted):
            return days or ()
        keep_first_days(self.inputs.store, self.inputs.conf)
        asked_for = days if days is not None else (self.last_closed_day(),)
        for node in self.graph.nodes:
            if node.name in wanted and is_dated(node):
                for day in self.days_of(node, asked_for):
                    self._do(node, day)
        return asked_for

    def stale_days(self) -> tuple[date, ...]:
        """Return the days for which something was made of what is another now, ascending."""
        stages = [n for n in self.graph.nodes if isinstance(n, Stage) and is_dated(n)]
        return tuple(
            sorted(
                {
                    day
                    for node in stages
                    for day in self.inputs.ledger.days(node.name)
                    if not self.inputs.ledger.is_done(node.name, day, self.signature(node, day))
                }
            )
        )

    def _do_undated(self, nodes: tuple[Node, ...]) -> None:
        """Run steps without a day, a few at a time where neither needs the other: much of a small step is waiting for commits."""
        names = {node.name: node for node in nodes}
        waiting = TopologicalSorter({name: self.graph.needs[name] & names.keys() for name in names})
        waiting.prepare()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running: dict[Future[None], str] = {}
            while waiting.is_active():
                running |= {pool.submit(self._do, names[name], None): name for name in waiting.get_ready()}
                ended, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in ended:
                    future.result()
                    waiting.done(running.pop(future))

    def last_closed_day(self) -> date:
        """Return the last day with events that had ended when the newest raw rows reached us.

        Raises:
            LearnlakeError: if there is no event.
        """
        store = self.inputs.store
        newest = store.read(EVENTS).agg(F.max("received_at")).first()
        if newest is None or newest[0] is None:
            raise LearnlakeError(
                "there is no event in the lake, so no day to run for; see ops.rejects for what was refused."
            )
        row = store.read(EVENTS).where(F.col("event_date") < F.lit(newest[0].date())).agg(F.max("event_date")).first()
        if row is None or row[0] is None:
            raise LearnlakeError(
                "all events lie on the day on which they were received: no day is closed yet; run again tomorrow."
            )
        return row[0]  # type: ignore[no-any-return]  # a date, by the schema

    def days_of(self, node: Node, asked_for: tuple[date, ...]) -> tuple[date, ...]:
        """Return the days to look at: those asked for, or for a model the train days that score them."""
        days = {self.train_day(day) for day in asked_for} if isinstance(node, Training) else set(asked_for)
        return tuple(sorted(days))

    def train_day(self, as_of: date) -> date:
        """Return the last day whose data the model sees that scores a day."""
        if self._first_day is None:
            self._first_day = first_day(self.inputs.store, self.inputs.conf) or as_of
        return train_day(as_of, self._first_day, self.inputs.conf.of(ModelSettings))

    def _do(self, node: Node, as_of: date | None) -> None:
        """Run one step for one day, unless it is done or lacks what failed before it; keep the books."""
        name = node.name if as_of is None else f"{node.name} {as_of}"
        if any((need, day) in self.failed for need in self.graph.must_have(node) for day in (None, as_of)):
            self.failed.add((node.name, as_of))
            self.tell(name, FAILED, Entry(node.name, as_of, FAILED, message="left out: what it needs failed"))
            return
        started, clock = self.inputs.ledger.now(), time.monotonic()
        self.tell(name, STARTED, None)
        try:
            entry = self._worked(node, as_of)
        except Exception as error:  # noqa: BLE001  # whatever a library raises is the failure of this step alone
            self.failed.add((node.name, as_of))
            entry = failure(node.name, as_of, error, may_be_kept=not isinstance(node, Landing))
        if entry is None:
            self.tell(name, SKIPPED, None)
            return
        entry = replace(entry, seconds=round(time.monotonic() - clock, 3))
        self.inputs.ledger.write(entry, started_at=started)
        self.tell(name, entry.status, entry)

    def _failed_landings(self) -> frozenset[str]:
        return frozenset(n.name for n in self.graph.nodes if isinstance(n, Landing) and (n.name, None) in self.failed)

    def _mapped(self, node: Stage, arrivals: dict[str, Any]) -> Any:
        return self._called(node, None, [arrivals])

    def _worked(self, node: Node, as_of: date | None) -> Entry | None:
        if isinstance(node, Landing):
            return self._land(node)
        if isinstance(node, Training):
            self._build_past(node, as_of)
            return self._train(node, as_of)
        if any(isinstance(read, Arrivals) for read in node.reads):
            return Settler(self.inputs, self._mapped).settle(node, self._failed_landings())
        by_slice = next((read for read in node.reads if isinstance(read, EachSlice)), None)
        if by_slice:
            return self._replace_slices(node, by_slice)
        self._build_past(node, as_of)
        return self._build_day(node, as_of)

    def _land(self, node: Landing) -> Entry | None:
        ledger = self.inputs.ledger
        landed = land(self.inputs.store, node.source, self.key(), ledger.landed(node.source.source), ledger.now())
        if landed is None:
            return None
        fate = landed.fate
        ledger.refuse_unbalanced(node.name, (fate,))
        ledger.note_landed(node.source.source, landed.notes)
        is_lost = fate.read and not fate.kept + fate.duplicate
        lost = f"every one of {fate.read} records was refused; look at ops.rejects" if is_lost else ""
        said = "; ".join(filter(None, (landed.message, lost)))
        return Entry(
            node.name, None, DONE, (fate,), version_written=self.inputs.store.version(node.source.bronze), message=said
        )

    def _replace_slices(self, node: Stage, read: EachSlice) -> Entry | None:
        stale = self.inputs.stale_slices(node, read)
        if not stale:
            return None
        versions = self.inputs.versions(node.reads, None)
        frame = self._called(node, None, self.inputs.frames(node, None, stale))
        kept = self.inputs.store.replace_slices(frame, node.writes, stale)
        return self._written(node, None, kept, versions, self.inputs.way(node))

    def _build_day(self, node: Stage, as_of: date | None) -> Entry | None:
        versions = self._versions(node, as_of)
        signature = self.signature(node, as_of, versions)
        if self.inputs.ledger.is_done(node.name, as_of, signature):
            return None
        read = self.inputs.versions(node.reads, as_of)
        frame = self._called(node, as_of, self.inputs.frames(node, as_of), versions)
        table = self.tables[node.writes.full_name]
        if table.refresh.way is Way.MERGE:
            fates = self.inputs.store.settle(frame, table)
            self.inputs.ledger.refuse_unbalanced(node.name, fates)
            written = self.inputs.store.version(table)
            return Entry(
                node.name, as_of, DONE, fates, versions_read=read, version_written=written, signature=signature
            )
        store = self.inputs.store
        kept = store.replace_days(frame, table, as_of) if as_of else store.replace_all(frame, table)
        if table.holds_checks and as_of:
            self._note_checks(table, as_of)
        entry = self._written(node, as_of, kept, read, signature)
        return replace(entry, message=_lacking(node, versions))

    def _note_checks(self, table: Table, as_of: date) -> None:
        """Note the day's results of checks, a few a model, in ops.quality too."""
        key = [column.name for column in table.key if column != c.AS_OF_DATE]
        rows = self.inputs.store.day(table, as_of).orderBy(*key).collect()
        said = [(f"{' '.join(row[name] for name in key)} on {as_of}", row.is_ok, row.detail) for row in rows]
        self.inputs.ledger.note_checks(table.full_name, said)

    def _versions(self, node: Stage, as_of: date | None) -> dict[ModelNode, Version]:
        """Return the version of each model by which a stage scores a day; one that has none published is absent."""
        if as_of is None or not node.uses:
            return {}
        day = self.train_day(as_of)
        found = {model: self.tracking.scoring(model, day) for model in node.uses}
        return {model: version for model, version in found.items() if version}

    def signature(self, node: Stage, as_of: date | None, versions: Mapping[ModelNode, Version] | None = None) -> str:
        """Say all that decides what a stage makes of a day, the versions of the models it scores with among it."""
        known = self._versions(node, as_of) if versions is None else versions
        return self.inputs.signature(node, as_of, *(f"{model.name} {v.number}" for model, v in known.items()))

    def _written(self, node: Stage, as_of: date | None, kept: int, versions: dict[str, int], signature: str) -> Entry:
        written = self.inputs.store.version(node.writes)
        return Entry(
            node.name, as_of, DONE, kept=kept, versions_read=versions, version_written=written, signature=signature
        )

    def _build_past(self, node: Step, as_of: date | None) -> None:
        """Build the missing past days that a step asks for, all in one commit."""
        for read in (read for read in node.reads if isinstance(read, Past)):
            stale = self.stale_past(read, as_of)
            if stale:
                self._build_days(self.maker(read.table), stale)

    def maker(self, table: Table) -> Stage:
        """Return the stage that makes a table."""
        return next(n for n in self.graph.nodes if isinstance(n, Stage) and n.writes is table)

    def stale_past(self, read: Past, as_of: date | None) -> dict[date, str]:
        """Return the past days of a table that are to be made before they can be read, with their signatures."""
        maker, is_done = self.maker(read.table), self.inputs.ledger.is_done
        told = {day: self.signature(maker, day) for day in past_days(read, as_of)}
        return {day: signature for day, signature in told.items() if not is_done(maker.name, day, signature)}

    def _build_days(self, maker: Stage, stale: dict[date, str]) -> None:
        started, clock = self.inputs.ledger.now(), time.monotonic()
        made = (self._called(maker, d, self.inputs.frames(maker, d), self._versions(maker, d)) for d in stale)
        whole = reduce(DataFrame.unionByName, made)
        self.inputs.store.replace_days(whole, maker.writes, *stale)
        seconds = round(time.monotonic() - clock, 3)
        entries = []
        for day, signature in stale.items():
            kept = self.inputs.store.day(maker.writes, day).count()
            entry = self._written(maker, day, kept, self.inputs.versions(maker.reads, day), signature)
            entries.append(replace(entry, seconds=seconds))
        self.inputs.ledger.write(*entries, started_at=started)
        for entry in entries:
            self.tell(f"{maker.name} {entry.as_of}", DONE, entry)

    def _train(self, node: Training, as_of: date | None) -> Entry | None:
        if as_of is None:
            raise ValueError(f"{node.name}: a training needs a train day")
        return self.trainer(node).train(node, as_of)

    def trainer(self, node: Training) -> Trainer:
        """Return what trains a model where it is due: it knows the logs that the training sees, itself or through what it reads."""
        upstream = self.graph.upstream(frozenset({node.name}))
        stages = (n for n in self.graph.nodes if isinstance(n, Stage) and n.name in upstream)
        logs = tuple(n.writes for n in stages if any(isinstance(read, Arrivals) for read in n.reads))
        return Trainer(self.inputs, self.tracking, self._fitted, logs, is_asked_for=node.makes.name in self.retrain)

    def _fitted(self, node: Training, as_of: date, known: Mapping[ModelNode, Version]) -> Any:
        return self._called(node, as_of, self.inputs.frames(node, as_of), known)

    def _called(
        self, node: Step, as_of: date | None, frames: list[Any], versions: Mapping[ModelNode, Version] | None = None
    ) -> Any:
        """Call a stage or training with its frames and what it asks for by keyword."""
        function = function_of(node)
        loaded = {model: Published(self._model(model, v), v.number) for model, v in (versions or {}).items()}
        offered: dict[str, Any] = {
            "as_of": as_of,
            **{name: self.inputs.conf.of(kind) for name, kind in sections_of(function).items()},
        }
        if isinstance(node, Stage):
            offered["models"] = {model.file or model.name: published for model, published in loaded.items()}
            offered["table"] = self.tables[node.writes.full_name]
        else:
            offered["current"] = next((published.model for published in loaded.values()), None)
            offered["file"] = node.makes.file
        return function(*frames, **{name: offered[name] for name in asked(function)})

    def _model(self, node: ModelNode, version: Version) -> Any:
        """Load a version once a run: several stages and days score by it."""
        key = (node.name, version.number)
        if key not in self._models:
            self._models[key] = self.tracking.load(node, version)
        return self._models[key]

    def rebuild(self, source: str) -> None:
        """Take away all that one source's mappings made, so that the next run maps its bronze rows anew.

        Raises:
            ConfError: for an unknown source.
        """
        with self.lease():
            forget_mappings(self.inputs, self.graph, source)
            self.inputs.ledger.flush()


def _lacking(node: Stage, versions: Mapping[ModelNode, Version]) -> str:
    """Say which models have no published version, so that the table has no rows of theirs."""
    lacking = [model.name for model in node.uses if model not in versions]
    return f"no rows of {', '.join(lacking)}: no published version for this day" if lacking else ""
