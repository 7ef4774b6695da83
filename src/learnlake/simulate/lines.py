"""How each platform writes an event down: field names, nesting and clocks of its own."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.simulate.accounts import forum_login
from learnlake.simulate.days import moment
from learnlake.simulate.settings import SimulateSettings

FORUM_ZONE = "Europe/Berlin"
ADVISORY_COLUMNS = (
    "event_id", "client_no", "kind", "at", "received_at", "item", "request_type", "hours", "seconds",
    "fee", "currency", "details", "agent", "visit",
)  # fmt: skip
_CSV = {"quoteAll": "false", "escape": '"'}


def academy_lines(deeds: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Write events as nested JSON with ISO times and their zone.

    Args:
        deeds: one row per event, soiled.
        settings: the span.

    Returns:
        ``value``, one raw line per event, and ``dirt``.
    """
    money = F.struct(F.col("amount").cast("string").alias("amount"), F.col("currency"))
    result = F.struct(F.col("points"), F.col("rating").alias("stars"))
    is_graded = F.col("points").isNotNull() | F.col("rating").isNotNull()
    line = F.struct(
        F.col("event_id"),
        F.col("login_id").cast("bigint").alias("member_id"),
        F.col("event_type").alias("kind"),
        _with_zone(_claimed(settings)).alias("at"),
        _with_zone(_received(settings)).alias("received_at"),
        F.col("item_id").alias("item"),
        F.col("duration_seconds").alias("seconds"),
        F.when(F.col("amount").isNotNull(), money).alias("payment"),
        F.when(is_graded, result).alias("result"),
        F.col("text").alias("words"),
        F.struct("session", "channel").alias("visit"),
        F.col("agent"),
    )
    return deeds.select(F.to_json(line).alias("value"), "dirt")


def forum_lines(deeds: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Write events as flat JSON with seconds since 1970.

    Args:
        deeds: one row per event, soiled.
        settings: the span.

    Returns:
        ``value``, one raw line per event, and ``dirt``.
    """
    line = F.struct(
        F.col("event_id").alias("id"),
        F.col("login_id").alias("member"),
        F.col("event_type").alias("action"),
        _epoch(_claimed(settings)).alias("ts"),
        _epoch(_received(settings)).alias("received_ts"),
        F.col("item_id").alias("target"),
        forum_login(F.col("to_person")).alias("to"),
        F.col("vote"),
        F.col("duration_seconds").alias("seconds"),
        F.col("text").alias("body"),
        F.col("session"),
        F.col("agent"),
    )
    return deeds.select(F.to_json(line).alias("value"), "dirt")


def advisory_lines(deeds: DataFrame, settings: SimulateSettings) -> DataFrame:
    """Write events as CSV, in the order of ``ADVISORY_COLUMNS``, with local times that name no zone.

    Args:
        deeds: one row per event, soiled.
        settings: the span.

    Returns:
        ``value``, one raw line per event, and ``dirt``.
    """
    is_request = F.col("kind").isin("consult_request", "consult")
    named = {
        "event_id": F.col("event_id"),
        "client_no": F.col("login_id"),
        "kind": F.col("event_type"),
        "at": _claimed(settings),
        "received_at": _received(settings),
        "item": F.col("item_id"),
        "request_type": F.when(is_request, F.col("request_type")),
        "hours": F.col("hours"),
        "seconds": F.col("duration_seconds"),
        "fee": F.col("amount"),
        "currency": F.when(F.col("amount").isNotNull(), F.col("currency")),
        "details": F.col("text"),
        "agent": F.col("agent"),
        "visit": F.col("session"),
    }
    cells = F.struct(*(named[name].cast("string").alias(name) for name in ADVISORY_COLUMNS))
    return deeds.select(csv_line(cells).alias("value"), "dirt")


def csv_line(cells: Column) -> Column:
    """Write a struct of strings as one CSV line; quotes inside a cell are doubled, null is empty."""
    return F.to_csv(cells, _CSV)


def _claimed(settings: SimulateSettings) -> Column:
    """When the line says it happened, local."""
    return moment(F.col("claimed_day"), F.col("second"), settings).cast("string")


def _received(settings: SimulateSettings) -> Column:
    """When the platform's collector had it, local."""
    return moment(F.col("day"), F.col("second") + F.col("received_delay_seconds"), settings).cast("string")


def _with_zone(local: Column) -> Column:
    """ISO time at the academy: Shanghai is eight hours ahead all year."""
    return F.concat(F.replace(local, F.lit(" "), F.lit("T")), F.lit("+08:00"))


def _epoch(local: Column) -> Column:
    """Seconds since 1970 of a local time in Berlin; nobody is awake in the hour that summer time skips."""
    return F.unix_seconds(F.concat(local, F.lit(f" {FORUM_ZONE}")).cast("timestamp"))
