from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake.store import Store
from learnlake.lake.tables.recommend import PREFERENCES, RECOMMENDATIONS
from learnlake.lake.tables.silver import EVENTS, ITEMS
from tests.drawing import draw, seen
from tests.tiny import DAY

TURNED = f"""
    as_of_date | user_id | item_id | strength | signal_count | last_signal_date | is_finished | is_refunded | is_disliked | is_familiar
    {DAY}      | ann     | go-1    | 1.0      | 1            | {DAY}            | false       | false       | false       | false
    {DAY}      | bob     | go-2    | 1.0      | 1            | {DAY}            | false       | false       | false       | false
    {DAY}      | cal     | go-2    | 1.0      | 1            | {DAY}            | false       | false       | false       | false
"""
OFFER = """
    item_id | known_from          | platform | item_kind | title | tags   | published_at        | source | mapping | source_file | source_position | received_at
    go-1    | 2026-01-01T00:00:00 | school   | course    | Go 1  | ['go'] | 2026-01-01T00:00:00 | s      | m       | f           | 1               | 2026-01-01T00:00:00
    go-2    | 2026-01-01T00:00:00 | school   | course    | Go 2  | ['go'] | 2026-01-01T00:00:00 | s      | m       | f           | 2               | 2026-01-01T00:00:00
    go-3    | 2026-01-01T00:00:00 | school   | course    | Go 3  | ['go'] | 2026-01-01T00:00:00 | s      | m       | f           | 3               | 2026-01-01T00:00:00
"""
DONE = """
    event_id | platform | account_id | event_type | item_id | occurred_at         | event_date | source | mapping | source_file | source_position | received_at
    1        | school   | ann        | view       | go-1    | 2026-05-10T10:00:00 | 2026-05-10 | s      | m       | f           | 1               | 2026-05-11T00:00:00
"""
LISTED = f"""
    as_of_date | placement | user_id | rank | item_id | item_kind | finder   | reason_code | is_explored | list_id
    {DAY}      | next      | ann     | 1    | go-2    | course    | segment  | many_take   | false       | L1
"""


@pytest.fixture(scope="module")
def lake(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with three courses and what three people turned to; no model is published."""
    folder = tmp_path_factory.mktemp("lists")
    store = Store(spark, str(folder))
    for table, text in ((PREFERENCES, TURNED), (RECOMMENDATIONS, LISTED)):
        store.replace_days(draw(table, text), table, DAY)
    for table, text in ((ITEMS, OFFER), (EVENTS, DONE)):
        sound = {"reasons": F.array().cast("array<string>"), "row": F.lit(None).cast("string")}
        store.settle(seen(draw(table, text)).withColumns(sound), table)
    return folder


def told(found) -> list[tuple[str, str, str]]:
    assert found.exit_code == 0, found.stderr
    return [(row["rank"], row["item_id"], row["reason_zh"]) for row in csv.DictReader(io.StringIO(found.stdout))]


def test_a_list_is_told_with_reasons_in_both_languages(say, lake) -> None:
    found = say("recommend", "ann", "--format", "csv", lake=lake)
    assert told(found) == [("1", "go-2", "近期很多人在看"), ("2", "go-1", "近期很多人在看")]
    assert f"By what was known on {DAY}" in " ".join(found.stderr.split())


@pytest.mark.full
def test_what_a_user_says_counts_at_once_and_is_not_stored(say, lake) -> None:
    words = ("recommend", "ann", "--placement", "next", "--format", "csv")
    first = told(say(*words, "--not-interested", "go-2", "--already-know", "go-1", lake=lake))
    assert [row[1] for row in first] == ["go-3"]
    assert [row[1] for row in told(say(*words, lake=lake))] == ["go-2", "go-1"]


@pytest.mark.full
def test_a_stranger_gets_what_is_popular_only_if_an_account_is_known(say, lake) -> None:
    found = say("recommend", "nobody", lake=lake)
    assert found.exit_code == 1
    assert "there is nothing to show to user nobody: the id is unknown" in " ".join(found.stderr.split())


def test_an_unknown_placement_is_refused_with_the_near_match(say, lake) -> None:
    found = say("recommend", "ann", "--placement", "nxt", lake=lake)
    assert found.exit_code == 2
    assert "`nxt` is unknown; did you mean `next`" in " ".join(found.stderr.split())


def test_placements_are_counted(say, lake) -> None:
    found = say("lists", "--format", "csv", lake=lake)
    assert found.exit_code == 0, found.stderr
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert [(row["placement"], row["user_count"], row["mostly_found_by"]) for row in rows] == [("next", "1", "segment")]


@pytest.mark.full
def test_what_lists_are_like_is_told_of_each_placement(say, lake) -> None:
    """One of three courses is shown, once; two of the three people had turned to it; its topic is the only one there is."""
    found = say("lists", "--quality", "--format", "csv", lake=lake)
    assert found.exit_code == 0, found.stderr
    (row,) = csv.DictReader(io.StringIO(found.stdout))
    assert (row["placement"], row["item_count"], row["shown_count"]) == ("next", "3", "1")
    assert [float(row[name]) for name in ("coverage", "gini", "top_decile_share")] == [0.3333, 0.6667, 1.0]
    assert float(row["novelty"]) == pytest.approx(0.585, abs=1e-4), "-log2(2 / 3)"
    assert float(row["miscalibration"]) == 0.0
    assert row["diversity"] == "", "one item has nothing to differ from"
