"""The contract of every model: settings, fit, score, and a folder of plain values."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

from pyspark.sql import DataFrame


class Model(Protocol):
    """A frozen value. Unfitted it holds settings, fitted also what was learned.

    No storage but ``save`` and ``load``, no clock, no registry. A second fit forgets the first; row order does not matter.
    """

    def fit(self, users: DataFrame) -> Self:
        """Return a fitted copy; this one stays as it is."""
        ...

    def score(self, users: DataFrame) -> DataFrame:
        """Score each key once."""
        ...

    def save(self, folder: Path) -> None:
        """Write everything learned into a folder, as plain values."""
        ...

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read back what ``save`` wrote, equal to what was saved."""
        ...
