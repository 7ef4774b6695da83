"""How likely it truly is that an account buys in the days to come, for those who check a forecast of it."""

from statistics import NormalDist

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.simulate.accounts import accounts
from learnlake.simulate.days import MOOD_SPREAD, every_day
from learnlake.simulate.deeds import BUYING, looks_around
from learnlake.simulate.dice import Dice
from learnlake.simulate.habits import rate
from learnlake.simulate.settings import SimulateSettings

_PLATFORM = "academy"
# So many moods, each as likely as the others, stand for all of them; the mean of what they do is right to three places.
_MOODS = 64


def purchase_chances(spark: SparkSession, settings: SimulateSettings, day: int, within_days: int) -> DataFrame:
    """Give the true chance of at least one purchase, as everything planted in an account decides it.

    Known are the habit, vigour, rhythm, days of coming and leaving, courses bought on fixed days and silent terms; unknown are
    only the activity and mood of each day, and how often somebody then buys. Who leaves has only the days until then.

    Args:
        spark: the session; nothing runs before the caller asks.
        settings: those of the logs.
        day: day number from ``first_day``; the chance is that at its end.
        within_days: days ahead that count, from ``day + 1`` on.

    Returns:
        One row per account that has joined by ``day`` (key platform and login_id; robots are left out, second accounts are
        in) with ``chance`` in 0..1: 1 minus the product over days of the chance not to buy on each.

    Raises:
        ValueError: if the days ahead do not all lie within the span.
    """
    if not 0 <= day < day + within_days < settings.days:
        raise ValueError(
            f"day {day} and {within_days} days after it do not lie in a span of {settings.days} days: name an earlier day"
        )
    known = accounts(spark, settings).where(~F.col("is_bot") & (F.col("joined_day") <= day))
    ahead = every_day(known, settings).where(F.col("day").between(day + 1, day + within_days))
    daily = ahead.groupBy("platform", "login_id").agg(F.product(F.lit(1.0) - _today(Dice(settings.seed))).alias("none"))
    every = known.select("platform", "login_id").join(daily, on=["platform", "login_id"], how="left")
    return every.select("platform", "login_id", (F.lit(1.0) - F.coalesce("none", F.lit(1.0))).alias("chance"))


def _today(dice: Dice) -> Column:
    """The chance of a purchase on ``day``: certain where a course is bound to be bought, none of those who look around."""
    is_bound = F.exists("bound", lambda kind: kind.isin(*BUYING))
    comes = F.when(F.size("bound") > 0, F.lit(1.0)).otherwise(F.least(F.lit(1.0), F.col("share")))
    mean = rate(F.col("habit"), _PLATFORM, "purchase") * F.col("bustle")
    drawn = F.when(F.col("platform") == _PLATFORM, comes * _some(mean)).otherwise(F.lit(0.0))
    return F.when(looks_around(dice), F.lit(0.0)).when(is_bound, F.lit(1.0)).otherwise(drawn)


def _some(mean: Column) -> Column:
    """The chance of at least one, where ``mean`` times the mood is rounded up or down by chance: its mean over the moods."""
    normal = NormalDist(-(MOOD_SPREAD**2) / 2, MOOD_SPREAD)
    moods = F.array(*(F.exp(F.lit(normal.inv_cdf((place + 0.5) / _MOODS))) for place in range(_MOODS)))
    return F.aggregate(moods, F.lit(0.0), lambda total, mood: total + F.least(F.lit(1.0), mean * mood)) / F.lit(_MOODS)
