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
    account_columns,
    account_lines,
    item_columns,
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
    members, offered = accounts(spark, settings), items(spark, settings)
    lists = [log for platform in PLATFORMS for log in _lists(members, offered, settings, platform)]
    return (*lists, *_events(spoiled_deeds(members, offered, settings), settings))


def spoiled_deeds(members: DataFrame, offered: DataFrame, settings: SimulateSettings) -> dict[str, DataFrame]:
    """Invent the events of each platform, each with what is wrong with its line; one row per event.

    Args:
        members: as made by :func:`learnlake.simulate.accounts.accounts`.
        offered: as made by :func:`learnlake.simulate.catalogue.items`.
        settings: size, span and seed.

    Returns:
        Frames by platform.
    """
    return {
        platform: soiled(deeds(members, offered, settings, platform), settings, is_json=platform != "advisory")
        for platform in PLATFORMS
    }


def _lists(members: DataFrame, offered: DataFrame, settings: SimulateSettings, platform: str) -> Iterator[Log]:
    columns = ",".join(account_columns(platform))
    yield Log(f"{platform}/{ACCOUNT_LOGS[platform]}", "csv", columns, account_lines(members, settings, platform))
    if platform == "forum":
        yield Log("forum/items", "json", None, item_json_lines(offered, platform))
    else:
        yield Log(f"{platform}/items", "csv", ",".join(item_columns(platform)), item_csv_lines(offered, platform))


def _events(spoiled: dict[str, DataFrame], settings: SimulateSettings) -> Iterator[Log]:
    yield Log("academy/events", "json", None, written(academy_lines(spoiled["academy"], settings)))
    yield Log("forum/events", "json", None, written(forum_lines(spoiled["forum"], settings)))
    header = ",".join(ADVISORY_COLUMNS)
    yield Log("advisory/events", "csv", header, written(advisory_lines(spoiled["advisory"], settings)))
