"""What Spark and Delta mean by an error, told by its condition or by the class that its text names."""

from __future__ import annotations

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


def _says(error: Exception, words: tuple[str, ...]) -> bool:
    text = f"{getattr(error, 'getCondition', lambda: '')() or ''} {error}"
    return any(word in text for word in words)
