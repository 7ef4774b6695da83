import csv
import json
from collections import Counter
from datetime import datetime

import pytest

from learnlake.simulate import dirt
from learnlake.simulate.lines import ADVISORY_COLUMNS

SOURCES = {"academy_events": "academy/events", "forum_events": "forum/events", "advisory_events": "advisory/events"}
NAMES = {
    "academy_events": ("member_id", "kind", "at", "received_at"),
    "forum_events": ("member", "action", "ts", "received_ts"),
    "advisory_events": ("client_no", "kind", "at", "received_at"),
}


def found(source, lines):
    """Count what a reader can see is wrong with the lines, knowing nothing of how they were made."""
    seen = Counter(lines)
    kinds = Counter({dirt.DUPLICATE: sum(count - 1 for count in seen.values())})
    for line in seen:
        event = parsed(source, line)
        kinds.update([dirt.MALFORMED] if event is None else wrong(source, event))
    return {kind: count for kind, count in kinds.items() if count}


def parsed(source, line):
    if source == "advisory_events":
        cells = zip(ADVISORY_COLUMNS, next(csv.reader([line])), strict=True)
        return {name: cell for name, cell in cells if cell}
    try:
        return json.loads(line)
    except json.JSONDecodeError:
        return None


def wrong(source, event):
    account, kind, happened, received = NAMES[source]
    lag = (moment(event[received]) - moment(event[happened])).total_seconds()
    text = event.get("body", "")
    signs = {
        dirt.BOT: "bot" in event["agent"],
        dirt.MISSING_ACCOUNT: account not in event,
        dirt.UNKNOWN_TYPE: event[kind] == dirt.STRANGE_TYPE,
        dirt.FUTURE: lag < -300 * 86_400,
        dirt.LATE: lag > 86_400,
        dirt.NEGATIVE_DURATION: int(event.get("seconds", 0)) < 0,
        dirt.CONTACT: "@inbox.example" in text,
    }
    return [name for name, holds in signs.items() if holds]


def moment(value):
    return datetime.fromtimestamp(value) if isinstance(value, int) else datetime.fromisoformat(value)  # noqa: DTZ006  # a difference only


@pytest.mark.parametrize("source", SOURCES)
def test_the_truth_counts_what_a_reader_finds(source, world, counted):
    planted = {kind: count for (of, kind), count in counted.items() if of == source}
    assert found(source, world[SOURCES[source]]) == planted


def test_dirt_comes_in_about_its_shares(world, counted):
    lines = sum(len(world[log]) for log in SOURCES.values())
    robots = sum(count for (_, kind), count in counted.items() if kind == dirt.BOT)
    late = sum(count for (_, kind), count in counted.items() if kind == dirt.LATE)
    assert late / (lines - robots) == pytest.approx(dirt.SHARES[dirt.LATE], rel=0.5)


def test_three_prices_are_no_numbers(world, counted):
    prices = [line.split(",")[7] for line in world["academy/items"] if line.startswith("article/")]
    bad = [price for price in prices if not price.replace(".", "", 1).isdigit()]
    assert len(bad) == counted["academy_items", dirt.MALFORMED_PRICE] == 3
