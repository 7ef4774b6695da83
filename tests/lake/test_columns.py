import re

import pytest

from learnlake.lake import columns as c
from learnlake.lake.columns import Named


def _vocabulary() -> list[Named]:
    """Every word: a module constant, or a member of a tuple of them."""
    held = [value for value in vars(c).values() if isinstance(value, Named | tuple)]
    return [
        word for value in held for word in ((value,) if isinstance(value, Named) else value) if isinstance(word, Named)
    ]


VOCABULARY = _vocabulary()
BY_SUFFIX = {
    "_at": {"timestamp"},
    "_date": {"date"},
    "_count": {"bigint"},
    "_share": {"double"},
    "_seconds": {"double"},
    "_days": {"int", "bigint"},
    "_amount": {"decimal(18,2)"},
    "_id": {"string"},
    "_ids": {"array<string>"},
}
BY_WINDOW = {"count": "bigint", "days": "bigint", "amount": "decimal(18,2)", "day": "double"}


def test_every_word_has_one_type_and_one_meaning():
    meanings = {}
    for word in VOCABULARY:
        assert meanings.setdefault(word.name, word) == word


def test_every_word_is_lower_case_and_has_a_meaning():
    unfit = [word.name for word in VOCABULARY if not re.fullmatch(r"_?[a-z][a-z0-9_]*", word.name)]
    mute = [word.name for word in VOCABULARY if len(word.meaning.split()) < 2 or word.meaning.endswith(".")]
    assert (unfit, mute) == ([], [])


@pytest.mark.parametrize(("suffix", "types"), BY_SUFFIX.items(), ids=BY_SUFFIX)
def test_a_suffix_tells_the_type(suffix, types):
    held = [word for word in VOCABULARY if word.name.endswith(suffix)]
    assert {word.dtype.simpleString() for word in held} == types


@pytest.mark.parametrize(("stem", "dtype"), BY_WINDOW.items(), ids=BY_WINDOW)
def test_the_window_of_a_count_stands_behind_its_suffix(stem, dtype):
    """As in ``spend_amount_30d``."""
    held = [word for word in VOCABULARY if re.fullmatch(rf"\w+_{stem}_\d+d", word.name)]
    assert {word.dtype.simpleString() for word in held} == {dtype}


@pytest.mark.parametrize(
    ("dtype", "endings"), {"date": ("_date", "_since", "_start", "_from"), "timestamp": ("_at", "_from")}.items()
)
def test_a_moment_is_named_as_one(dtype, endings):
    held = [word.name for word in VOCABULARY if word.dtype.simpleString() == dtype]
    assert held
    assert [name for name in held if not name.endswith(endings)] == []


def test_a_boolean_is_a_question():
    asking = {word.name for word in VOCABULARY if word.name.startswith(("is_", "has_"))}
    assert asking == {word.name for word in VOCABULARY if word.dtype.simpleString() == "boolean"} != set()


def test_money_is_never_a_float():
    money = [word for word in VOCABULARY if "amount" in word.name.split("_") or word.name == "price"]
    assert {word.dtype for word in money} == {c.MONEY}


def test_every_event_type_is_counted_and_counted_once():
    assert [word.name for word in c.TYPE_COUNTS] == [f"{kind}_count" for kind in c.EVENT_TYPES]
    assert len(set(c.EVENT_TYPES)) == len(c.EVENT_TYPES)


def test_counts_of_how_a_story_ended_are_marked_as_outcomes():
    ended = ("complete", "refund", "cancel")
    late = {f"deed_{kind}_count_{days}d" for kind in ended for days in c.DEED_WINDOWS}
    marked = {word.name for word in VOCABULARY if word.is_outcome}
    learned = {"done_at", "done_count", "done_share", "knowledge"}
    assert marked == {*(f"{kind}_count" for kind in ended), *late, *learned, "open_course_count"}


def test_what_describes_people_is_marked_as_protected():
    assert {word.name for word in VOCABULARY if word.is_protected} == {"region", "age_band", "gender", "income_band"}


def test_groups_are_made_of_event_types_and_share_none():
    kinds = [kind for group in c.GROUPS.values() for kind in group]
    assert set(kinds) <= set(c.EVENT_TYPES) - set(c.OUTCOME_EVENT_TYPES)
    assert len(set(kinds)) == len(kinds)


def test_every_group_is_counted_over_every_window_and_ever():
    assert {word.name for word in c.GROUP_COUNTS} == {
        *(f"{group}_count_{days}d" for group in c.GROUPS for days in (7, 30, 90)),
        *(f"ever_{group}_count" for group in c.GROUPS),
    }
