"""What goes wrong with a log, in known amounts; a line has at most one thing wrong with it."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.dice import Dice
from learnlake.simulate.settings import SimulateSettings

DUPLICATE = "duplicate"
MISSING_ACCOUNT = "missing_account"
MALFORMED = "malformed_line"
UNKNOWN_TYPE = "unknown_event_type"
FUTURE = "future"
LATE = "late"
NEGATIVE_DURATION = "negative_duration"
BOT = "bot"
CONTACT = "contact_in_text"
MALFORMED_PRICE = "malformed_price"
STRANGE_TYPE = "heartbeat"
FUTURE_DAYS = 365
# Characters left of a truncated line; every line is longer.
_CUT_LENGTH = 110
_NO_LIMIT = 1_000_000

SHARES: Mapping[str, float] = {
    DUPLICATE: 0.010,
    MISSING_ACCOUNT: 0.003,
    MALFORMED: 0.002,
    UNKNOWN_TYPE: 0.001,
    FUTURE: 0.001,
    LATE: 0.010,
    NEGATIVE_DURATION: 0.003,
}
"""Shares of the lines drawn; a duration can be negative only where there is one, about a third of the lines."""


def soiled(deeds: DataFrame, settings: SimulateSettings, *, is_json: bool) -> DataFrame:
    """Say what is wrong with each line.

    Args:
        deeds: one row per event, as left by :func:`learnlake.simulate.deeds.deeds`.
        settings: the seed.
        is_json: whether the lines are JSON; a truncated CSV line would still be a line.

    Returns:
        The same rows with ``dirt`` (one of the names above; null: a clean line), with account, event type,
        day and duration already spoiled where the dirt says so, and ``received_delay_seconds`` after the
        true moment.
    """
    dice = Dice(settings.seed)
    marked = deeds.withColumn("dirt", _kind(dice, is_json=is_json))
    wait = 1 + F.floor(dice.uniform("delay", "event_id") * 60)
    late = 2 * 86_400 + F.floor(dice.uniform("late", "event_id") * 7 * 86_400)
    dirt = F.col("dirt")
    return marked.withColumns(
        {
            "received_delay_seconds": F.when(dirt == LATE, late).otherwise(wait).cast("int"),
            "login_id": F.when(_is_not(MISSING_ACCOUNT), F.col("login_id")),
            "event_type": F.when(_is_not(UNKNOWN_TYPE), F.col("event_type")).otherwise(F.lit(STRANGE_TYPE)),
            "claimed_day": F.col("day") + F.when(dirt == FUTURE, FUTURE_DAYS).otherwise(0),
            "duration_seconds": F.col("duration_seconds") * F.when(dirt == NEGATIVE_DURATION, -1).otherwise(1),
        }
    )


def written(lines: DataFrame) -> DataFrame:
    """Truncate the malformed lines, repeat the duplicates.

    Args:
        lines: one row per event with ``value``, its raw line, and ``dirt``.

    Returns:
        One column ``value``: one row is one line of the log.
    """
    # The line is named once: each time an expression names it, Spark writes it anew.
    length = F.when(F.col("dirt") == MALFORMED, _CUT_LENGTH).otherwise(_NO_LIMIT)
    value = F.substring(F.col("value"), F.lit(1), length)
    times = F.when(F.col("dirt") == DUPLICATE, 2).otherwise(1)
    return lines.select(F.explode(F.array_repeat(value, times)).alias("value"))


def _is_not(kind: str) -> Column:
    return F.col("dirt").isNull() | (F.col("dirt") != kind)


def _kind(dice: Dice, *, is_json: bool) -> Column:
    draw = dice.uniform("dirt", "event_id")
    bounds = {kind: sum(list(SHARES.values())[: place + 1]) for place, kind in enumerate(SHARES)}
    kind = F.lit(None).cast("string")
    for name in reversed(list(SHARES)):
        kind = F.when(draw < bounds[name], F.lit(name)).otherwise(kind)
    cannot_be = (kind == NEGATIVE_DURATION) & (F.coalesce(F.col("duration_seconds"), F.lit(0)) == 0)
    if not is_json:
        cannot_be = cannot_be | (kind == MALFORMED)
    spoiled = F.when(~F.coalesce(cannot_be, F.lit(False)), kind)
    return F.when(F.col("is_bot"), F.lit(BOT)).when(F.col("has_contact"), F.lit(CONTACT)).otherwise(spoiled)
