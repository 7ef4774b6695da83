from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.rules.walk import entries_of, walked
from learnlake.behaviour.journeys.settings import Funnel
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from tests.drawing import draw

DAY = date(2026, 5, 31)
STEPS = [{"name": {"en": kind, "zh": kind}, "types": [kind]} for kind in ("view", "purchase", "purchase", "rate")]
HEADER = "event_id | platform | account_id | event_type | occurred_at | event_date"


def funnel(**more: object) -> Funnel:
    return Funnel.model_validate(
        {"name": {"en": "x", "zh": "y"}, "within_days": 4, "over_days": 10, "steps": STEPS, **more}
    )


def walks(drawn: list[tuple[str, str, str, str]], **funnels: Funnel) -> dict[tuple[str, str], list[str]]:
    """The moments of the steps that each user took in each funnel."""
    lines = [f"{key} | academy | {user} | {kind} | {at} | {at[:10]}" for key, user, kind, at in drawn]
    frame = walked(draw(EVENTS, "\n".join([HEADER, *lines])), draw(IDENTITIES, "account_id"), funnels, DAY)
    rows = frame.collect()
    assert all(row.walks for row in rows), "who entered none has no row"
    return {(row.user_id, walk.funnel): [f"{at:%d %H:%M}" for at in walk.times] for row in rows for walk in row.walks}


@pytest.mark.parametrize(
    ("keep_open", "entries"),
    [(False, (date(2026, 5, 18), date(2026, 5, 27))), (True, (date(2026, 5, 22), DAY))],
)
def test_entries_count_that_have_had_their_window_or_all_of_the_last_days(keep_open, entries):
    assert entries_of(funnel(keep_open=keep_open), DAY) == entries


def test_one_event_takes_one_step_and_ties_are_broken_by_event_id(spark: SparkSession) -> None:
    noon = "2026-05-20 12:00:00"
    rows = [("1", "ann", "view", noon), ("2", "ann", "purchase", noon), ("0", "ann", "purchase", noon)]
    rows += [("3", "bob", "purchase", noon), ("4", "bob", "view", noon)]
    assert walks(rows, f=funnel()) == {("ann", "f"): ["20 12:00"] * 2, ("bob", "f"): ["20 12:00"]}


def test_a_later_entry_does_not_help_who_let_the_first_window_pass(spark: SparkSession) -> None:
    rows = [("1", "ann", "view", "2026-05-19 12:00:00"), ("2", "ann", "view", "2026-05-25 12:00:00")]
    assert walks([*rows, ("3", "ann", "purchase", "2026-05-26 12:00:00")], f=funnel()) == {("ann", "f"): ["19 12:00"]}


def by_hand(events: list[tuple[int, str]], within: int) -> list[int]:
    """The definition, in plain words of Python: hours at which the steps are taken."""
    taken: list[int] = []
    for step in ("view", "purchase", "purchase", "rate"):
        after = taken[-1] if taken else -1
        fits = [
            hour for hour, kind in events if kind == step and hour > after and (not taken or hour <= taken[0] + within)
        ]
        if not fits:
            break
        taken.append(min(fits))
    return taken


STREAM = st.dictionaries(st.integers(0, 200), st.sampled_from(["view", "purchase", "rate", "login"]), max_size=14)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(streams=st.lists(STREAM, min_size=25, max_size=25))
def test_any_stream_is_walked_as_by_hand(spark: SparkSession, streams) -> None:
    start = datetime(2026, 5, 18)  # noqa: DTZ001  # drawn moments are UTC
    rows = [
        (f"{user}-{hour}", f"u{user}", kind, f"{start + timedelta(hours=hour):%Y-%m-%d %H:%M:%S}")
        for user, stream in enumerate(streams)
        for hour, kind in stream.items()
    ]
    found = walks(rows, f=funnel())
    for user, stream in enumerate(streams):
        steps = by_hand(list(stream.items()), 4 * 24)
        assert found.get((f"u{user}", "f"), []) == [f"{start + timedelta(hours=hour):%d %H:%M}" for hour in steps]
