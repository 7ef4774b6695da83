from __future__ import annotations

import csv
import io

import pytest


def test_what_is_asked_about_is_told_with_its_names_and_week_by_week(say) -> None:
    """The tiny platform has one question, and its address is masked."""
    rows = list(csv.DictReader(io.StringIO(say("topics", "ways", "--format", "csv").stdout)))
    assert [(row["topic"], row["name"], row["mentions"], row["users"]) for row in rows] == [
        ("mail", "mail / 邮件", "1", "1")
    ]
    weeks = list(csv.DictReader(io.StringIO(say("topics", "ways", "--weeks", "--format", "csv").stdout)))
    assert [(row["week of"], row["mentions"], row["clients"]) for row in weeks] == [("2026-05-04", "1", "1")]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["topics", "way"], 2, "KIND: `way` is unknown; did you mean `ways`?"),
        (["topics", "ways", "--found", "--weeks"], 2, "ask one of the two"),
        (["topics", "ways", "--found"], 1, "nothing of ways is told"),
        (["topics", "ways", "--scheme", "job"], 1, "nothing of ways is told of scheme job"),
    ],
)
def test_wrong_use_and_nothing_found_are_one_sentence(say, words, status, said) -> None:
    found = say(*words)
    assert found.exit_code == status
    assert said in found.stderr
