from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest

from tests.tiny import DAY


def test_a_forecast_follows_what_was_and_is_drawn_beside_the_data(say) -> None:
    found = say("forecast", "minutes", "--scheme", "zeal", "--segment", "keen", "--format", "csv")
    assert found.exit_code == 0, found.stderr
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    was = [row for row in rows if row["value"]]
    ahead = [row for row in rows if row["forecast"]]
    assert len(was) == 28
    assert [row["period_start"] for row in ahead] == [str(DAY + timedelta(days=n)) for n in range(1, 8)]
    assert all(float(row["low_95"]) <= float(row["forecast"]) <= float(row["high_95"]) for row in ahead)
    assert {row["segment_id"] for row in rows} == {"keen"}
    assert found.stderr.startswith("keen: ")
    assert len(found.stderr.strip()) == len("keen:  ") + 28 + 7


@pytest.mark.parametrize(
    ("words", "columns"),
    [
        (["funnel", "starts"], ["segment", "step", "name", "users"]),
        (["retention"], ["cohort", "users", "0"]),
        (["lifecycle"], ["28 days before", "users", "new"]),
    ],
)
def test_journeys_are_told_as_tables(say, words, columns) -> None:
    found = say(*words, "--format", "csv")
    assert found.exit_code == 0, found.stderr
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert rows
    assert list(rows[0])[: len(columns)] == columns


def test_the_funnel_of_learners_counts_every_learner(say) -> None:
    rows = list(csv.DictReader(io.StringIO(say("funnel", "starts", "--format", "csv").stdout)))
    assert [(row["step"], row["users"]) for row in rows] == [("1", "12"), ("2", "12")]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["funnel", "start"], "NAME: `start` is unknown; did you mean `starts`?"),
        (["funnel", "starts", "--scheme", "job"], "nobody of scheme job entered the funnel starts"),
        (["retention", "classic"], "KIND: `classic` is unknown"),
        (["survival", "second"], "KIND: `second` is unknown"),
        (["rules"], "gold.item_rules has no rows yet"),
        (["rules", "--scope", "courses"], "--scope: `courses` is unknown; known: deeds"),
        (["rules", "--ordered", "--next"], "two questions"),
        (["lifecycle", "--scheme", "job"], "job/all has no users"),
    ],
)
def test_wrong_use_of_journeys_is_one_sentence(say, words, said) -> None:
    found = say(*words)
    assert found.exit_code in (1, 2)
    assert said in " ".join(found.stderr.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["minute"], "METRIC: `minute` is unknown; did you mean `minutes`?"),
        (["views"], "METRIC: `views` is counted but not forecast"),
        (["minutes", "--period", "week"], "--period: `week` is unknown"),
        (["minutes", "--scheme", "job"], "no series of job is forecast"),
        (["minutes", "--as-of", "2020-01-01"], "gold.forecasts has no such day"),
    ],
)
def test_wrong_use_is_one_sentence(say, words, said) -> None:
    found = say("forecast", *words)
    assert found.exit_code in (1, 2)
    assert said in " ".join(found.stderr.split())
