"""What Spark and Delta mean by an error, told by its condition or by the class that its text names."""

from __future__ import annotations

from collections.abc import Callable

from pyspark.errors import PySparkException

from learnlake.errors import BusyError

ABSENT = (
    "DELTA_TABLE_ONLY_OPERATION",
    "DELTA_MISSING_DELTA_TABLE",
    "TABLE_OR_VIEW_NOT_FOUND",
    "DELTA_TABLE_NOT_FOUND",
    "PATH_NOT_FOUND",
    "DELTA_PATH_DOES_NOT_EXIST",
)
CLASH = (
    "ConcurrentAppend",
    "ConcurrentDelete",
    "ConcurrentTransaction",
    "ConcurrentWrite",
    "DELTA_CONCURRENT",
    "MetadataChanged",
    "ProtocolChanged",
)


def is_absent(error: Exception) -> bool:
    """Say whether a table is not there yet."""
    return _says(error, ABSENT)


def is_clash(error: Exception) -> bool:
    """Say whether another writer was faster."""
    return _says(error, CLASH)


def in_turn(write: Callable[[], object], table: str, tries: int) -> None:
    """Run a write; when another writer was faster, again.

    Raises:
        BusyError: if others were faster each time.
    """
    for left in reversed(range(tries)):
        try:
            write()
        except PySparkException as error:
            if not is_clash(error):
                raise
            if not left:
                raise BusyError(
                    f"{table}: another writer changes this table at the same time; nothing of ours was written: let it finish, then run again."
                ) from None
        else:
            return


def _says(error: Exception, words: tuple[str, ...]) -> bool:
    text = f"{getattr(error, 'getCondition', lambda: '')() or ''} {error}"
    return any(word in text for word in words)
