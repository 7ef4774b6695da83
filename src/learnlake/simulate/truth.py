"""What was planted in the logs, for those who check an answer."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.simulate import dirt
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.days import day_date, present
from learnlake.simulate.dice import Dice
from learnlake.simulate.homework import DEAD_END, FAILING, crams
from learnlake.simulate.logs import spoiled_deeds
from learnlake.simulate.registers import BAD_PRICES
from learnlake.simulate.settings import SimulateSettings


def truth(spark: SparkSession, settings: SimulateSettings) -> dict[str, DataFrame]:
    """Tell what was planted.

    Args:
        spark: the session; nothing runs before the caller writes.
        settings: those of the logs.

    Returns:
        Small frames by name: ``users`` (one row per account, key platform and login_id), ``dirt`` (one row per
        source and kind, with the number of lines), ``prerequisites`` (one row per item and what it requires), ``learners``
        (one row per learner's main account: its rhythm, and whether it crams), ``hurdles`` (one row per item at which
        many fail or stop) and ``renewals`` (one row per member and due date, key platform, login_id and due_on).
    """
    members, offered = accounts(spark, settings), items(spark, settings)
    spoiled = spoiled_deeds(members, offered, settings)
    requirements = offered.select(F.col("item_id").alias("item"), F.explode("prerequisites").alias("requires"))
    return {
        "users": _users(members, settings),
        "dirt": _dirt(spoiled, _bad_prices(spark)),
        "prerequisites": requirements,
        "learners": _learners(members, settings),
        "hurdles": _hurdles(spark),
        "renewals": _renewals(members, settings),
    }


def _users(members: DataFrame, settings: SimulateSettings) -> DataFrame:
    """List the accounts; ``account_segment`` is how the account behaves, ``segment`` the person behind it.

    ``role`` is what a helper is to the community, and shows on the forum only; null for all others.

    A robot has no segment; ``churned_on`` is the first day without any activity, null for those who stay.
    """
    churned = F.when(F.col("churned_day").isNotNull(), day_date(F.col("churned_day"), settings))
    account_segment = F.when(F.col("is_main"), F.col("segment")).otherwise(F.lit("visitor"))
    return members.select(
        "platform",
        "login_id",
        "person_id",
        "segment",
        "role",
        account_segment.alias("account_segment"),
        "level",
        "profession",
        "second_profession",
        "interests",
        "client_type",
        F.when(F.col("platform") == "advisory", F.col("organisation_id")).alias("organisation_id"),
        "has_consent",
        "is_linkable",
        "is_bot",
        day_date(F.col("joined_day"), settings).alias("joined_on"),
        churned.alias("churned_on"),
    )


def _learners(members: DataFrame, settings: SimulateSettings) -> DataFrame:
    own = members.where(F.col("habit") == "learner")
    return own.select("platform", "login_id", "person_id", "rhythm", crams(Dice(settings.seed)).alias("is_crammer"))


def _renewals(members: DataFrame, settings: SimulateSettings) -> DataFrame:
    """List the days on which a membership is renewed or cancelled, and how likely a renewal was.

    Due dates after the span, and of those who left for good before, are left out: nothing happens on them.
    """
    terms = present(members, settings).select(
        "platform", "login_id", "person_id", "last_day", F.explode("terms").alias("term")
    )
    due = terms.where(F.col("term.due_day") <= F.col("last_day"))
    return due.select(
        "platform",
        "login_id",
        "person_id",
        day_date(F.col("term.due_day"), settings).alias("due_on"),
        "term.probability",
        "term.cause",
        "term.has_renewed",
    )


def _hurdles(spark: SparkSession) -> DataFrame:
    rows = [*((item, "fails") for item in FAILING), (DEAD_END, "stops")]
    return spark.createDataFrame(rows, "item STRING, hurdle STRING")


def _dirt(spoiled: dict[str, DataFrame], counted: DataFrame) -> DataFrame:
    """Count what is wrong; ``bot`` and ``late`` lines are sound, ``duplicate`` counts the copies only."""
    for platform, lines in spoiled.items():
        named = F.lit(f"{platform}_events").alias("source")
        kinds = lines.where(F.col("dirt").isNotNull()).groupBy(named, F.col("dirt").alias("kind"))
        counted = counted.unionByName(kinds.agg(F.count("*").alias("line_count")))
    return counted


def _bad_prices(spark: SparkSession) -> DataFrame:
    rows = [("academy_items", dirt.MALFORMED_PRICE, len(BAD_PRICES))]
    return spark.createDataFrame(rows, "source STRING, kind STRING, line_count BIGINT")
