"""What a run would do, and why, before it does anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from learnlake.lake.stage import Arrivals, EachSlice, Stage, Training
from learnlake.lake.table import Past
from learnlake.runner.graph import Landing, Node, is_dated
from learnlake.runner.landing import wanted
from learnlake.runner.run import Runner

FOLLOWS = "may follow"


@dataclass(frozen=True)
class Planned:
    """One step that a run would do.

    Attributes:
        step: the table or model that it makes.
        as_of: its day; None where it has none.
        why: in a person's words.
        seconds: what it took last time; None where it never ran.
    """

    step: str
    as_of: date | None
    why: str
    seconds: float | None


@dataclass(frozen=True)
class Planner:
    """Looks at what there is, and runs nothing."""

    runner: Runner

    def plan(self, days: tuple[date, ...], only: frozenset[str] = frozenset()) -> list[Planned]:
        """Return the steps that a run would do, in their order; those that may follow from another, too.

        Whether what follows has anything to do is known only when the rows before it are there: equal content ends it.

        Args:
            days: the as-of days; none where the lake has no day yet.
            only: these steps and what they need; empty = all.
        """
        graph = self.runner.graph
        wanted = graph.upstream(only) if only else frozenset(graph.needs)
        out: list[Planned] = []
        moved: dict[str, str] = {}
        for node in (node for node in graph.nodes if node.name in wanted):
            cause = next((moved[need] for need in sorted(graph.needs[node.name]) if need in moved), "")
            for day in self.runner.days_of(node, days) if is_dated(node) else (None,):
                out += self._past(node, day)
                why = self._why(node, day) or (f"{FOLLOWS} {cause}" if cause else "")
                if why:
                    out.append(self._planned(node.name, day, why))
                    moved.setdefault(node.name, cause or node.name)
        return list(dict.fromkeys(out))

    def _past(self, node: Node, day: date | None) -> list[Planned]:
        """Return the past days that a step that is due asks for."""
        if isinstance(node, Landing) or day is None:
            return []
        reads = (read for read in node.reads if isinstance(read, Past))
        return [
            self._planned(read.table.full_name, past, f"{node.name} looks back at it")
            for read in reads
            for past in self.runner.stale_past(read, day)
            if past != day
        ]

    def _planned(self, step: str, day: date | None, why: str) -> Planned:
        last = self.runner.inputs.ledger.last(step, day) or self.runner.inputs.ledger.newest(step)
        return Planned(step, day, why, last.seconds if last else None)

    def _why(self, node: Node, day: date | None) -> str:
        """Say why a step is to be done by itself, nothing where it is not."""
        if isinstance(node, Landing):
            return self._why_landed(node)
        if isinstance(node, Training):
            return self.runner.trainer(node).why(node, day) if day else ""
        if any(isinstance(read, Arrivals) for read in node.reads):
            return self._why_mapped(node)
        by_slice = next((read for read in node.reads if isinstance(read, EachSlice)), None)
        if by_slice:
            stale = sorted(self.runner.inputs.stale_slices(node, by_slice))
            return f"{len(stale)} days of {by_slice.table.full_name} are others, the first {stale[0]}" if stale else ""
        return self._why_made(node, day)

    def _why_landed(self, node: Landing) -> str:
        inputs = self.runner.inputs
        files = wanted(inputs.store, node.source, inputs.ledger.landed(node.source.source))
        told = ((files.fresh, "new"), (files.again, "changed"))
        return "; ".join(f"{len(held)} {word}, such as {held[0].name}" for held, word in told if held)

    def _why_mapped(self, node: Stage) -> str:
        last = self.runner.inputs.ledger.last(node.name)
        if last is None:
            return "never made"
        read = self.runner.inputs.versions(node.reads, None)
        fresh = sorted(name for name, version in read.items() if last.versions_read.get(name) != version)
        return f"rows of {', '.join(fresh)} are not mapped yet" if fresh else ""

    def _why_made(self, node: Stage, day: date | None) -> str:
        last = self.runner.inputs.ledger.last(node.name, day)
        if last is None:
            return "never made for this day" if day else "never made"
        if last.signature == self.runner.signature(node, day):
            return ""
        is_same_way = last.way == self.runner.inputs.way(node)
        return "what it reads has changed" if is_same_way else "its settings or its code have changed"
