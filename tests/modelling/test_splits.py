from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.splits import EPOCH, train_day

MONTHLY = ModelSettings(retrain_every_days=28, min_history_days=56)
GRID_DAY = EPOCH + timedelta(days=28 * 735)
LONG_AGO = GRID_DAY - timedelta(days=500)
DAYS = st.dates(date(2000, 1, 1), date(2040, 1, 1))


@pytest.mark.parametrize(("after", "trained"), [(0, 0), (1, 0), (27, 0), (28, 28), (-1, -28)])
def test_the_train_day_is_the_grids_last_day_at_or_before(after, trained):
    assert train_day(GRID_DAY + timedelta(days=after), LONG_AGO, MONTHLY) == GRID_DAY + timedelta(days=trained)


@pytest.mark.parametrize(("history", "is_grid"), [(57, True), (56, True), (55, False), (0, False), (-3, False)])
def test_a_day_of_a_young_lake_trains_for_itself(history, is_grid):
    as_of = GRID_DAY + timedelta(days=5)
    assert train_day(as_of, GRID_DAY - timedelta(days=history), MONTHLY) == (GRID_DAY if is_grid else as_of)


@given(as_of=DAYS, every=st.integers(1, 90))
def test_no_train_day_lies_after_its_day_or_more_than_one_step_before(as_of, every):
    day = train_day(as_of, date(1990, 1, 1), ModelSettings(retrain_every_days=every, min_history_days=1))
    assert timedelta(0) <= as_of - day < timedelta(days=every)


@given(as_of=DAYS)
def test_the_train_day_of_a_train_day_is_itself(as_of):
    day = train_day(as_of, date(1990, 1, 1), MONTHLY)
    assert train_day(day, date(1990, 1, 1), MONTHLY) == day


@given(as_of=DAYS, first=DAYS)
def test_days_of_one_step_of_the_grid_share_their_train_day_once_the_lake_is_old_enough(as_of, first):
    day, next_day = (train_day(each, first, MONTHLY) for each in (as_of, as_of + timedelta(days=1)))
    assert next_day in (day, as_of + timedelta(days=1))
