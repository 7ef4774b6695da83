"""Chance as a hash: the same keys give the same draw on any cluster, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

from pyspark.sql import Column
from pyspark.sql import functions as F

_UNIT = 2.0**-53


@dataclass(frozen=True)
class Dice:
    """Draws that depend on a seed, a purpose and the keys of a row, and on nothing else."""

    seed: int

    def uniform(self, purpose: str, *keys: Column | str) -> Column:
        """Draw from [0, 1): DOUBLE.

        Args:
            purpose: what the draw decides; two purposes are independent.
            keys: the columns that identify who or what is drawn for.
        """
        bits = F.xxhash64(F.lit(self.seed), F.lit(purpose), *keys)
        return F.shiftrightunsigned(bits, 11) * F.lit(_UNIT)

    def normal(self, purpose: str, *keys: Column | str) -> Column:
        """Draw from the standard normal distribution: DOUBLE.

        Source: Box and Muller (1958), Annals of Mathematical Statistics 29(2).
        """
        length = F.sqrt(F.lit(-2.0) * F.log(F.lit(1.0) - self.uniform(f"{purpose}/length", *keys)))
        return length * F.cos(F.lit(2 * pi) * self.uniform(f"{purpose}/angle", *keys))

    def lognormal(self, purpose: str, spread: float, *keys: Column | str) -> Column:
        """Draw a positive factor with mean 1, whose logarithm has standard deviation ``spread``."""
        return F.exp(F.lit(spread) * self.normal(purpose, *keys) - F.lit(spread**2 / 2))

    def geometric(self, purpose: str, chance: float, *keys: Column | str) -> Column:
        """Count the successes of probability ``chance`` before the first failure: INT >= 0."""
        tail = F.lit(1.0) - self.uniform(purpose, *keys)
        return F.floor(F.log(tail) / F.log(F.lit(chance))).cast("int")

    def happens(self, purpose: str, chance: float, *keys: Column | str) -> Column:
        """Say whether something of probability ``chance`` happens: BOOLEAN."""
        return self.uniform(purpose, *keys) < chance


def choose(draw: Column, shares: Mapping[str, float]) -> Column:
    """Turn a uniform draw into one of the names of ``shares``.

    Args:
        draw: uniform in [0, 1).
        shares: name to probability, adding up to 1; the last name takes what rounding leaves.

    Returns:
        STRING, never null.
    """
    names = list(shares)
    chosen = F.lit(names[-1])
    bounds = {name: sum(list(shares.values())[: place + 1]) for place, name in enumerate(names)}
    for name in reversed(names[:-1]):
        chosen = F.when(draw < bounds[name], F.lit(name)).otherwise(chosen)
    return chosen


def pick(draw: Column, values: Column) -> Column:
    """Turn a uniform draw into one element of an array column; null if it is empty."""
    return F.get(values, F.floor(draw * F.size(values)).cast("int"))


def below(draw: Column, count: int | Column) -> Column:
    """Turn a uniform draw into a whole number in 0 .. count - 1: INT."""
    return F.floor(draw * count).cast("int")


def strings(values: tuple[str, ...]) -> Column:
    """Make an array column of constants."""
    return F.array(*(F.lit(value) for value in values))
