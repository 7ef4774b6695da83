"""Chance as a hash: the same keys give the same draw on any cluster, for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import pi

from pyspark.sql import Column
from pyspark.sql import functions as F

_UNIT = 2.0**-53
_MARK = "\x1f"


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
        bits = F.xxhash64(F.lit(f"{self.seed}/{purpose}"), *keys)
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

    def happens(self, purpose: str, chance: float, *keys: Column | str) -> Column:
        """Say whether something of probability ``chance`` happens: BOOLEAN."""
        return self.uniform(purpose, *keys) < chance


def choose(draw: Column, shares: Mapping[str, float]) -> Column:
    """Turn a uniform draw into one of the names of ``shares``.

    Args:
        draw: uniform in [0, 1).
        shares: name to probability in whole hundredths, adding up to 1.

    Returns:
        STRING, never null.

    Raises:
        ValueError: if the shares do not add up to a hundred hundredths.
    """
    tickets = [name for name, share in shares.items() for _ in range(round(share * 100))]
    if len(tickets) != 100:
        raise ValueError(f"shares must add up to 1 in whole hundredths, these do not: {dict(shares)}")
    return pick(draw, strings(tuple(tickets)))


def pick(draw: Column, values: Column) -> Column:
    """Turn a uniform draw into one element of an array column; null if it is empty."""
    return F.get(values, F.floor(draw * F.size(values)).cast("int"))


def below(draw: Column, count: int | Column) -> Column:
    """Turn a uniform draw into a whole number in 0 .. count - 1: INT."""
    return F.floor(draw * count).cast("int")


def strings(values: tuple[str, ...]) -> Column:
    """Make an array column of constants; one constant that is split costs a planner less than a hundred."""
    return F.split(F.lit(_MARK.join(values)), _MARK)
