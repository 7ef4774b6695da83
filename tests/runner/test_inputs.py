"""Which change of which slice makes which step stale."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from learnlake.features.stages.account_days import account_days
from learnlake.features.stages.user_features import user_features
from learnlake.ingest.stages.identities import identities
from learnlake.lake.slices import Slices, Tally
from learnlake.lake.stage import Before, Recent, stage, train
from learnlake.lake.table import Table
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENT_MOVES, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNT_DAYS, ACCOUNT_TAGS, ACCOUNTS, EVENTS, IDENTITIES, ITEMS, USER_TAGS
from learnlake.pipeline import load_conf
from learnlake.runner.inputs import Inputs, past_days
from learnlake.segments.training import CUTS
from tests.tiny import write_conf

DAY = date(2026, 5, 10)
WEEK = timedelta(days=7)


@stage(reads=(Recent(USER_TAGS, days=7),), writes=SEGMENTS)
def of_a_week(tags: object) -> None: ...


@stage(reads=(SEGMENT_MEMBERS, Before(SEGMENT_MEMBERS)), writes=SEGMENT_MOVES)
def of_yesterday(now: object, then: object) -> None: ...


@train(reads=(USER_FEATURES.at(every="7d", back=1),), makes=CUTS)
def of_past_days(features: object) -> None: ...


STEPS = {
    "features": user_features,
    "week": of_a_week,
    "yesterday": of_yesterday,
    "model": of_past_days,
    "persons": identities,
}


@pytest.fixture
def inputs(tmp_path: Path) -> Inputs:
    """A lake of ten days, each with a slice of every table, and books in which all of them are done."""
    conf = load_conf(write_conf(tmp_path), "local", given={"LOGS": "none"})
    store = SimpleNamespace(slices=Slices())
    days = [DAY - timedelta(days=n) for n in range(10)]
    made = Inputs(store, SimpleNamespace(days=lambda _: sorted(days)), conf)
    for table in (EVENTS, ACCOUNTS, ITEMS, IDENTITIES, ACCOUNT_DAYS, ACCOUNT_TAGS, USER_FEATURES, SEGMENT_MEMBERS):
        store.slices.replaced(table, {day: Tally(5, day.day) for day in days}, days, 0)
    return made


def changed(inputs: Inputs, table: Table, day: date, digest: int = 99) -> set[str]:
    """Return which steps are stale for the day once a slice has changed."""
    before = {name: inputs.signature(step, DAY) for name, step in STEPS.items()}
    inputs.store.slices.replaced(table, {day: Tally(5, digest)}, [day], 1)
    return {name for name, step in STEPS.items() if inputs.signature(step, DAY) != before[name]}


@pytest.mark.parametrize(
    ("table", "days_ago", "stale"),
    [
        (ACCOUNT_DAYS, 0, {"features"}),
        (ACCOUNT_DAYS, 9, {"features"}),
        (ACCOUNT_DAYS, -1, set()),
        (ACCOUNT_TAGS, 0, {"features", "week"}),
        (ACCOUNT_TAGS, 6, {"features", "week"}),
        (ACCOUNT_TAGS, 7, {"features"}),
        (IDENTITIES, 9, {"features", "week", "yesterday", "model"}),
        (IDENTITIES, -1, set()),
        (SEGMENT_MEMBERS, 0, {"yesterday"}),
        (SEGMENT_MEMBERS, 1, {"yesterday"}),
        (SEGMENT_MEMBERS, 2, set()),
        (USER_FEATURES, 0, {"model"}),
        (USER_FEATURES, 7, {"model"}),
        (USER_FEATURES, 6, set()),
        (ACCOUNTS, 3, {"persons"}),
        (EVENTS, 3, set()),
    ],
    ids=lambda value: getattr(value, "full_name", " ".join(sorted(value)) if isinstance(value, set) else str(value)),
)
def test_a_slice_that_changed_makes_stale_what_may_see_it_and_nothing_else(
    inputs: Inputs, table: Table, days_ago: int, stale: set[str]
) -> None:
    assert changed(inputs, table, DAY - timedelta(days=days_ago)) == stale


def test_a_slice_that_was_made_anew_with_equal_content_makes_nothing_stale(inputs: Inputs) -> None:
    for table in (ACCOUNT_DAYS, IDENTITIES, SEGMENT_MEMBERS, USER_FEATURES):
        assert changed(inputs, table, DAY, digest=DAY.day) == set()


def test_of_days_by_account_those_are_stale_of_which_an_event_or_an_item_seen_by_then_changed(inputs: Inputs) -> None:
    read, slices = account_days.reads[0], inputs.store.slices
    every = inputs.stale_slices(account_days, read)
    assert len(every) == 10, "nothing says yet what they were made of"
    slices.replaced(ACCOUNT_DAYS, {day: Tally(5, day.day) for day in every}, every, 1, every)
    assert inputs.stale_slices(account_days, read) == {}
    for table, day, stale in ((EVENTS, DAY - WEEK, 1), (ITEMS, DAY - WEEK, 8), (EVENTS, DAY + WEEK, 1)):
        slices.replaced(table, {day: Tally(6, 98)}, [day], 2)
        found = inputs.stale_slices(account_days, read)
        assert (min(found), len(found)) == (day, stale)
        slices.replaced(ACCOUNT_DAYS, {day: Tally(5, day.day) for day in found}, found, 2, found)
    slices.replaced(EVENTS, {}, [DAY], 3)
    assert list(inputs.stale_slices(account_days, read)) == [DAY], "a day that lost its events is emptied"


def test_other_settings_make_every_slice_stale(inputs: Inputs, tmp_path: Path) -> None:
    read = account_days.reads[0]
    every = inputs.stale_slices(account_days, read)
    inputs.store.slices.replaced(ACCOUNT_DAYS, {}, every, 1, every)
    base = tmp_path / "conf" / "base.yml"
    base.write_text(f"{base.read_text()}\nfeatures: {{night_from_hour: 20}}\n")
    conf = load_conf(tmp_path / "conf", "local", given={"LOGS": "none"})
    assert len(Inputs(inputs.store, inputs.ledger, conf).stale_slices(account_days, read)) == 10


def test_past_days_are_ascending_and_end_with_the_day_itself() -> None:
    assert past_days(USER_FEATURES.at(every="28d", back=2), date(2026, 5, 1)) == [
        date(2026, 3, 6),
        date(2026, 4, 3),
        date(2026, 5, 1),
    ]
    with pytest.raises(ValueError, match="without a day"):
        past_days(USER_FEATURES.at(every="28d", back=2), None)
