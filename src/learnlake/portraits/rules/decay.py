"""How much an event still says, and how much a few events say beside a prior."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

HALF_LIVES = 8
DIGITS = 9


def halved(count: Column, age_days: Column, half_life_days: int) -> Column:
    """Return a count that loses half of its say every ``half_life_days``: count x 2^(-age / half-life)."""
    return count * F.pow(F.lit(2.0), -age_days / F.lit(float(half_life_days)))


def in_sight(age_days: Column, half_life_days: int) -> Column:
    """Say whether an event is no older than eight half-lives; an older one would count less than 1/256."""
    return age_days.between(0, HALF_LIVES * half_life_days)


def shrunk(evidence: Column, total: Column, share: Column, strength: Column) -> Column:
    """Return a tag's weight: the posterior mean of its share in the branch.

    (evidence + strength x prior share) / (total + strength): the mean of a Dirichlet posterior whose prior is worth
    ``strength`` events. Without events it is the prior's share, with many the user's own.

    Source: Gelman et al. (2013), Bayesian Data Analysis, 3rd ed., section 3.4.
    """
    return F.round((evidence + strength * share) / (total + strength), DIGITS)


def deviation(weight: Column, total: Column, strength: Column) -> Column:
    """Return the standard deviation of a weight: that of the tag's own (Beta) margin of the Dirichlet posterior."""
    spread = F.sqrt(F.greatest(weight * (1 - weight), F.lit(0.0)) / (total + strength + 1))
    return F.round(spread, DIGITS)
