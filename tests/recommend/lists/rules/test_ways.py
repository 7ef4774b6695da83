"""What is taken next and together, counted in memory."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.association import wilson
from learnlake.recommend.lists.rules.ways import next_ways, together, with_ways
from tests.recommend.lists.small import item, items_table

FIRST = date(2026, 3, 1)


def taken(*lists: str) -> pa.Table:
    """Return who took what: of each user a list of items, one a day."""
    rows = [
        (f"u{at:03d}", name, FIRST + timedelta(days=day))
        for at, names in enumerate(lists)
        for day, name in enumerate(names)
    ]
    users, items, days = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "user_id": pa.array(users, pa.string()),
            "item_id": pa.array(items, pa.string()),
            "taken_date": pa.array(days, pa.date32()),
        }
    )


def test_ways_are_told_that_are_gone_more_often_than_chance_would() -> None:
    rows = taken(*["ab"] * 12, *["ac"] * 4, *["db"] * 8, *["dc"] * 30)
    assert next_ways(rows, {}) == {
        "b": [{"item": "a", "share": pytest.approx(12 / 16)}],
        "c": [{"item": "d", "share": pytest.approx(30 / 38)}],
    }


def test_ways_are_those_between_things_of_a_kind() -> None:
    rows = taken(*["axb"] * 12, *["cxd"] * 12)
    assert set(next_ways(rows, {"x": "book"})) == {"b", "d"}
    assert next_ways(rows, dict.fromkeys("abcd", "course") | {"x": "book"})["b"] == [{"item": "a", "share": 1.0}]


def test_things_that_go_together_are_told_with_the_lower_end_of_the_confidence() -> None:
    rows = taken(*["ab"] * 30, *["a"] * 10, *["c"] * 100)
    low = wilson(np.array([30]), np.array([40]))[0][0]
    assert together(rows)["b"] == [{"items": ["a"], "confidence": pytest.approx(float(low))}]
    assert set(together(rows)) == {"a", "b"}


@pytest.mark.parametrize("rows", [taken(), taken("a"), taken(*["ab"] * 9)], ids=["nobody", "one", "nine"])
def test_too_few_tell_nothing(rows) -> None:
    assert (next_ways(rows, {}), together(rows)) == ({}, {})


def test_ways_come_into_the_rows_of_what_is_on_offer() -> None:
    rows = with_ways(items_table(item("a"), item("b")), taken(*["ab"] * 12, *["cd"] * 20))
    assert rows.column("next_of").to_pylist() == [None, [{"item": "a", "share": 1.0}]]
    assert rows.column("follows").to_pylist()[0][0]["items"] == ["b"]
