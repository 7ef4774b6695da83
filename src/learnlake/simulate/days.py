"""On which days an account does anything, and what is bound to happen on them."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice
from learnlake.simulate.habits import active_share
from learnlake.simulate.members import complains, is_silent, step, term_zeal, with_terms
from learnlake.simulate.settings import SimulateSettings

MOOD_SPREAD = 0.3
"""Standard deviation of the logarithm of a day's mood."""
_PACE_DAYS = {"junior": 20, "intermediate": 16, "senior": 12}
_BUYER_PACE_DAYS = 20
_PAYS_COURSES = 0.2
# How much oftener, and how much busier, newcomers come on their first days.
_FIRST_ZEAL = 2.4
_FIRST_BUSTLE = 1.0
_ZEAL_DAYS = 9.0
# Weights of a weekday and of a day at the weekend; over a week they average 1.
_RHYTHMS = {"weekdays": (1.28, 0.30), "weekends": (0.70, 1.75), "nights": (1.0, 1.0)}


def active_days(accounts: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Find the days on which accounts are active.

    Args:
        accounts: as made by :func:`learnlake.simulate.accounts.accounts`.
        settings: seed and span.

    Returns:
        One row per (account_number, day): the account's columns, ``day`` and ``last_day`` (day numbers from
        ``first_day``), ``course`` (the tag and number of the course now studied, as in item ids),
        ``mood`` (a factor around 1 on what is done today) and ``bound`` (ARRAY<STRING>, kinds of event that
        happen today whatever the mood, in order).
    """
    dice = Dice(settings.seed)
    is_active = dice.uniform("active", "account_number", "day") < F.col("share")
    kept = every_day(accounts, settings).where(is_active | (F.size("bound") > 0))
    return kept.withColumn("mood", dice.lognormal("mood", MOOD_SPREAD, "account_number", "day") * F.col("bustle"))


def every_day(accounts: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Say of each day on which an account exists how likely anything is.

    Args:
        accounts: as made by :func:`learnlake.simulate.accounts.accounts`.
        settings: seed and span.

    Returns:
        One row per (account_number, day): the columns of :func:`present`, ``day``, ``course`` and ``bound`` as in
        :func:`active_days`, ``share`` (the chance of activity, where it is below 1), ``bustle`` (the mean of the mood), ``pace`` (days that a
        course takes) and ``step_day`` (days since the one now studied began).
    """
    days = present(accounts, settings).withColumn("day", F.explode(F.sequence("since_day", "last_day")))
    share = active_share(F.col("habit")) * F.col("vigour") * _weight(settings) * _zeal(_FIRST_ZEAL) * term_zeal()
    bustle = F.when(is_silent(), F.lit(0.0)).otherwise(_zeal(_FIRST_BUSTLE))
    bound = _bound(Dice(settings.seed))
    return _with_course(days).withColumns({"bound": bound, "share": share, "bustle": bustle})


def present(accounts: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Add the first and last day number within the span, ``since_day`` and ``last_day``, and a member's ``terms``."""
    since = F.greatest(F.col("joined_day"), F.lit(0))
    last = F.coalesce(F.col("churned_day"), F.lit(settings.days)) - 1
    return with_terms(accounts.withColumns({"since_day": since, "last_day": last}), settings)


def _weight(settings: SimulateSettings) -> Column:
    """Weigh a day by the personal week."""
    is_weekend = F.pmod(F.col("day") + settings.first_day.weekday(), F.lit(7)) >= 5
    weight = F.lit(1.0)
    for rhythm, (weekday, weekend) in _RHYTHMS.items():
        own = F.when(is_weekend, F.lit(weekend)).otherwise(F.lit(weekday))
        weight = F.when(F.col("rhythm") == rhythm, own).otherwise(weight)
    return weight


def _zeal(first: float) -> Column:
    """The factor by which newcomers outdo themselves: 1 + ``first`` on their first day, wearing off in weeks."""
    age = F.col("day") - F.col("joined_day")
    return F.lit(1.0) + F.lit(first) * F.exp(-age / F.lit(_ZEAL_DAYS))


def _with_course(every: DataFrame) -> DataFrame:
    """Walk the courses of one's interests in the order of their prerequisites, one after the other."""
    pace = F.lit(_PACE_DAYS["senior"])
    for level in ("junior", "intermediate"):
        pace = F.when(F.col("level") == level, F.lit(_PACE_DAYS[level])).otherwise(pace)
    pace = F.when(F.col("habit") == "buyer", F.lit(_BUYER_PACE_DAYS)).otherwise(pace)
    chain = F.when(F.col("level") == "junior", F.lit(2)).otherwise(F.lit(3))
    paced = every.withColumns({"pace": pace, "chain": chain, "progress": F.col("day") - F.col("since_day")})
    stepped = paced.withColumns(
        {"step": F.floor(F.col("progress") / F.col("pace")), "step_day": F.col("progress") % F.col("pace")}
    )
    turn = F.floor(F.col("step") / F.col("chain"))
    tag = F.get("interests", F.pmod(turn, F.size("interests")).cast("int"))
    number = (F.col("step") % F.col("chain") + 1).cast("string")
    return stepped.withColumn("course", F.concat_ws("-", tag, number))


def _bound(dice: Dice) -> Column:
    """List what must happen today: a registration, a course taken up or ended, a membership's step, a complaint.

    Of courses nothing happens in a silent term.
    """
    is_new = (F.col("joined_day") == F.col("day")) & ~F.col("is_bot")
    is_learner = F.col("habit") == "learner"
    starts = (F.col("step_day") == 0) & ~is_silent()
    ends = (F.col("step_day") == F.col("pace") - 1) & ~is_silent()
    kinds = {
        "register": is_new,
        "buy_course": starts & pays_courses(dice),
        "enroll": starts & is_learner,
        "complete": ends & is_learner,
    }
    listed = [F.when(condition, F.lit(kind)) for kind, condition in kinds.items()]
    return F.array_compact(F.array(*listed, step(), F.when(complains(), F.lit("complaint"))))


def pays_courses(dice: Dice) -> Column:
    """Say whether an account pays for the courses that it takes up: BOOLEAN."""
    pays = dice.happens("pays courses", _PAYS_COURSES, "account_number")
    return (F.col("habit") == "buyer") | ((F.col("habit") == "learner") & pays)


def registration_second(settings: SimulateSettings) -> Column:
    """Second of the local day, between five and six in the morning, at which an account is opened: INT."""
    return F.floor(18_000 + Dice(settings.seed).uniform("registered", "account_number") * 3_600).cast("int")


def moment(day: Column, second: Column, settings: SimulateSettings) -> Column:
    """Turn a day number and a second of that day into the platform's local time: TIMESTAMP_NTZ."""
    start = F.lit(settings.first_day.isoformat()).cast("timestamp_ntz")
    return start + F.make_dt_interval(day, F.lit(0), F.lit(0), second)


def day_date(day: Column, settings: SimulateSettings) -> Column:
    """Turn a day number into a DATE of the platform's calendar; null stays null."""
    return F.date_add(F.lit(settings.first_day), day)
