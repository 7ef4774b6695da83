"""Which columns conf may let steer what is done to people: known ones that are neither outcomes nor protected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from learnlake.errors import near_match
from learnlake.lake.columns import Named
from learnlake.lake.tables.gold import USER_FEATURES

NUMERIC = ("bigint", "int", "double", "decimal(18,2)")
WORDS = ("string", "array<string>")


def steering(columns: Iterable[Named]) -> tuple[str, ...]:
    """Return the names of the columns that are neither outcomes nor protected."""
    return tuple(column.name for column in columns if not column.is_outcome and not column.is_protected)


def words(columns: Iterable[Named]) -> dict[str, Named]:
    """Return the columns that hold words, by name."""
    return {column.name: column for column in columns if column.dtype.simpleString() in WORDS}


def refuse_unfit_numbers(names: Iterable[str], use: str) -> None:
    """Refuse names that are no numbers of gold.user_features or may not steer.

    Args:
        names: the columns that conf names.
        use: what a marked one may not do, such as ``form segments``.

    Raises:
        ValueError: as :func:`refuse_unfit_column`.
    """
    known = {column.name: column for column in USER_FEATURES.columns if column.dtype.simpleString() in NUMERIC}
    for name in names:
        refuse_unfit_column(name, known, "no number of gold.user_features", use)


def refuse_unfit_column(name: str, known: Mapping[str, Named], what: str, use: str) -> None:
    """Refuse a column of conf that is unknown, an outcome or protected.

    Args:
        name: the column.
        known: the columns there are.
        what: what an unknown one is not, such as ``no word of silver.accounts``.
        use: what a marked one may not do.

    Raises:
        ValueError: a sentence with the near match, or with what to do.
    """
    if name not in known:
        raise ValueError(f"`{name}` is {what}; {near_match(name, known)}")
    if known[name].is_outcome or known[name].is_protected:
        raise ValueError(f"`{name}` is an outcome or protected and may not {use}; take it out")
