from __future__ import annotations

import csv
import io

import pytest


def rows_of(found) -> list[dict[str, str]]:
    assert found.exit_code == 0, found.stderr
    return list(csv.DictReader(io.StringIO(found.stdout)))


def test_habits_are_told_of_every_learner(say) -> None:
    """The twelve who study do so every second morning, all alike: what all do is nobody's habit, but all are steady."""
    rows = {row["what"]: row for row in rows_of(say("habits", "--format", "csv"))}
    assert rows["studies in the morning"]["users"] == "12"
    assert rows["studies in the morning"]["said"].startswith("0.0 %")
    assert rows["studies steadily"]["said"].startswith("100.0 %")
    assert rows["days between days of study"]["said"] == "2.0 (half of them 2.0 to 2.0)"


def test_habits_are_told_of_each_segment(say) -> None:
    rows = rows_of(say("habits", "--scheme", "zeal", "--format", "csv"))
    assert {row["segment"] for row in rows} == {"keen"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["habits", "--scheme", "nobody"], "nobody of scheme nobody studied by 2026-05-10"),
        (["habits", "--as-of", "2020-01-01"], "gold.study_habits has no such day"),
        (["stuck"], "gold.stuck_points has no rows yet"),
    ],
)
def test_wrong_use_is_one_sentence(say, words, said) -> None:
    found = say(*words)
    assert found.exit_code in (1, 2)
    assert said in " ".join(found.stderr.split())
