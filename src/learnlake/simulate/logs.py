"""The raw logs of the three invented platforms."""

from collections.abc import Iterator
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from learnlake.simulate.accounts import PLATFORMS, accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.deeds import deeds
from learnlake.simulate.dirt import soiled, written
from learnlake.simulate.lines import ADVISORY_COLUMNS, academy_lines, advisory_lines, forum_lines
from learnlake.simulate.registers import (
    ITEM_COLUMNS,
    account_columns,
    account_lines,
    item_csv_lines,
    item_json_lines,
)
from learnlake.simulate.settings import SimulateSettings

ACCOUNT_LOGS = {"academy": "accounts", "forum": "members", "advisory": "clients"}


@dataclass(frozen=True)
class Log:
    """One raw log, to be written by the caller as lines of text.

    Attributes:
        name: platform and log, as in ``academy/events``.
        suffix: ``json`` or ``csv``.
        header: the first line of a CSV file; null for JSON.
        lines: one STRING column ``value``; one row is one raw line, in no order.
    """

    name: str
    suffix: str
    header: str | None
    lines: DataFrame


def logs(spark: SparkSession, settings: SimulateSettings) -> tuple[Log, ...]:
    """Invent the raw logs: accounts, items and events of each platform.

    Args:
        spark: the session; nothing runs before the caller writes.
        settings: size, span and seed; equal settings give equal sets of lines.

    Returns:
        Nine logs, each name once.
    """
    registers = [log for platform in PLATFORMS for log in _registers(spark, settings, platform)]
    return (*registers, *_events(spark, settings))


def spoiled_deeds(spark: SparkSession, settings: SimulateSettings, platform: str) -> DataFrame:
    """Invent the events of one platform, each with what is wrong with its line; one row per event."""
    return soiled(deeds(spark, settings, platform), settings, is_json=platform != "advisory")


def _registers(spark: SparkSession, settings: SimulateSettings, platform: str) -> Iterator[Log]:
    members = account_lines(accounts(spark, settings), settings, platform)
    yield Log(f"{platform}/{ACCOUNT_LOGS[platform]}", "csv", ",".join(account_columns(platform)), members)
    offered = items(spark, settings)
    if platform == "forum":
        yield Log("forum/items", "json", None, item_json_lines(offered, platform))
    else:
        yield Log(f"{platform}/items", "csv", ",".join(ITEM_COLUMNS), item_csv_lines(offered, platform))


def _events(spark: SparkSession, settings: SimulateSettings) -> Iterator[Log]:
    academy, forum, advisory = (spoiled_deeds(spark, settings, platform) for platform in PLATFORMS)
    yield Log("academy/events", "json", None, written(academy_lines(academy, settings)))
    yield Log("forum/events", "json", None, written(forum_lines(forum, settings)))
    header = ",".join(ADVISORY_COLUMNS)
    yield Log("advisory/events", "csv", header, written(advisory_lines(advisory, settings)))
