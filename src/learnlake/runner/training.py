"""A training within a run: whether it is due, what it cost, and what the gate said."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from learnlake.lake.stage import ModelNode, Training
from learnlake.lake.table import Table
from learnlake.modelling.gate import Candidate, judge
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.tracking import Tracking
from learnlake.modelling.versions import Version
from learnlake.runner.inputs import Inputs
from learnlake.runner.ledger import DONE, UNPUBLISHED, Entry

MB = 1024 * 1024
RSS = 1 if sys.platform == "darwin" else 1024  # bytes in one unit of ru_maxrss


@dataclass(frozen=True)
class Trainer:
    """Trains where it is due.

    Attributes:
        inputs: store, ledger and conf.
        tracking: the registry.
        fitted: calls a training for a train day, handing it the version that it competes with.
        logs: the tables of raw rows that it sees, itself or through what it reads.
        is_asked_for: whether somebody wants it trained, done or not.
    """

    inputs: Inputs
    tracking: Tracking
    fitted: Callable[[Training, date, dict[ModelNode, Version]], Candidate]
    logs: tuple[Table, ...] = ()
    is_asked_for: bool = False

    def train(self, node: Training, as_of: date) -> Entry | None:
        """Train, judge, log and register one model, unless that is done; return the run for the books.

        A train day that is done stays done, whatever comes later, unless settings or code changed or so much of what it was learned
        from has: more than a share, in conf, of its rows. One whose version was withdrawn is left alone even then, or the next
        run would publish again what somebody took back.
        """
        if not self.why(node, as_of):
            return None
        before = self.tracking.before(node.makes, as_of)
        ledger = self.inputs.ledger
        read = self.inputs.versions(node.reads, as_of)
        clock = time.monotonic()
        candidate = self.fitted(node, as_of, {node.makes: before} if before else {})
        candidate = with_cost(candidate, time.monotonic() - clock)
        decision = judge(candidate)
        number = self.tracking.log(node.makes, as_of, candidate, decision, read)
        ledger.decided(node.makes.name, as_of, number, candidate, decision)
        status = DONE if decision.is_published else UNPUBLISHED
        return Entry(
            node.name,
            as_of,
            status,
            versions_read=read,
            signature=self.inputs.signature(node, as_of),
            message=decision.reason,
            churn_read=self._churn(as_of),
        )

    def why(self, node: Training, as_of: date) -> str:
        """Say why a model is to be trained for a train day; nothing where it is not."""
        last = self.inputs.ledger.last(node.name, as_of)
        if last is None:
            return "never trained for this train day"
        if self.is_asked_for:
            return "asked for"
        if last.way != self.inputs.way(node):
            return "its settings, its code or a library has changed"
        if self._is_still_fit(last, as_of) or self.tracking.is_withdrawn(node.makes, as_of):
            return ""
        return "much of what it was learned from has changed"

    def _is_still_fit(self, last: Entry, as_of: date) -> bool:
        """Say whether no more has changed of what a training saw than conf allows."""
        slices = self.inputs.store.slices
        rows = sum(one.rows for table in self.logs for one in slices.among(table, until=as_of).values())
        changed = self._churn(as_of) - last.churn_read
        return changed <= self.inputs.conf.of(ModelSettings).retrain_above_share * rows

    def _churn(self, as_of: date) -> int:
        held = self.inputs.store.slices.held
        return sum(one.churn for t in self.logs for day, one in held.get(t.full_name, {}).items() if day <= as_of)


def with_cost(candidate: Candidate, seconds: float) -> Candidate:
    """Add to what a training says it cost: wall-clock seconds, and the most memory the driver has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS / MB
    return replace(candidate, cost={**candidate.cost, "seconds": round(seconds, 3), "peak_memory_mb": round(peak, 1)})
