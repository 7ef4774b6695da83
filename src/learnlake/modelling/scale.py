"""Numbers on a scale on which they can be weighed against each other."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F


def tamed(name: str) -> Column:
    """Return a heavy-tailed number as sign(x) ln(1 + abs(x)), so that a few users do not outweigh all others; null stays."""
    value = F.col(name).cast("double")
    return F.signum(value) * F.log1p(F.abs(value))


def standard(name: str, mean: float, deviation: float) -> Column:
    """Return the tamed number in deviations from its mean; null counts as the mean."""
    return F.coalesce((tamed(name) - F.lit(mean)) / F.lit(deviation), F.lit(0.0))
