"""One writer at a time: a run holds a lease on the lake, and the next one sees whether the last ended or was killed.

A lease is rows of ops.leases: that it is held, that it is still held, each half minute, and that it has ended, or that it ended broken:
with a commit that the books may not know. Reading needs none.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from pyspark.sql import Row
from pyspark.sql import functions as F

from learnlake.errors import BusyError
from learnlake.lake.catalogue import Catalogue
from learnlake.lake.store import Store
from learnlake.lake.table import Layer, Table
from learnlake.lake.tables.ops import LEASES

BEAT = timedelta(seconds=30)
SILENT_FOR = timedelta(minutes=2)
HELD, ENDED, BROKEN = "held", "ended", "broken"


@dataclass(frozen=True)
class Lease:
    """The lease of one run.

    Attributes:
        store: the lake.
        tables: all of its tables.
        run_id: of the run.
        now: tells the time, UTC.
    """

    store: Store
    tables: Catalogue
    run_id: str
    now: Callable[[], datetime]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lease; if the last run was killed, first count what it left uncounted.

        Raises:
            BusyError: if another run holds it.
        """
        last = self._last()
        if last and self._is_alive(last):
            raise self._busy(last)
        self._note(HELD)
        first = self._first()
        if first and first.run_id != self.run_id:
            self._note(ENDED)
            raise self._busy(first)
        is_over = Event()
        beats = Thread(target=self._beat, args=(is_over,), daemon=True)
        beats.start()
        try:
            if last and last.state != ENDED:
                self._recount()
            yield
        finally:
            is_over.set()
            beats.join()
            self._note(BROKEN if self.store.slices.doubtful or self.store.slices.unwritten else ENDED)

    def _beat(self, is_over: Event) -> None:
        while not is_over.wait(BEAT.total_seconds()):
            self._note(HELD)

    def _note(self, state: str) -> None:
        row = (self.run_id, socket.gethostname(), os.getpid(), state, self.now())
        self.store.append(self.store.spark.createDataFrame([row], LEASES.schema), LEASES)

    def _last(self) -> Row | None:
        """Return the newest word of the run that spoke last."""
        return self.store.read(LEASES).orderBy(F.desc("beat_at"), F.col("state") == HELD, F.desc("run_id")).first()

    def _first(self) -> Row | None:
        """Of the runs that speak now, which is one but for two that began at once, return the one that has the turn."""
        recent = self.store.read(LEASES).where(F.col("beat_at") >= F.lit(self.now() - SILENT_FOR))
        newest = F.max_by(F.struct("*"), F.struct("beat_at", F.col("state") != HELD))
        runs = recent.groupBy("run_id").agg(newest.alias("row"), F.min("beat_at").alias("began")).collect()
        alive = [run for run in runs if self._is_alive(run["row"])]
        return min(alive, key=lambda row: (row.began, row.run_id))["row"] if alive else None

    def _is_alive(self, lease: Row) -> bool:
        if lease.state != HELD or self.now() - lease.beat_at > SILENT_FOR:
            return False
        return lease.host != socket.gethostname() or _is_running(lease.process)

    def _busy(self, lease: Row) -> BusyError:
        where = f"process {lease.process} on {lease.host}, last heard of at {lease.beat_at:%H:%M:%S} UTC"
        return BusyError(
            f"another run works on this lake ({where}): let it finish, or end it and wait two minutes; reading needs no turn."
        )

    def _recount(self) -> None:
        """Count the tables anew whose newest commit is not in the books, for the run that wrote it was killed before it could say so."""
        for table in self.tables.values():
            if _has_slices(table) and self.store.version(table) != self.store.slices.version(table):
                self.store.recount(table)


def _has_slices(table: Table) -> bool:
    return table.layer in (Layer.SILVER, Layer.GOLD) and not table.parts


def _is_running(process: int) -> bool:
    try:
        with suppress(PermissionError):  # it runs, as somebody else
            os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
