"""The books: what ran, on which versions, with what result. They make a plain rerun a resume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from threading import RLock
from traceback import format_exception
from uuid import uuid4

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError, sentence_of
from learnlake.lake.settling import Fate
from learnlake.lake.store import Store
from learnlake.lake.table import Table
from learnlake.lake.tables.ops import LANDED, MODELS, QUALITY, RUNS, SLICES
from learnlake.modelling.gate import Candidate, Decision
from learnlake.modelling.versions import Version
from learnlake.runner.landing import FileNote

DONE, FAILED, UNPUBLISHED = "done", "failed", "unpublished"
Key = tuple[str, date | None]
AT_LEAST_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Entry:
    """One run of one step, as ops.runs keeps it; ``error`` is for who watches the run alone."""

    step: str
    as_of: date | None
    status: str
    fates: tuple[Fate, ...] = ()
    kept: int = 0
    read: int | None = None
    versions_read: dict[str, int] = field(default_factory=dict)
    version_written: int | None = None
    signature: str = ""
    churn_read: int = 0
    message: str = ""
    traceback: str = ""
    seconds: float = 0.0
    error: Exception | None = field(default=None, compare=False)

    @property
    def way(self) -> str:
        """The part of the signature that tells settings and code."""
        return self.signature.split(":")[0]

    def total(self, part: str) -> int:
        """Add up one part of the fates."""
        return sum(getattr(fate, part) for fate in self.fates)


def failure(step: str, as_of: date | None, error: Exception, *, may_be_kept: bool) -> Entry:
    """Return the books' entry of a step that an error ended.

    Args:
        step: the step.
        as_of: its day.
        error: what ended it.
        may_be_kept: whether what a library says may be written into the lake; not where it may quote raw values.
    """
    said = sentence_of(error) if may_be_kept or isinstance(error, LearnlakeError | OSError) else _unquoted(error)
    told = "".join(format_exception(error)) if may_be_kept and not isinstance(error, LearnlakeError) else ""
    return Entry(step, as_of, FAILED, message=said, traceback=told, error=error)


def _unquoted(error: Exception) -> str:
    kind = getattr(error, "getCondition", lambda: None)() or type(error).__name__
    return f"{kind}: what was said may hold raw values and is not kept; --debug shows it"


class Ledger:
    """The books of one invocation, over those of all before it.

    Rows of ops.runs and ops.quality are gathered and written together, about once a minute and at the end: a commit costs
    more than many a step. What a killed run did not write down is done again by the next one, to the same result.
    """

    def __init__(self, store: Store, now: Callable[[], datetime]) -> None:
        self.store = store
        self.now = now
        self.run_id = uuid4().hex
        self._last: dict[Key, Entry] | None = None
        self._landed: dict[str, dict[str, FileNote]] | None = None
        self._unwritten: dict[str, list[tuple[object, ...]]] = {
            table.full_name: [] for table in (LANDED, QUALITY, RUNS)
        }
        self._written_at = now()
        self._one_at_a_time = RLock()

    def last(self, step: str, as_of: date | None = None) -> Entry | None:
        """Return the newest finished run of a step for a day."""
        return self._books().get((step, as_of))

    def newest(self, step: str) -> Entry | None:
        """Return the finished run of a step for its newest day."""
        held = [(day or date.min, entry) for (name, day), entry in self._books().items() if name == step]
        return max(held, key=lambda one: one[0])[1] if held else None

    def is_done(self, step: str, as_of: date | None, signature: str) -> bool:
        """Say whether the newest finished run of a step for a day had this signature."""
        last = self.last(step, as_of)
        return last is not None and last.signature == signature

    def days(self, step: str) -> list[date]:
        """Return the days for which a step is finished, ascending."""
        return sorted(day for name, day in self._books() if name == step and day is not None)

    def _books(self) -> dict[Key, Entry]:
        """Read the newest finished run of every step and day; a row each, so bounded by steps times days."""
        with self._one_at_a_time:
            return self._read_books()

    def _read_books(self) -> dict[Key, Entry]:
        if self._last is None:
            finished = self.store.read(RUNS).where(F.col("status").isin(DONE, UNPUBLISHED))
            newest = finished.groupBy("step", "as_of_date").agg(
                F.max_by(
                    F.struct("status", "versions_read", "version_written", "signature", "churn_read", "seconds"),
                    "started_at",
                ).alias("last")
            )
            self._last = {
                (row.step, row.as_of_date): Entry(
                    row.step,
                    row.as_of_date,
                    row["last"].status,
                    versions_read=dict(row["last"].versions_read or {}),
                    version_written=row["last"].version_written,
                    signature=row["last"].signature or "",
                    churn_read=row["last"].churn_read or 0,
                    seconds=row["last"].seconds or 0.0,
                )
                for row in newest.collect()
            }
        return self._last

    def write(self, *entries: Entry, started_at: datetime) -> None:
        """Note finished or failed runs for ops.runs."""
        rows = [
            (
                *(uuid4().hex, self.run_id, e.step, e.as_of, e.status),
                *(e.total("read") if e.fates else e.read, e.total("kept") if e.fates else e.kept),
                *(e.total("rejected"), e.total("duplicate"), e.total("not_applicable")),
                *(
                    e.seconds,
                    e.versions_read,
                    e.version_written,
                    e.signature,
                    started_at,
                    e.message,
                    e.traceback or None,
                    e.churn_read,
                ),
            )
            for e in entries
        ]
        with self._one_at_a_time:
            for entry in entries:
                if entry.status != FAILED:
                    self._books()[entry.step, entry.as_of] = replace(entry, fates=())
            self._note(RUNS, rows)

    def landed(self, source: str) -> dict[str, FileNote]:
        """Return what the books say of each raw file of a source, by name."""
        with self._one_at_a_time:
            if self._landed is None:
                self._landed = self._read_landed()
            return dict(self._landed.get(source, {}))

    def _read_landed(self) -> dict[str, dict[str, FileNote]]:
        """Read the newest note of each raw file; a row each."""
        told = F.struct(
            "file_bytes", "modified_at", "delta_version", "file_digest", "rows_landed", "rows_rejected", "rows_gone"
        )
        newest = self.store.read(LANDED).groupBy("source", "source_file").agg(F.max_by(told, "started_at").alias("n"))
        out: dict[str, dict[str, FileNote]] = {}
        for row in newest.collect():
            digest = None if row.n.file_digest is None else int(row.n.file_digest)
            size, at, version, _, *counts = row.n
            out.setdefault(row.source, {})[row.source_file] = FileNote(
                row.source_file, size, at, version, digest, *counts
            )
        return out

    def note_landed(self, source: str, notes: Sequence[FileNote]) -> None:
        """Note raw files as they were when they were read."""
        rows = [
            (
                *(source, n.name, n.size, n.modified_at, n.version, None if n.digest is None else Decimal(n.digest)),
                *(n.rows, n.refused, n.gone, self.run_id, self.now()),
            )
            for n in notes
        ]
        with self._one_at_a_time:
            known = self.landed(source)
            self._landed = {**(self._landed or {}), source: known | {note.name: note for note in notes}}
            self._note(LANDED, rows)

    def check(self, step: str, fates: tuple[Fate, ...]) -> tuple[Fate, ...]:
        """Note one row for ops.quality for each fate, and return those that do not add up."""
        bad = tuple(f for f in fates if f.read != f.kept + f.rejected + f.duplicate + f.not_applicable)
        rows = [
            (
                *(
                    uuid4().hex,
                    self.run_id,
                    f"{step}: read = kept + rejected + duplicates + not applicable",
                    f.source,
                    f.mapping,
                ),
                *(f not in bad, f"{f.read} = {f.kept} + {f.rejected} + {f.duplicate} + {f.not_applicable}", self.now()),
            )
            for f in fates
        ]
        self._note(QUALITY, rows)
        return bad

    def refuse_unbalanced(self, step: str, fates: tuple[Fate, ...]) -> None:
        """Note what became of rows.

        Raises:
            LearnlakeError: if rows of a source and mapping are not all accounted for.
        """
        for fate in self.check(step, fates):
            raise LearnlakeError(
                f"{step}: {fate.source} ({fate.mapping}) read {fate.read} rows but kept {fate.kept}, rejected {fate.rejected}, found "
                f"{fate.duplicate} duplicates and {fate.not_applicable} not applicable; another job may write at the same time: run again."
            )

    def note_checks(self, step: str, results: Sequence[tuple[str, bool, str]]) -> None:
        """Note results of checks for ops.quality: what was checked, whether it held, and the numbers."""
        rows = [
            (uuid4().hex, self.run_id, f"{step}: {check}", None, None, is_ok, detail, self.now())
            for check, is_ok, detail in results
        ]
        self._note(QUALITY, rows)

    def _note(self, table: Table, rows: Sequence[tuple[object, ...]]) -> None:
        with self._one_at_a_time:
            self._unwritten[table.full_name].extend(rows)
            if self.now() - self._written_at >= AT_LEAST_EVERY:
                try:
                    self.flush()
                except Exception:  # noqa: BLE001  # the step whose rows these are has not failed; the flush at the end says so
                    self._written_at = self.now()

    def flush(self) -> None:
        """Write what has been noted, one commit a table."""
        with self._one_at_a_time:
            self._books()  # as they stand in the lake, before ours are among them
            self._write_slices()
            for table in (LANDED, QUALITY, RUNS):
                rows = self._unwritten[table.full_name]
                if rows:
                    self.store.append(self._frame(rows, table), table)
                    rows.clear()
            self._written_at = self.now()

    def _write_slices(self) -> None:
        """Write down what the tables hold, before the runs that made them are: a run that is written down has its slices."""
        taken = dict(self.store.slices.unwritten)
        rows = [
            (name, day, s.rows, Decimal(s.digest), s.churn, s.version, s.made_of, self.run_id, self.now())
            for (name, day), s in taken.items()
        ]
        if rows:
            self.store.append(self._frame(rows, SLICES), SLICES)
            self.store.slices.is_written(taken)

    def decided(self, model: str, train_day: date, version: str, candidate: Candidate, decision: Decision) -> None:
        """Keep a decision of the gate in ops.models."""
        metrics = {name: float(value) for name, value in candidate.metrics.items()}
        self._decide((model, train_day, version, decision.is_published, False, metrics, decision.reason))

    def withdrawn(self, model: str, version: Version, reason: str) -> None:
        """Keep in ops.models that somebody withdrew a version, and why."""
        self._decide((model, version.train_day, version.number, version.is_published, True, {}, reason))

    def _decide(self, decision: tuple[object, ...]) -> None:
        row = (uuid4().hex, self.run_id, *decision, self.now())
        self.store.append(self._frame([row], MODELS), MODELS)

    def _frame(self, rows: Sequence[tuple[object, ...]], table: Table) -> DataFrame:
        return self.store.spark.createDataFrame(rows, table.schema)
