from collections import Counter
from datetime import datetime, timedelta

import pytest

from learnlake.simulate.catalogue import catalogue
from learnlake.simulate.homework import DEAD_END, DUE_HOUR, FAILING, PERIOD_DAYS


@pytest.fixture(scope="module")
def handed_in(small, academy_events, planted):
    """Hours from handing in to the deadline, by crammer or not; of the two periods whose deadlines lie within the span."""
    due = {
        item.item_id: item.due_at for item in catalogue(small) if item.due_at and item.item_id.endswith(("-1", "-2"))
    }
    crams = {row["login_id"]: row["is_crammer"] for row in planted["learners"]}
    hours = {True: [], False: []}
    for event in academy_events:
        if event.get("item") in due and event["at"][:4] == "2026" and str(event.get("member_id")) in crams:
            at = datetime.fromisoformat(event["at"][:19])
            hours[crams[str(event["member_id"])]].append((due[event["item"]] - at) / timedelta(hours=1))
    return hours


def test_who_crams_hands_in_within_hours(handed_in):
    crammed = handed_in[True]
    assert len(crammed) >= 10
    assert all(0 < hours <= 5 for hours in crammed)


def test_others_hand_in_all_through_the_period_and_some_late(handed_in):
    others = handed_in[False]
    last_day = sum(0 <= hours <= 24 for hours in others) / len(others)
    assert abs(last_day - 1 / PERIOD_DAYS) < 0.05
    assert 0 < sum(hours < 0 for hours in others) / len(others) < 0.1


def test_every_course_has_homework_due_on_the_last_evening_of_each_period(small):
    due = [item for item in catalogue(small) if item.due_at]
    counted = Counter(item.part_of for item in due)
    assert set(counted) == {item.item_id for item in catalogue(small) if item.item_kind == "course"}
    assert set(counted.values()) == {3}
    assert {(item.due_at.date() - small.first_day).days for item in due} == {13, 27, 41}
    assert {item.due_at.hour for item in due} == {DUE_HOUR}


def test_most_attempts_fail_where_that_is_planted_and_few_elsewhere(academy_events):
    points = {True: [], False: []}
    for event in academy_events:
        if event["kind"] == "attempt":
            points[event["item"] in FAILING].append(event["result"]["points"])
    assert len(points[True]) >= 5
    assert sum(score < 40 for score in points[True]) > 0.4 * len(points[True])
    assert sum(score < 40 for score in points[False]) < 0.05 * len(points[False])


def test_the_chapter_after_the_dead_end_is_hardly_read(academy_events):
    read = Counter(event.get("item") for event in academy_events)
    assert read[DEAD_END] > 3 * read["chapter/python-1-3"]


def test_the_truth_names_learners_and_hurdles(planted):
    assert {row["item"] for row in planted["hurdles"]} == {*FAILING, DEAD_END}
    learners = {row["login_id"] for row in planted["users"] if row["account_segment"] == "learner"}
    assert {row["login_id"] for row in planted["learners"]} == learners
    assert {row["is_crammer"] for row in planted["learners"]} == {True, False}
