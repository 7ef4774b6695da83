"""What a table promises: grain, columns, key, and how a re-run leaves the same rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from pyspark.sql.types import StructField, StructType

from learnlake.lake.columns import Named


class Layer(StrEnum):
    """How far from the raw log a table is."""

    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    OPS = "ops"


class Way(StrEnum):
    """How a write leaves the same rows when it is done again."""

    REPLACE_DAY = "replace_day"
    REPLACE_SLICES = "replace_slices"
    REPLACE_ALL = "replace_all"
    MERGE = "merge"
    APPEND = "append"
    AT_READ = "at_read"


@dataclass(frozen=True)
class Refresh:
    """A way to write, and the columns it goes by.

    ``by`` is the day column of replace_day and replace_slices, and for merge the order in which the first of several rows with
    one key is found.
    """

    way: Way
    by: tuple[Named, ...] = ()

    @classmethod
    def replace_day(cls, day: Named) -> Refresh:
        """Replace all rows of a day."""
        return cls(Way.REPLACE_DAY, (day,))

    @classmethod
    def replace_slices(cls, day: Named) -> Refresh:
        """Replace the days of which something has changed, whatever day the job is run for."""
        return cls(Way.REPLACE_SLICES, (day,))

    @classmethod
    def replace_all(cls) -> Refresh:
        """Replace the whole table."""
        return cls(Way.REPLACE_ALL)

    @classmethod
    def at_read(cls) -> Refresh:
        """Store nothing: the table is put together of its parts whenever it is read."""
        return cls(Way.AT_READ)

    @classmethod
    def merge(cls, *first_by: Named) -> Refresh:
        """Add new keys; of several rows with one key the first by these columns stays, in whichever order they come."""
        return cls(Way.MERGE, first_by)

    @classmethod
    def append(cls) -> Refresh:
        """Add a file or batch once; the caller makes sure it is once."""
        return cls(Way.APPEND)


@dataclass(frozen=True)
class Pivot:
    """How a long table becomes columns of the profile: one for each file in a folder of conf."""

    by: Named
    value: Named
    folder: str
    pattern: str


@dataclass(frozen=True)
class Past:
    """Past days of a table: ``back`` of them, ``every`` days apart, and the as-of day itself."""

    table: Table
    every: int
    back: int


@dataclass(frozen=True)
class Table:
    """One entry of the catalogue.

    Attributes:
        grain: what one row is, in words.
        refresh: how a re-run leaves the same rows.
        dated_by: date column that says from which as-of day on a row may be seen; None = always.
        parts: of a table that is put together at every read, the tables that it is put together of.
        profile: columns that become part of ``gold.user_profile``.
        pivot: how a long table's column becomes part of it.
        warns: what a reader should know.
        tracks_changes: whether later steps ask which rows are new.
        holds_checks: whether its rows, with ``is_ok`` and ``detail``, are results of checks that ops.quality is to hold, too.
    """

    layer: Layer
    name: str
    grain: str
    columns: tuple[Named, ...]
    key: tuple[Named, ...]
    refresh: Refresh
    dated_by: Named | None = None
    partition_by: tuple[Named, ...] = ()
    profile: tuple[Named, ...] = ()
    pivot: Pivot | None = None
    warns: tuple[str, ...] = ()
    tracks_changes: bool = False
    holds_checks: bool = False
    parts: tuple[Table, ...] = ()

    @property
    def full_name(self) -> str:
        """Layer and name, as in ``gold.user_features``."""
        return f"{self.layer}.{self.name}"

    @property
    def schema(self) -> StructType:
        """The columns as a Spark schema; nullability is not part of the promise."""
        return StructType([StructField(column.name, column.dtype) for column in self.columns])

    @property
    def is_daily(self) -> bool:
        """Whether the table is replaced day by day."""
        return self.refresh.way is Way.REPLACE_DAY

    def at(self, every: str, back: int) -> Past:
        """Ask for past days, such as ``USER_FEATURES.at(every="28d", back=1)``."""
        found = re.fullmatch(r"([1-9]\d*)d", every)
        if not found or back < 1:
            raise ValueError(
                f"{self.full_name}.at(every={every!r}, back={back}): wants days such as '28d' and at least one of them"
            )
        return Past(self, int(found[1]), back)

    def widened(self, columns: tuple[Named, ...]) -> Table:
        """Return the same table with further columns."""
        return replace(self, columns=self.columns + columns)
