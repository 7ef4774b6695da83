from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.errors import ContractError
from learnlake.lake import columns as c
from learnlake.lake.slices import Slice, Slices, Tally, looked_over, tallied
from learnlake.lake.table import Layer, Refresh, Table
from tests.drawing import draw

NOTES = Table(
    layer=Layer.SILVER,
    name="notes",
    grain="one note of one user, as far as it became visible on one day",
    columns=(c.USER_ID, c.VISIBLE_FROM, c.SCORE, c.ATTRIBUTES, c.TOPICS, c.TEXT, c.TITLE, c.MODEL_VERSION),
    key=(c.USER_ID, c.VISIBLE_FROM),
    refresh=Refresh.replace_slices(c.VISIBLE_FROM),
    dated_by=c.VISIBLE_FROM,
)
ROWS = """
    user_id | visible_from | score       | attributes           | topics     | text | title | model_version
    ann     | 2026-05-01   | 0.123456789 | {'a': '1', 'b': '2'} | ['x', 'y'] | hi   | -     | 1
    bob     | 2026-05-01   | -           | -                    | []         | -    | -     | 1
    cyd     | 2026-05-02   | 0.5         | {}                   | -          | -    | -     | 1
"""
MAY_1, MAY_2, MAY_3 = (date(2026, 5, day) for day in (1, 2, 3))


def notes(old: str = "", new: str = "") -> DataFrame:
    assert old in ROWS
    return draw(NOTES, ROWS.replace(old, new) if old else ROWS)


@pytest.mark.parametrize(
    ("old", "new", "is_same"),
    [
        ("0.123456789", "0.1234567890001", True),
        ("0.123456789", "0.12345679", False),
        ("{'a': '1', 'b': '2'}", "{'b': '2', 'a': '1'}", True),
        ("{'a': '1', 'b': '2'}", "{'a': '2', 'b': '1'}", False),
        ("['x', 'y']", "['y', 'x']", False),
        ("| hi   | -     | 1", "| -    | hi    | 1", False),
        ("hi   | -     | 1", "hi   | -     | 2", True),
        ("-                    | []", "{}                   | - ", False),
    ],
    ids=range(8),
)
def test_equal_content_has_equal_digests_and_other_content_others(
    spark: SparkSession, old: str, new: str, *, is_same: bool
) -> None:
    before, after = tallied(notes(), NOTES), tallied(notes(old, new), NOTES)
    assert {day: tally.rows for day, tally in before.items()} == {MAY_1: 2, MAY_2: 1}
    assert (before[MAY_1] == after[MAY_1]) == is_same
    assert before[MAY_2] == after[MAY_2]


def test_digests_of_parts_add_up_in_any_order_and_are_told_with_the_look_at_the_key(spark: SparkSession) -> None:
    rows = notes()
    one, two = tallied(rows.where("user_id = 'bob'"), NOTES), tallied(rows.where("user_id <> 'bob'"), NOTES)
    whole = looked_over(rows.orderBy("score"), NOTES)
    assert whole == tallied(rows, NOTES)
    assert one[MAY_1].digest + two[MAY_1].digest == whole[MAY_1].digest


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bob  ", "ann  ", "1 keys (user_id, visible_from) occur more than once and 0 lack a part"),
        ("bob  ", "-    ", "0 keys (user_id, visible_from) occur more than once and 1 lack a part"),
        ("2026-05-02", "-         ", "0 keys (user_id, visible_from) occur more than once and 1 lack a part"),
    ],
    ids=["twice", "without a user", "without a day"],
)
def test_a_broken_key_is_refused(spark: SparkSession, old: str, new: str, said: str) -> None:
    with pytest.raises(ContractError) as refused:
        looked_over(notes(old, new), NOTES)
    assert said in str(refused.value)


def test_rows_without_a_day_are_refused(spark: SparkSession) -> None:
    with pytest.raises(ContractError, match=r"silver\.notes: 1 rows have no visible_from"):
        tallied(notes("2026-05-02", "-         "), NOTES)


def test_what_was_replaced_added_and_counted_anew_is_known_with_what_came_and_went() -> None:
    slices = Slices()
    slices.added(NOTES, {MAY_1: Tally(2, 20), MAY_2: Tally(1, 5)}, 1)
    slices.added(NOTES, {MAY_1: Tally(1, 7)}, 2)
    slices.replaced(NOTES, {MAY_2: Tally(3, 9)}, (MAY_2, MAY_3), 3, {MAY_2: "two", MAY_3: "three"})
    assert slices.held[NOTES.full_name] == {
        MAY_1: Slice(3, 27, 3, 2),
        MAY_2: Slice(3, 9, 1 + 1 + 3, 3, "two"),
        MAY_3: Slice(0, 0, 0, 3, "three"),
    }
    slices.unwritten.clear()
    slices.replaced(NOTES, {MAY_2: Tally(3, 9)}, (MAY_2,), 4, {MAY_2: "two"})
    slices.recounted(NOTES, {MAY_1: Tally(3, 27), MAY_2: Tally(3, 9)}, 5)
    assert slices.unwritten == {}, "equal content is no news"
    slices.recounted(NOTES, {MAY_1: Tally(2, 20)}, 6)
    assert slices.held[NOTES.full_name][MAY_1] == Slice(2, 20, 4, 6)
    assert slices.held[NOTES.full_name][MAY_2] == Slice(0, 0, 8, 6), (
        "of an emptied slice nobody knows what it was made of"
    )


def test_a_fingerprint_is_of_what_a_day_may_see_and_an_empty_slice_is_none() -> None:
    slices = Slices()
    slices.added(NOTES, {MAY_1: Tally(2, 20), MAY_3: Tally(1, 5)}, 1)
    before = [slices.fingerprint(NOTES, until=day) for day in (MAY_1, MAY_2, MAY_3)]
    assert before[0] == before[1] != before[2]
    slices.replaced(NOTES, {}, (MAY_2,), 2)
    assert slices.fingerprint(NOTES, until=MAY_2) == before[1]
    slices.added(NOTES, {MAY_2: Tally(1, 1)}, 3)
    after = [slices.fingerprint(NOTES, until=day) for day in (MAY_1, MAY_2, MAY_3)]
    assert after[0] == before[0]
    assert len({*before, *after}) == 4
    assert slices.fingerprint(NOTES, since=MAY_1, until=MAY_2) != slices.fingerprint(NOTES, since=MAY_2, until=MAY_3)
    seen = slices.fingerprints(NOTES)
    assert seen(date(2026, 4, 1)) == ""
    assert len({seen(MAY_1), seen(MAY_2), seen(MAY_3)}) == 3
    assert seen(MAY_3) == seen(date(2027, 1, 1))
    assert (slices.version(NOTES), slices.among(NOTES, since=MAY_1, until=MAY_2).keys()) == (3, {MAY_2})


def test_a_slice_that_was_written_anew_while_it_was_written_down_is_not_forgotten() -> None:
    slices = Slices()
    slices.added(NOTES, {MAY_1: Tally(2, 20), MAY_2: Tally(2, 20)}, 1)
    taken = dict(slices.unwritten)
    slices.added(NOTES, {MAY_1: Tally(1, 1)}, 2)
    slices.is_written(taken)
    assert list(slices.unwritten) == [(NOTES.full_name, MAY_1)]
