"""The memberships of learners, term by term: what happens in a term decides how likely the next one is paid for."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice, below
from learnlake.simulate.settings import SimulateSettings

MEMBER_PERIOD_DAYS = 30
MEMBER_KINDS = ("subscribe", "renew", "cancel")
KEEN_ZEAL = 1.8
"""How much oftener a member comes in a keen term."""
COMPLAINT_DAYS = 12
"""Whoever complains does so on one of so many first days of the term."""
CAUSE_SHARES = {"silent": 0.25, "complains": 0.15, "keen": 0.30}
"""How many terms are silent, and how many of the others have a complaint or are keen; these two may meet."""
BASE_LOGIT = 0.6
EFFECTS = {"silent": -2.2, "complains": -1.8, "keen": 1.5}
"""What a cause adds to the log-odds of renewal at the end of its term; the strongest first."""
_MEMBER = 0.6
_BEGINS_WITHIN = 6


def with_terms(accounts: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Add the terms of a membership, up to the first that is not renewed; some reach beyond the span.

    Args:
        accounts: one row per account with ``since_day``, its first day within the span.
        settings: seed and span.

    Returns:
        The same rows with ``terms``, an array in their order, null of whoever never is a member. A term has begins_day and due_day
        (the day after its last; the next one begins on it if ``has_renewed``), probability (true chance of a renewal on
        due_day), cause (the strongest of what moved it; null: nothing did), is_silent, is_keen and complains_day
        (null: no complaint).
    """
    dice = Dice(settings.seed)
    is_member = (F.col("habit") == "learner") & dice.happens("member", _MEMBER, "account_number")
    first = F.col("since_day") + 1 + below(dice.uniform("membership begins", "account_number"), _BEGINS_WITHIN)
    numbers = F.sequence(F.lit(0), F.lit(settings.days // MEMBER_PERIOD_DAYS))
    drawn = F.when(is_member, F.transform(numbers, lambda number: _term(first, number, dice)))
    ended = F.array_position(F.transform("drawn", lambda term: term["has_renewed"]), value=False).cast("int")
    kept = F.slice("drawn", F.lit(1), F.when(ended > 0, ended).otherwise(F.size("drawn")))
    return accounts.withColumn("drawn", drawn).withColumn("terms", kept).drop("drawn")


def step() -> Column:
    """Name the step of a membership that is due on ``day``: one of ``MEMBER_KINDS``, null on other days."""
    elapsed, number = _elapsed(F.col("day")), term_of(F.col("day"))
    is_due = (elapsed >= 0) & (elapsed % MEMBER_PERIOD_DAYS == 0)
    return (
        F.when(is_due & (number == 0), F.lit("subscribe"))
        .when(is_due & (number < F.size("terms")), F.lit("renew"))
        .when(is_due & (number == F.size("terms")), F.lit("cancel"))
    )


def is_silent() -> Column:
    """Say whether ``day`` is in a term in which the member does nothing: BOOLEAN, never null."""
    return F.coalesce(_running()["is_silent"], F.lit(False))


def complains() -> Column:
    """Say whether the member complains on ``day``: BOOLEAN, never null."""
    return F.coalesce(_running()["complains_day"] == F.col("day"), F.lit(False))


def term_zeal() -> Column:
    """Give the factor on the share of active days that the running term brings: 0 if silent, 1 of no member."""
    keen = F.when(_running()["is_keen"], F.lit(KEEN_ZEAL)).otherwise(F.lit(1.0))
    return F.when(is_silent(), F.lit(0.0)).otherwise(keen)


def subscribes(day: int, within_days: int) -> Column:
    """Give the chance that the membership of a learner begins in the days after ``day``, seen from its end: DOUBLE."""
    passed = F.least(F.greatest(F.lit(day) - F.col("since_day"), F.lit(0)), F.lit(_BEGINS_WITHIN))
    ahead = F.least(F.lit(within_days), F.lit(_BEGINS_WITHIN) - passed)
    still = F.lit(1.0) - F.lit(_MEMBER) * passed / F.lit(_BEGINS_WITHIN)
    is_open = (F.col("habit") == "learner") & ~_has_begun(day)
    return F.when(is_open, F.lit(_MEMBER) * ahead / F.lit(_BEGINS_WITHIN) / still).otherwise(F.lit(0.0))


def term_of(day: Column) -> Column:
    """Number the terms from the first one of a member, as if all went on for ever; null of whoever never is a member: INT."""
    return F.floor(_elapsed(day) / MEMBER_PERIOD_DAYS).cast("int")


def silence_ahead(known_day: int) -> Column:
    """Give the chance that ``day``, at most a term after the known one, is in a silent term, seen from the known day's end: DOUBLE.

    The running term is known. Of the next one only how likely it is to come, and how many terms are silent.
    """
    running = term_of(F.lit(known_day))
    now, runs = F.get("terms", running), running < F.size("terms")
    comes = F.when(term_of(F.col("day")) > running, now["probability"] * F.lit(CAUSE_SHARES["silent"]))
    known = comes.otherwise(now["is_silent"].cast("double"))
    begins = subscribes(known_day, _BEGINS_WITHIN) * F.lit(CAUSE_SHARES["silent"])
    return F.when(_has_begun(known_day), F.when(runs, known).otherwise(F.lit(0.0))).otherwise(begins)


def _has_begun(day: int) -> Column:
    return F.coalesce(_elapsed(F.lit(day)) >= 0, F.lit(False))


def _term(first: Column, number: Column, dice: Dice) -> Column:
    """Draw what happens in a term, and whether it is renewed."""
    begins = first + number * MEMBER_PERIOD_DAYS
    keys = ("account_number", number)
    happens = {cause: dice.happens(f"{cause} term", share, *keys) for cause, share in CAUSE_SHARES.items()}
    silent = happens["silent"]
    holds = {cause: drawn if cause == "silent" else drawn & ~silent for cause, drawn in happens.items()}
    logit, cause = F.lit(BASE_LOGIT), F.lit(None).cast("string")
    for name in reversed(EFFECTS):
        logit = logit + F.when(holds[name], F.lit(EFFECTS[name])).otherwise(F.lit(0.0))
        cause = F.when(holds[name], F.lit(name)).otherwise(cause)
    probability = F.lit(1.0) / (F.lit(1.0) + F.exp(-logit))
    complaint = begins + below(dice.uniform("complaint day", *keys), COMPLAINT_DAYS)
    return F.struct(
        begins.alias("begins_day"),
        (begins + MEMBER_PERIOD_DAYS).alias("due_day"),
        probability.alias("probability"),
        cause.alias("cause"),
        silent.alias("is_silent"),
        holds["keen"].alias("is_keen"),
        F.when(holds["complains"], complaint).alias("complains_day"),
        (dice.uniform("renews", *keys) < probability).alias("has_renewed"),
    )


def _elapsed(day: Column) -> Column:
    return day - F.get("terms", F.lit(0))["begins_day"]


def _running() -> Column:
    """The term that ``day`` is in; null before the first and after the last."""
    return F.get("terms", term_of(F.col("day")))
