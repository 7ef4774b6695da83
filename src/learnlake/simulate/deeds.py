"""What an account does on an active day: one row per clean event, before any dirt."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.choices import with_item, with_topic
from learnlake.simulate.community import with_recipient
from learnlake.simulate.days import active_days, registration_second
from learnlake.simulate.details import with_details
from learnlake.simulate.dice import Dice
from learnlake.simulate.habits import KINDS, rate
from learnlake.simulate.homework import with_dead_end, with_homework
from learnlake.simulate.members import MEMBER_KINDS, is_silent
from learnlake.simulate.sequels import with_sequels
from learnlake.simulate.settings import SimulateSettings

_KEPT = (
    "person_id", "account_number", "login_id", "platform", "is_bot", "level", "language", "interests", "rhythm", "client_type",
    "day", "last_day", "course", "terms",
)  # fmt: skip
# Seconds between two short events, and between two sessions of study, which last up to 45 minutes.
_SHORT_GAP = 180
_LONG_GAP = 2760
_BOT_GAP = 40
_LAST_SECOND = 86_399
_LOOKS_AROUND, _LOOKING_DAYS = 0.15, 14
_BUYING = ("purchase", "buy_course")
"""Kinds that a log calls a purchase."""
# Hour of the day at which a visit usually starts, and its spread, both in hours.
_STARTS = {"weekdays": (18.5, 1.0), "weekends": (14.0, 2.0), "nights": (20.5, 0.5)}
_OFFICE = (9.5, 1.0)
# Nothing but registrations happens before this hour.
_DAWN = 6.1


def deeds(accounts: DataFrame, items: DataFrame, settings: SimulateSettings, platform: str) -> DataFrame:
    """Invent the events of one platform.

    Args:
        accounts: as made by :func:`learnlake.simulate.accounts.accounts`.
        items: as made by :func:`learnlake.simulate.catalogue.items`.
        settings: size, span and seed.
        platform: ``academy``, ``forum`` or ``advisory``.

    Returns:
        One row per event: the account's login and traits, day, second (of the day, local), event_type, item_id,
        topic, text, duration_seconds, amount, rating (1..5), points (0..100), request_type, to_person, vote, session, agent,
        and place (with account_number and day, the event's identity).
    """
    dice = Dice(settings.seed)
    here = accounts.where(F.col("platform") == platform)
    planned = _slots(active_days(here, settings), settings, platform)
    chosen = with_item(with_topic(planned, dice), settings, platform)
    worked = with_dead_end(with_homework(with_sequels(chosen, dice), dice), dice)
    # What was put off to a day of a silent term, or would follow on it, does not happen.
    heard = worked.where(~is_silent() | F.col("event_type").isin(*MEMBER_KINDS)).drop("terms")
    return with_details(with_recipient(heard, dice), items, dice)


def looks_around(dice: Dice) -> Column:
    """Say whether an account still searches on ``day`` where it would buy: BOOLEAN."""
    looks = (F.col("habit") == "buyer") & dice.happens("looks around", _LOOKS_AROUND, "account_number")
    return looks & (F.col("day") < F.col("since_day") + _LOOKING_DAYS)


def _slots(days: DataFrame, settings: SimulateSettings, platform: str) -> DataFrame:
    """Open an active day up into its events, each with its second of the day."""
    dice = Dice(settings.seed)
    drawn = F.flatten(F.array(*(_repeated(platform, kind, dice) for kind in KINDS[platform])))
    listed = days.withColumns({"kinds": _looking(F.concat("bound", drawn), dice), "start": _start(dice)})
    shorts = F.array_position("kinds", "study").cast("int") - 1
    counted = listed.withColumn("short_count", F.when(shorts < 0, F.size("kinds")).otherwise(shorts))
    opened = counted.select(*_KEPT, "start", "short_count", F.posexplode("kinds").alias("place", "kind"))
    is_registration = F.col("kind") == "register"
    second = F.when(is_registration, registration_second(settings)).otherwise(_second(dice))
    return opened.withColumn("second", second).drop("start", "short_count")


def _looking(kinds: Column, dice: Dice) -> Column:
    """Let some buyers search in their first weeks where they would buy: planted before their first purchase."""
    looks = looks_around(dice)
    return F.transform(kinds, lambda kind: F.when(looks & kind.isin(*_BUYING), F.lit("search")).otherwise(kind))


def _repeated(platform: str, kind: str, dice: Dice) -> Column:
    """Say a kind of event as often as it happens on a day, its mean rounded up or down by chance."""
    mean = rate(F.col("habit"), platform, kind) * F.col("mood")
    return F.array_repeat(F.lit(kind), F.floor(mean + dice.uniform(kind, "account_number", "day")).cast("int"))


def _start(dice: Dice) -> Column:
    """Second of the day at which the visit starts."""
    nudge = dice.normal("start", "account_number", "day")
    is_office = (F.col("platform") == "advisory") & (F.col("client_type") == "enterprise")
    centre, width = F.when(is_office, _OFFICE[0]), F.when(is_office, _OFFICE[1])
    for rhythm, start in _STARTS.items():
        is_own = F.col("rhythm") == rhythm
        centre, width = centre.when(is_own, start[0]), width.when(is_own, start[1])
    hour = F.when(F.col("is_bot"), _DAWN).otherwise(F.greatest(F.lit(_DAWN), centre + width * nudge))
    return (hour * 3600).cast("int")


def _second(dice: Dice) -> Column:
    gap = F.when(F.col("is_bot"), F.lit(_BOT_GAP)).otherwise(F.lit(_SHORT_GAP))
    shorts = F.least(F.col("place"), F.col("short_count"))
    longs = F.greatest(F.col("place") - F.col("short_count"), F.lit(0))
    jitter = F.floor(dice.uniform("jitter", "account_number", "day", "place") * F.when(longs > 0, 60).otherwise(gap))
    second = F.col("start") + shorts * gap + longs * _LONG_GAP + jitter
    return F.least(second, F.lit(_LAST_SECOND) - F.pmod(F.col("place"), F.lit(600))).cast("int")
