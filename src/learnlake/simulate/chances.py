"""How likely it truly is that an account buys in the days to come, for those who check a forecast of it."""

from statistics import NormalDist

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.simulate.accounts import accounts
from learnlake.simulate.days import MOOD_SPREAD, every_day, pays_courses
from learnlake.simulate.deeds import looks_around
from learnlake.simulate.dice import Dice
from learnlake.simulate.habits import rate
from learnlake.simulate.members import MEMBER_PERIOD_DAYS, silence_ahead, subscribes, term_of
from learnlake.simulate.people import left_by
from learnlake.simulate.settings import SimulateSettings

_PLATFORM = "academy"
# So many moods, each as likely as the others, stand for all of them; the mean of what they do is right to three places.
_MOODS = 64
_KEYS = ("platform", "login_id")


def purchase_chances(spark: SparkSession, settings: SimulateSettings, day: int, within_days: int) -> DataFrame:
    """Give the true chance of at least one purchase, seen from the end of a day.

    Known is what an account is (habit, vigour, rhythm, whether it pays for its courses and when it takes them up, how its running term
    of a membership is) and that it is still there. What is drawn for later days counts by how likely it is: leaving, silence of the next
    term, the first membership, the activity and mood of each day, and how often somebody then buys.

    Args:
        spark: the session; nothing runs before the caller asks.
        settings: those of the logs.
        day: day number from ``first_day``; the chance is that at its end.
        within_days: days ahead that count, from ``day + 1`` on; at most a term of a membership.

    Returns:
        One row per account that has joined by ``day`` (key platform and login_id; robots are left out, second accounts are
        in) with ``chance`` of a purchase and ``first_payment_chance`` of a membership that begins, both 0..1, and ``has_left``: of them
        both are 0, which nobody can tell from a log at once.

    Raises:
        ValueError: if the days ahead do not all lie within the span, or are more than a term.
    """
    if not 0 <= day < day + within_days < settings.days:
        raise ValueError(
            f"day {day} and {within_days} days after it do not lie in a span of {settings.days} days: name an earlier day"
        )
    if within_days > MEMBER_PERIOD_DAYS:
        raise ValueError(f"{within_days} days are more than a term: ask for at most {MEMBER_PERIOD_DAYS}")
    has_left = F.coalesce(F.col("churned_day") <= day, F.lit(False))
    joined = accounts(spark, settings).where(~F.col("is_bot") & (F.col("joined_day") <= day))
    known = joined.withColumn("has_left", has_left)
    staying = known.where(~F.col("has_left")).withColumn("churned_day", F.lit(None).cast("int"))
    ahead = every_day(staying, settings).where(F.col("day").between(day + 1, day + within_days))
    kept = F.lit(1.0) - left_by(F.lit(day), settings)
    leaves = (left_by(F.col("day"), settings) - left_by(F.col("day") - 1, settings)) / kept
    days = F.struct("day", leaves.alias("leaves"), (F.lit(1.0) - _on(day, Dice(settings.seed))).alias("none"))
    chances = ahead.groupBy(*_KEYS).agg(
        _unless_none(F.array_sort(F.collect_list(days))).alias("chance"),
        F.max(subscribes(day, within_days)).alias("first_payment_chance"),
    )
    every = known.select(*_KEYS, "has_left").join(chances, on=list(_KEYS), how="left")
    return every.fillna(0.0, ["chance", "first_payment_chance"])


def _unless_none(days: Column) -> Column:
    """Return 1 minus the chance that none of the days, in their order, brings a purchase; who leaves has only the days until then."""
    start = F.struct(F.lit(1.0).alias("so_far"), F.lit(0.0).alias("left"), F.lit(1.0).alias("stays"))

    def after(held: Column, now: Column) -> Column:
        return F.struct(
            (held["so_far"] * now["none"]).alias("so_far"),
            (held["left"] + held["so_far"] * now["leaves"]).alias("left"),
            (held["stays"] - now["leaves"]).alias("stays"),
        )

    return F.aggregate(days, start, after, lambda held: F.lit(1.0) - held["left"] - held["stays"] * held["so_far"])


def _on(known_day: int, dice: Dice) -> Column:
    """The chance of a purchase on ``day``: certain where a course is to be bought, none of those who look around."""
    is_start = (F.col("step_day") == 0) & pays_courses(dice)
    is_first = _is_first_of_its_term(known_day)
    bound = F.when(is_start & is_first, F.lit(1.0) - silence_ahead(known_day)).otherwise(F.lit(0.0))
    mean = rate(F.col("habit"), _PLATFORM, "purchase") * F.col("bustle")
    comes = F.when(is_start, F.lit(1.0)).otherwise(F.least(F.lit(1.0), F.col("share")))
    drawn = F.when(F.col("platform") == _PLATFORM, comes * _some(mean)).otherwise(F.lit(0.0))
    return F.when(looks_around(dice), F.lit(0.0)).otherwise(F.greatest(bound, drawn))


def _is_first_of_its_term(known_day: int) -> Column:
    """Say whether no course before the one that begins on ``day`` begins in the same term ahead: one silence keeps from both."""
    before = F.col("day") - F.col("pace")
    return (before <= known_day) | F.coalesce(term_of(before) < term_of(F.col("day")), F.lit(False))


def _some(mean: Column) -> Column:
    """The chance of at least one, where ``mean`` times the mood is rounded up or down by chance: its mean over the moods."""
    normal = NormalDist(-(MOOD_SPREAD**2) / 2, MOOD_SPREAD)
    moods = F.array(*(F.exp(F.lit(normal.inv_cdf((place + 0.5) / _MOODS))) for place in range(_MOODS)))
    return F.aggregate(moods, F.lit(0.0), lambda total, mood: total + F.least(F.lit(1.0), mean * mood)) / F.lit(_MOODS)
