"""A training within a run: whether it is due, what it cost, and what the gate said."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from learnlake.lake.stage import ModelNode, Training
from learnlake.modelling.gate import Candidate, judge
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
    """

    inputs: Inputs
    tracking: Tracking
    fitted: Callable[[Training, date, dict[ModelNode, Version]], Candidate]

    def train(self, node: Training, as_of: date) -> Entry | None:
        """Train, judge, log and register one model, unless that is done; return the run for the books.

        A train day whose version was withdrawn is left alone, late data or not, until settings or code change: else the next
        run would publish again what somebody took back.
        """
        before = self.tracking.before(node.makes, as_of)
        signature = self.inputs.signature(node, as_of, before.number if before else "")
        ledger = self.inputs.ledger
        last = ledger.last(node.name, as_of)
        if last and (last.signature == signature or self._is_withdrawn(node, as_of, last)):
            return None
        read = self.inputs.versions(node.reads, as_of)
        clock = time.monotonic()
        candidate = self.fitted(node, as_of, {node.makes: before} if before else {})
        candidate = with_cost(candidate, time.monotonic() - clock)
        decision = judge(candidate)
        number = self.tracking.log(node.makes, as_of, candidate, decision, read)
        ledger.decided(node.makes.name, as_of, number, candidate, decision)
        status = DONE if decision.is_published else UNPUBLISHED
        return Entry(node.name, as_of, status, versions_read=read, signature=signature, message=decision.reason)

    def _is_withdrawn(self, node: Training, as_of: date, last: Entry) -> bool:
        is_same_way = last.signature.split(":")[0] == self.inputs.way(node)
        return is_same_way and self.tracking.is_withdrawn(node.makes, as_of)


def with_cost(candidate: Candidate, seconds: float) -> Candidate:
    """Add to what a training says it cost: wall-clock seconds, and the most memory the driver has held so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * RSS / MB
    return replace(candidate, cost={**candidate.cost, "seconds": round(seconds, 3), "peak_memory_mb": round(peak, 1)})
