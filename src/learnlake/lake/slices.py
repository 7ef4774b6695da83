"""What is in the lake, by day, as content: of each slice of a table how many rows it has, and a digest of them.

A slice is what a table holds of one day of the column that it is dated by. Whether a step has something to do is decided by
digests and not by Delta's versions: a commit that leaves a day as it was, or a day that the step may not see, is no news.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from learnlake.errors import ContractError
from learnlake.lake.sameness import OF_THE_RUN, settled
from learnlake.lake.table import Table


@dataclass(frozen=True)
class Tally:
    """Rows of a slice, and the sum of their hashes."""

    rows: int
    digest: int


@dataclass(frozen=True)
class Slice:
    """One slice as the books know it.

    Attributes:
        rows: how many there are.
        digest: sum of the hashes of the rows, whatever their order.
        churn: rows that were ever added or taken away.
        version: Delta version that wrote it last.
        made_of: signature of what it was made of, where its table is made slice by slice.
    """

    rows: int
    digest: int
    churn: int
    version: int
    made_of: str = ""


@dataclass
class Slices:
    """The slices of all tables: as the lake has them written down, and what has been written since.

    Attributes:
        held: by table, by day.
        unwritten: table and day of what is not written down yet.
        doubtful: tables of which a commit may have been made that is not noted here.
    """

    held: dict[str, dict[date, Slice]] = field(default_factory=dict)
    unwritten: dict[tuple[str, date], Slice] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, rows: Iterable[Row]) -> Slices:
        """Take the newest row of each slice of ops.slices."""
        made = cls()
        for row in rows:
            own = made.held.setdefault(row.table_name, {})
            own[row.slice_date] = Slice(
                row.row_count, int(row.digest), row.churn_count, row.delta_version, row.made_of or ""
            )
        return made

    def among(self, table: Table, since: date | None = None, until: date | None = None) -> dict[date, Slice]:
        """Return the slices with rows after ``since`` and up to ``until``, by day."""
        held = self.held.get(table.full_name, {})
        return {
            day: one
            for day, one in sorted(held.items())
            if one.rows and (since is None or day > since) and (until is None or day <= until)
        }

    def fingerprint(self, table: Table, since: date | None = None, until: date | None = None) -> str:
        """Hash what the slices after ``since`` and up to ``until`` hold; empty ones count as never made."""
        told = ((day.isoformat(), one.rows, one.digest) for day, one in self.among(table, since, until).items())
        return hashlib.sha256(repr(list(told)).encode()).hexdigest()[:16]

    def fingerprints(self, table: Table) -> Callable[[date], str]:
        """Return what gives the fingerprint of all that a day may see, for many days at once."""
        days, told, so_far = [], [], hashlib.sha256()
        for day, one in self.among(table).items():
            so_far.update(repr((day.isoformat(), one.rows, one.digest)).encode())
            days.append(day)
            told.append(so_far.hexdigest()[:16])
        return lambda day: told[place - 1] if (place := bisect_right(days, day)) else ""

    def version(self, table: Table) -> int | None:
        """Return the newest Delta version that wrote a slice."""
        return max((one.version for one in self.held.get(table.full_name, {}).values()), default=None)

    def replaced(
        self,
        table: Table,
        found: Mapping[date, Tally],
        days: Iterable[date],
        version: int,
        made_of: Mapping[date, str] | None = None,
    ) -> None:
        """Note that some days were replaced; one of which nothing was found is empty now."""
        for day in sorted({*days, *found}):
            tally, old = found.get(day, Tally(0, 0)), self._at(table, day)
            is_same = (tally.rows, tally.digest) == (old.rows, old.digest)
            churn = old.churn + (0 if is_same else old.rows + tally.rows)
            told = Slice(tally.rows, tally.digest, churn, version, (made_of or {}).get(day, ""))
            if (is_same and told.made_of == old.made_of) and day in self.held.get(table.full_name, {}):
                continue
            self._put(table, day, told)

    def added(self, table: Table, found: Mapping[date, Tally], version: int) -> None:
        """Note that rows were added to some days."""
        for day, tally in sorted(found.items()):
            old = self._at(table, day)
            digest = old.digest + tally.digest
            self._put(table, day, Slice(old.rows + tally.rows, digest, old.churn + tally.rows, version))

    def recounted(self, table: Table, found: Mapping[date, Tally], version: int, moved: int = 0) -> None:
        """Note what the whole table holds; what a slice was made of is not known any more where it changed.

        Args:
            table: the table.
            found: all of its slices.
            version: the Delta version that was counted.
            moved: rows that were changed in place, which counts cannot tell.
        """
        for day in sorted({*self.held.get(table.full_name, {}), *found}):
            tally, old = found.get(day, Tally(0, 0)), self._at(table, day)
            if (tally.rows, tally.digest) != (old.rows, old.digest):
                churn = old.churn + max(abs(tally.rows - old.rows), min(2 * moved, tally.rows + old.rows))
                self._put(table, day, Slice(tally.rows, tally.digest, churn, version))

    @contextmanager
    def changing(self, table: Table) -> Iterator[None]:
        """Doubt a table from before a commit until it is noted: whatever ends in between leaves it to be counted anew."""
        self.doubtful.add(table.full_name)
        yield
        self.doubtful.discard(table.full_name)

    def is_written(self, taken: Mapping[tuple[str, date], Slice]) -> None:
        """Note that these slices are written down; what was written to them meanwhile is not."""
        for place, one in taken.items():
            if self.unwritten.get(place) is one:
                del self.unwritten[place]

    def _at(self, table: Table, day: date) -> Slice:
        return self.held.get(table.full_name, {}).get(day, Slice(0, 0, 0, -1))

    def _put(self, table: Table, day: date, told: Slice) -> None:
        self.held.setdefault(table.full_name, {})[day] = told
        self.unwritten[table.full_name, day] = told


def day_column(table: Table) -> str | None:
    """Return the name of the column by which a table is cut into slices, None where it is not."""
    return table.dated_by.name if table.dated_by else None


def row_digest(table: Table) -> Column:
    """Hash one row by its columns: doubles at 9 digits, maps in the order of their keys, run metadata left out.

    Where nothing stands in a column is hashed too, or a value that moves to the next one would be no change.
    """
    columns = [column for column in table.columns if column.name not in OF_THE_RUN]
    values = [settled(F.col(column.name), column.dtype) for column in columns]
    missing = [F.col(column.name).isNull().cast("int") for column in columns]
    return F.xxhash64(*values, *missing).cast("decimal(38,0)")


def tallied(rows: DataFrame, table: Table) -> dict[date, Tally]:
    """Count and hash the rows of each slice; one job, a row a day.

    Raises:
        ContractError: if a row lies on no day.
    """
    days = rows.groupBy(F.col(str(day_column(table))).alias("day")).agg(*_sums(row_digest(table)))
    return _by_day(days.collect(), table)  # a row a day: bounded by the calendar


def looked_over(rows: DataFrame, table: Table) -> dict[date, Tally]:
    """Check that no key column is null and no key occurs twice, and tally the slices, in one job.

    Raises:
        ContractError: names the table and its key; values are not shown, for they may be personal.
    """
    key = [column.name for column in table.key]
    lacks = reduce(or_, (F.col(name).isNull() for name in key))
    day = F.min(str(day_column(table)))
    groups = rows.groupBy(*key).agg(
        day.alias("day"), *_sums(row_digest(table)), F.max(lacks.cast("int")).alias("lacks")
    )
    found = groups.groupBy("day").agg(
        F.sum("rows").alias("rows"),
        F.sum("digest").alias("digest"),
        F.count_if(F.col("rows") > 1).alias("repeated"),
        F.count_if(F.col("lacks") == 1).alias("lacking"),
    )
    days = found.collect()  # as above
    repeated, lacking = sum(row.repeated for row in days), sum(row.lacking for row in days)
    if repeated or lacking:
        raise ContractError(
            f"{table.full_name}: {repeated} keys ({', '.join(key)}) occur more than once and {lacking} lack a part; "
            "mend the stage that makes them."
        )
    return _by_day(days, table)


def _sums(digest: Column) -> tuple[Column, Column]:
    return F.count(F.lit(1)).alias("rows"), F.sum(digest).cast("decimal(38,0)").alias("digest")


def _by_day(days: Iterable[Row], table: Table) -> dict[date, Tally]:
    out = {row.day: Tally(row.rows, int(row.digest)) for row in days}
    if None in out:
        raise ContractError(
            f"{table.full_name}: {out[None].rows} rows have no {day_column(table)}; fill it in the stage."
        )
    return out
