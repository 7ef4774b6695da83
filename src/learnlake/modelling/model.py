"""The contract of every model: settings, fit, score, and a folder of plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

from pyspark.sql import DataFrame


class Kept(Protocol):
    """What the registry keeps: a frozen value that is a folder of plain values and back. No clock, no registry in it."""

    def save(self, folder: Path) -> None:
        """Write everything learned into a folder, as plain values."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what ``save`` wrote, equal to what was saved."""
        ...


class Model(Kept, Protocol):
    """A model of one table of users. Unfitted it holds settings, fitted also what was learned.

    A second fit forgets the first; row order does not matter.
    """

    def fit(self, users: DataFrame) -> Self:
        """Return a fitted copy; this one stays as it is."""
        ...

    def score(self, users: DataFrame) -> DataFrame:
        """Score each key once."""
        ...
