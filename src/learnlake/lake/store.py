"""The one door to the lake: every table is read and written here, and the catalogue is enforced on every write."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.errors import BusyError, ContractError
from learnlake.lake import columns as c
from learnlake.lake import ddl
from learnlake.lake.catalogue import Catalogue
from learnlake.lake.conform import as_promised, conform
from learnlake.lake.ddl import insert_of, update_of
from learnlake.lake.joins import known_by
from learnlake.lake.persons import TOGETHER, since_of
from learnlake.lake.query import addressed
from learnlake.lake.settling import (
    FATE,
    MEETING,
    REFUSED,
    SOUND,
    WINS,
    Fate,
    counted,
    fate_of,
    fated,
    held,
    held_if_any,
    identified,
    meetings_of,
    repeated_keys,
    tell_apart,
    unmet,
)
from learnlake.lake.slices import Slices, Tally, day_column, looked_over, tallied
from learnlake.lake.spark_errors import in_turn, is_absent
from learnlake.lake.table import Layer, Table
from learnlake.lake.tables.ops import REJECTS, SLICES


@dataclass(frozen=True)
class Store:
    """A lake: at ``root`` by path, or in ``catalog`` as catalog.layer.table."""

    spark: SparkSession
    root: str
    catalog: str | None = None
    _ready: set[str] = field(default_factory=set, compare=False)
    _versions: dict[str, int] = field(default_factory=dict, compare=False)
    _locks: dict[str, RLock] = field(default_factory=dict, compare=False)

    # --- addresses -------------------------------------------------------------------------------------------------

    def address(self, table: Table) -> str:
        """Return the table's name in SQL."""
        if self.catalog:
            return f"`{self.catalog}`.`{table.layer}`.`{table.name}`"
        return f"delta.`{self._path(table).replace('`', '``')}`"

    def _path(self, table: Table) -> str:
        root = self.root if "://" in self.root else Path(self.root).resolve().as_posix()
        return f"{root}/{table.layer}/{table.name}"

    def version(self, table: Table) -> int | None:
        """Return the newest Delta version that this store has seen or made, None where the table is not there yet.

        It is asked for once and kept: asking costs, and within a run only the run itself should write.
        """
        if table.parts:
            return None
        if table.full_name not in self._versions:
            commit = self._last_commit(table)
            if commit is None:
                return None
            self._versions[table.full_name] = int(commit["version"])
        return self._versions[table.full_name]

    @cached_property
    def slices(self) -> Slices:
        """What the tables hold, by day; read once, and kept up to date by every write of this store."""
        newest = F.max_by(F.struct("row_count", "digest", "churn_count", "delta_version", "made_of"), "started_at")
        rows = self.read(SLICES).groupBy("table_name", "slice_date").agg(newest.alias("_newest"))
        return Slices.of(rows.select("table_name", "slice_date", "_newest.*").collect())  # tables times days

    def recount(self, table: Table, moved: int = 0) -> None:
        """Count the slices of a table anew, from what it holds: after a kill, or where a commit changed rows in place.

        Args:
            table: the table.
            moved: rows that were changed in place.
        """
        version = self.version(table)
        if version is not None and table.dated_by:
            self.slices.recounted(table, tallied(self.read(table), table), version, moved)
            self.slices.doubtful.discard(table.full_name)

    def _last_commit(self, table: Table) -> dict[str, Any] | None:
        try:
            row = self.spark.sql(f"DESCRIBE HISTORY {self.address(table)} LIMIT 1").first()
        except AnalysisException as error:
            if is_absent(error):
                return None
            raise
        return row.asDict() if row else None

    def ensure(self, table: Table, **notes: str) -> bool:
        """Create the table with grain, key and column comments, or widen it by columns that the catalogue has gained.

        Args:
            table: the table.
            notes: further properties ``learnlake.<name>`` of a table that is created.

        Returns:
            Whether it was created or widened.

        Raises:
            ContractError: if the stored table has a column or type that the catalogue no longer promises.
        """
        with self._alone_with(table):
            if table.full_name in self._ready:
                return False
            is_new = self.version(table) is None
            if is_new:
                self._create(table, notes)
            self._ready.add(table.full_name)
            return is_new or self._widen(table)

    def _alone_with(self, table: Table) -> RLock:
        """Return what steps that run at the same time pass one after another to change a table."""
        return self._locks.setdefault(table.full_name, RLock())

    def _widen(self, table: Table) -> bool:
        gained = ddl.gained_columns(table, self.spark.table(self.address(table)).schema)
        if gained:
            self.spark.sql(f"ALTER TABLE {self.address(table)} ADD COLUMNS ({ddl.columns_of(gained)})")
            self._versions.pop(table.full_name, None)
        return bool(gained)

    def _create(self, table: Table, notes: dict[str, str]) -> None:
        if self.catalog:
            self.spark.sql(f"CREATE SCHEMA IF NOT EXISTS `{self.catalog}`.`{table.layer}`")
        self.spark.sql(f"CREATE TABLE IF NOT EXISTS {self.address(table)} {ddl.definition_of(table, notes)}")

    def notes(self, table: Table) -> dict[str, str]:
        """Read the properties ``learnlake.<name>`` of a table."""
        rows = self.spark.sql(f"SHOW TBLPROPERTIES {self.address(table)}").collect()
        return {row.key.removeprefix(ddl.OURS): str(row.value) for row in rows if row.key.startswith(ddl.OURS)}

    def note(self, table: Table, **notes: str) -> None:
        """Write properties ``learnlake.<name>`` of the table."""
        told = ddl.properties_of(notes)
        self._commit(table, lambda: self.spark.sql(f"ALTER TABLE {self.address(table)} SET TBLPROPERTIES ({told})"))

    # --- reading ---------------------------------------------------------------------------------------------------

    def read(self, table: Table, as_of: date | None = None, since: date | None = None) -> DataFrame:
        """Read a table without what is dated after ``as_of``, or up to ``since``; an absent table is an empty frame.

        A table that is not stored is put together of its parts as they are known on the day.
        """
        if table.parts:
            parts = (self.read(part, as_of, since_of(part, since)) for part in table.parts)
            return TOGETHER[table.full_name](*parts)
        if self.version(table) is None:
            return self.spark.createDataFrame([], table.schema)
        frame = self.spark.table(self.address(table))
        whole = as_promised(frame, table)
        seen = whole if as_of is None or table.dated_by is None else whole.where(known_by(table, as_of))
        return seen if since is None else seen.where(F.col(str(day_column(table))) > F.lit(since))

    def day(self, table: Table, *days: date) -> DataFrame:
        """Read some days of a daily table."""
        return self.read(table).where(F.col(table.refresh.by[0].name).isin(list(days)))

    def days(self, table: Table) -> list[date]:
        """Return the days a table holds, ascending; one row a day, so bounded by the calendar."""
        dated = table.dated_by or table.refresh.by[0]
        return sorted(row[0] for row in self.read(table).select(dated.name).distinct().collect())

    def changes(self, table: Table, since: int | None) -> DataFrame:
        """Read the rows that commits after version ``since`` added; None = all rows there are."""
        newest = self.version(table)
        if since is None or newest is None:
            return self.read(table)
        if newest <= since:
            return self.read(table).limit(0)
        feed = self.spark.read.option("readChangeFeed", value=True).option("startingVersion", since + 1)
        names = [column.name for column in table.columns]
        return feed.table(self.address(table)).select(*names)

    def query(self, text: str, tables: Catalogue) -> DataFrame:
        """Answer one SELECT over the catalogue's tables; an absent table has no rows.

        Raises:
            ConfError: if it is no single SELECT, or names an unknown table.
        """
        return self.spark.sql(addressed(text, tables, self._readable))

    def _readable(self, table: Table) -> str:
        """Return the table's name in SQL, or that of a view where it is put together or not there yet."""
        if self.version(table) is not None:
            return self.address(table)
        view = f"read_{table.layer}_{table.name}"
        self.read(table).createOrReplaceTempView(view)
        return view

    # --- writing ---------------------------------------------------------------------------------------------------

    def append(self, frame: DataFrame, table: Table) -> int:
        """Add rows; the caller makes sure that it does so once. Returns the rows written."""
        self.ensure(table)
        return self._overwrite_or_append(conform(frame, table), table, None)

    def replace_days(self, frame: DataFrame, table: Table, *days: date) -> int:
        """Write the rows of some days in one commit; running it twice leaves the same rows. Returns the rows written.

        Raises:
            ContractError: also if a row lies on another day, or a key is broken.
        """
        return self._replace(frame, table, dict.fromkeys(days, ""))

    def replace_slices(self, frame: DataFrame, table: Table, made_of: Mapping[date, str]) -> int:
        """Write the rows of some slices in one commit, and note what they were made of. Returns the rows written.

        Args:
            frame: all rows of the slices.
            table: the table.
            made_of: the signature of each slice, by day; one without rows is emptied.

        Raises:
            ContractError: as ``replace_days``.
        """
        return self._replace(frame, table, made_of)

    def replace_all(self, frame: DataFrame, table: Table) -> int:
        """Write a whole table anew, as ``replace_days``, unless it holds just that. Returns the rows it holds."""
        return self._replace(frame, table, None)

    def _replace(self, frame: DataFrame, table: Table, days: Mapping[date, str] | None) -> int:
        self.ensure(table)
        with held(conform(frame, table)) as rows:
            found = looked_over(rows, table)
            before = self.slices.among(table)
            if days is None and found == {day: Tally(one.rows, one.digest) for day, one in before.items()}:
                return sum(tally.rows for tally in found.values())
            astray = sorted(found.keys() - days.keys()) if days is not None else []
            if astray:
                raise ContractError(
                    f"{table.full_name}: rows lie on {astray[0]}, which was not to be written; mend the stage that makes them."
                )
            asked = F.lit(True) if days is None else F.col(str(day_column(table))).isin(list(days))
            with self.slices.changing(table):
                kept = self._overwrite_or_append(rows, table, asked)
                if table.partition_by and kept != sum(tally.rows for tally in found.values()):
                    found = tallied(self.read(table).where(asked), table)  # what was looked at is not what was written
                self.slices.replaced(table, found, before if days is None else days, self.version(table) or 0, days)
            return sum(tally.rows for tally in found.values())

    def _overwrite_or_append(self, rows: DataFrame, table: Table, condition: Column | None) -> int:
        writer = rows.writeTo(self.address(table))
        write = writer.append if condition is None else lambda: writer.overwrite(condition)
        return self._commit(table, write, "numOutputRows")

    def _merge(self, rows: DataFrame, table: Table, clauses: str) -> int:
        """Run a MERGE on the table's key. Returns the rows that it added or changed."""
        view = f"new_{uuid4().hex}"
        rows.createOrReplaceTempView(view)
        matched = " AND ".join(f"old.{k.name} <=> new.{k.name}" for k in table.key)
        try:
            merge = f"MERGE INTO {self.address(table)} AS old USING {view} AS new ON {matched} {clauses}"
            return self._commit(table, lambda: self.spark.sql(merge), "numTargetRowsInserted", "numTargetRowsUpdated")
        finally:
            self.spark.catalog.dropTempView(view)

    def _commit(self, table: Table, write: Callable[[], object], *metrics: str) -> int:
        """Run a write; when another writer was faster, again.

        Steps of one run wait for each other. Another run may win against us: whoever writes a table of ops only adds rows with
        ids of its own, so there it is tried until it is our turn; elsewhere two runs at once are a mistake, and said.

        Returns:
            The rows that the commit says it wrote, by its operation metrics; 0 where there was nothing to commit.

        Raises:
            BusyError: if others were faster each time.
        """
        with self._alone_with(table):
            before = self.version(table)
            in_turn(write, table.full_name, tries=20 if table.layer is Layer.OPS else 2)
            commit = self._last_commit(table) or {"version": -1}
            self._versions[table.full_name] = int(commit["version"])
        counts = commit.get("operationMetrics") or {}
        return sum(int(counts.get(name, 0)) for name in metrics) if commit["version"] != before else 0

    def settle(self, flagged: DataFrame, table: Table) -> tuple[Fate, ...]:
        """Write flagged rows of a merge table: sound ones to it, refused ones to ops.rejects; count every row's fate.

        Of several rows with one key the first by the table's refresh columns stays, in whichever order they arrive.

        Args:
            flagged: the table's columns, ``reasons``, ``row`` (JSON, for refused rows), and the provenance of ops.rejects.
            table: a table that is refreshed by merge.

        Returns:
            One fate for each (source, mapping). The rows that the commit says it added must be as many as were found to be
            new, and ``rejected`` is read back from ops.rejects, so that the sum is a check.
        """
        self.ensure(table)
        self.ensure(REJECTS)
        with (
            held(fated(flagged)) as rows,
            held_if_any(repeated_keys(rows, table)) as repeated,
            held_if_any(None if self._is_new(table) else meetings_of(rows, self.read(table), table)) as met,
        ):
            fates = counted(rows, FATE)
            winners, losers = tell_apart(rows.where(F.col(FATE) == SOUND), table, repeated)
            lost = counted(losers) if repeated is not None else {}
            meetings = counted(met, MEETING) if met is not None else {}
            promised = (
                sum(n for k, n in fates.items() if k[2] == SOUND)
                - sum(lost.values())
                - sum(n for k, n in meetings.items() if k[2] != WINS)
            )
            has_winners = any(k[2] == WINS for k in meetings)
            self._add(unmet(winners, table, met), table, promised, has_winners=has_winners)
            refused = self._refuse(rows.where(F.col(FATE) == REFUSED)) if any(k[2] == REFUSED for k in fates) else {}
        return tuple(fate_of(place, fates, lost, meetings, refused) for place in sorted({k[:2] for k in fates}))

    def _is_new(self, table: Table) -> bool:
        """Say whether nothing was ever written: the commit that creates a table is its version 0."""
        return self.version(table) == 0

    def _add(self, rows: DataFrame, table: Table, promised: int, *, has_winners: bool) -> None:
        """Add rows; into a new table by an append that a second writer cannot repeat, else by a merge."""
        if not promised:
            return
        names = [k.name for k in table.columns]
        shaped = conform(rows.select(*names), table)
        with self.slices.changing(table):
            if self._is_new(table):
                done = self._append_once(shaped, table)
                self.recount(table)
            else:
                with held(shaped) as new:
                    found = tallied(new, table) if table.dated_by else {}
                    done = self._merge(new, table, (update_of(names) if has_winners else "") + insert_of(names))
                if has_winners:
                    self.recount(table, moved=done)
                else:
                    self.slices.added(table, found, self.version(table) or 0)
        if done != promised:
            raise BusyError(
                f"{table.full_name}: {promised} rows were to be added, but the commit added {done}; another job wrote the same rows: run again."
            )

    def _append_once(self, rows: DataFrame, table: Table) -> int:
        """Append as the successor of the version that was read: of two writers that both saw it, one is turned away."""
        version = self.version(table) or 0
        writer = (
            rows.write.format("delta")
            .mode("append")
            .option("txnAppId", f"learnlake:{table.full_name}")
            .option("txnVersion", version + 1)
        )
        return self._commit(
            table,
            lambda: writer.saveAsTable(self.address(table)) if self.catalog else writer.save(self._path(table)),
            "numOutputRows",
        )

    def refuse(self, refused: DataFrame) -> int:
        """Add refused rows to ops.rejects; those that are there already are not added again. Returns how many stand there."""
        self.ensure(REJECTS)
        return sum(self._refuse(refused).values())

    def _refuse(self, refused: DataFrame) -> dict[tuple[str, ...], int]:
        with held(identified(refused)) as rows:
            names = [k.name for k in REJECTS.columns]
            self._merge(conform(rows, REJECTS), REJECTS, insert_of(names))
            return counted(self.read(REJECTS).join(rows.select(c.REJECT_ID.name), on=c.REJECT_ID.name, how="left_semi"))

    def forget(self, table: Table, source: str) -> None:
        """Delete what one source's mappings made in a table, so that it can be mapped again; what bronze refused stays."""
        if self.version(table) is not None:
            # Delta takes no parameters in a DELETE; a source's name is made of letters, digits and _ (lake.sources)
            clause = f"DELETE FROM {self.address(table)} WHERE source = '{source}' AND mapping <> 'bronze'"
            with self.slices.changing(table):
                self._commit(table, lambda: self.spark.sql(clause))
                self.recount(table)
