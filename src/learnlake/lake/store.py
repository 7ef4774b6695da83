"""The one door to the lake: every table is read and written here, and the catalogue is enforced on every write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from threading import RLock
from typing import Any
from uuid import uuid4

from pyspark.errors import AnalysisException, PySparkException
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.errors import BusyError
from learnlake.lake import columns as c
from learnlake.lake import ddl
from learnlake.lake.catalogue import Catalogue
from learnlake.lake.conform import conform, refuse_broken_key
from learnlake.lake.joins import known_by
from learnlake.lake.persons import TOGETHER
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
from learnlake.lake.spark_errors import is_absent, is_clash
from learnlake.lake.table import Layer, Table
from learnlake.lake.tables.ops import REJECTS


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

        It is asked for once and kept: asking costs half a second, and within a run only the run itself should write. A table that is
        not stored has none.
        """
        if table.parts:
            return None
        if table.full_name not in self._versions:
            commit = self._last_commit(table)
            if commit is None:
                return None
            self._versions[table.full_name] = int(commit["version"])
        return self._versions[table.full_name]

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

    def noted(self, table: Table, name: str) -> str | None:
        """Read a property ``learnlake.<name>`` of the table, None where there is none."""
        rows = (
            self.spark.sql(f"SHOW TBLPROPERTIES {self.address(table)}")
            .where(F.col("key") == f"learnlake.{name}")
            .collect()
        )
        return str(rows[0]["value"]) if rows else None

    # --- reading ---------------------------------------------------------------------------------------------------

    def read(self, table: Table, as_of: date | None = None) -> DataFrame:
        """Read a table, without anything dated after ``as_of``; an absent table is an empty frame.

        A table that is not stored is put together of its parts as they are known on the day.
        """
        if table.parts:
            return TOGETHER[table.full_name](*(self.read(part, as_of) for part in table.parts))
        if self.version(table) is None:
            return self.spark.createDataFrame([], table.schema)
        frame = self.spark.table(self.address(table))
        missing = [F.lit(None).cast(k.dtype).alias(k.name) for k in table.columns if k.name not in frame.columns]
        whole = frame.select("*", *missing).select(*(k.name for k in table.columns))
        return whole if as_of is None or table.dated_by is None else whole.where(known_by(table, as_of))

    def day(self, table: Table, *days: date) -> DataFrame:
        """Read some days of a daily table."""
        return self.read(table).where(F.col(table.refresh.by[0].name).isin(list(days)))

    def days(self, table: Table) -> list[date]:
        """Return the days a table holds, ascending; one row a day, so bounded by the calendar."""
        dated = table.dated_by or table.refresh.by[0]
        return sorted(row[0] for row in self.read(table).select(dated.name).distinct().collect())

    def changes(self, table: Table, since: int | None) -> DataFrame:
        """Read the rows that commits after version ``since`` added or took away; None = all rows there are."""
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
        """Return the table's name in SQL, or that of a view: of what is put together, or without rows where it is not there yet."""
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
        day = table.refresh.by[0].name
        return self._replace(frame, table, F.col(day).isin(list(days)))

    def replace_keys(self, frame: DataFrame, table: Table, touched: DataFrame | None) -> int:
        """Delete the rows that share the refresh columns with a touched row, and write the new ones, in one commit.

        Args:
            frame: all rows of the touched keys.
            table: the table.
            touched: the touched values of its refresh columns; None = the whole table.
        """
        if touched is None:
            return self._replace(frame, table, F.lit(True))
        keys = [column.name for column in table.refresh.by]
        rows = touched.select(*keys).distinct()
        if len(keys) == 1 and table.refresh.by[0].dtype == c.DATE:
            values = [row[0] for row in rows.collect()]  # days: bounded by the calendar
            return self._replace(frame, table, F.col(keys[0]).isin(values) if values else F.lit(False))
        return self._replace_by_merge(frame, table, rows)

    def _replace(self, frame: DataFrame, table: Table, condition: Column) -> int:
        self.ensure(table)
        with held(conform(frame, table)) as rows:
            refuse_broken_key(rows, table)
            return self._overwrite_or_append(rows, table, condition)

    def _replace_by_merge(self, frame: DataFrame, table: Table, touched: DataFrame) -> int:
        """Delete and insert by one MERGE: touched keys without new rows are deleted too."""
        self.ensure(table)
        key, by = [k.name for k in table.key], [k.name for k in table.refresh.by]
        with held(conform(frame, table)) as rows:
            refuse_broken_key(rows, table)
            stale = (
                self.read(table).join(touched, on=by, how="left_semi").join(rows.select(*key), on=key, how="left_anti")
            )
            new = rows.withColumn("_is_gone", F.lit(False)).unionByName(stale.withColumn("_is_gone", F.lit(True)))
            names = [k.name for k in table.columns]
            clauses = (
                "WHEN MATCHED AND new._is_gone THEN DELETE "
                f"WHEN MATCHED THEN UPDATE SET {', '.join(f'{n} = new.{n}' for n in names)} "
                f"WHEN NOT MATCHED AND NOT new._is_gone THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'new.{n}' for n in names)})"
            )
            with held(new) as changed:
                self._merge(changed, table, clauses)
                return changed.where(~F.col("_is_gone")).count()

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
            self._written(table, write, tries=20 if table.layer is Layer.OPS else 2)
            commit = self._last_commit(table) or {"version": -1}
            self._versions[table.full_name] = int(commit["version"])
        counts = commit.get("operationMetrics") or {}
        return sum(int(counts.get(name, 0)) for name in metrics) if commit["version"] != before else 0

    def _written(self, table: Table, write: Callable[[], object], tries: int) -> None:
        for left in reversed(range(tries)):
            try:
                write()
            except PySparkException as error:
                if not is_clash(error):
                    raise
                if not left:
                    raise BusyError(
                        f"{table.full_name}: another writer changes this table at the same time; nothing of ours was written: let it finish, then run again."
                    ) from None
            else:
                return

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
        if self._is_new(table):
            done = self._append_once(shaped, table)
        else:
            update = (
                f"WHEN MATCHED THEN UPDATE SET {', '.join(f'{n} = new.{n}' for n in names)} " if has_winners else ""
            )
            done = self._merge(shaped, table, update + _insert(names))
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
            self._merge(conform(rows, REJECTS), REJECTS, _insert(names))
            return counted(self.read(REJECTS).join(rows.select(c.REJECT_ID.name), on=c.REJECT_ID.name, how="left_semi"))

    def forget(self, table: Table, source: str) -> None:
        """Delete what one source's mappings made in a table, so that it can be mapped again; what bronze refused stays."""
        if self.version(table) is not None:
            # Delta takes no parameters in a DELETE; a source's name is made of letters, digits and _ (lake.sources)
            clause = f"DELETE FROM {self.address(table)} WHERE source = '{source}' AND mapping <> 'bronze'"
            self._commit(table, lambda: self.spark.sql(clause))


def _insert(names: list[str]) -> str:
    return f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'new.{n}' for n in names)})"
