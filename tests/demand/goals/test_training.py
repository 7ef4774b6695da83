"""Parts of time and users, and a goal learned from drawn users whose chance is planted."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import functions as F

from learnlake.demand.goals.rules.labelled import Split, snapshots, split_by_time
from learnlake.demand.goals.settings import DemandSettings, Goals
from learnlake.demand.goals.training import parts_of, propensity
from learnlake.lake.tables.demand import DEMAND_FEATURES
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, IDENTITIES, ITEMS, USER_DAYS, USER_TAGS
from learnlake.modelling.gate import judge
from tests.demand.goals.drawn import DAY, goal
from tests.drawing import draw

SPLIT = split_by_time(snapshots(DAY), goal(), DAY)
USERS = 600
GOALS = Goals(
    files={
        "buys": goal(rule="tenure_days", simple=["tenure_days", "weekend_share", "night_share"]),
        "all": goal(
            rule="tenure_days",
            simple=["tenure_days", "weekend_share", "night_share"],
            rows_a_day=200,
            fits_all_rows=True,
            workers=1,
            learners=["xgboost"],
        ),
        "never": goal(success={"event_types": ["upgrade"]}),
        "far": goal(window_days=90),
    }
)


def test_days_are_parts_and_the_tuning_day_is_shared_between_users() -> None:
    days = np.array([*SPLIT.train[:1], *SPLIT.tune, *SPLIT.tune, *SPLIT.test, DAY], dtype="datetime64[D]")
    parts = parts_of(days, np.array([1, 1, 9_000, 1, 1]), SPLIT)
    assert parts.tolist() == ["train", "tune", "calibrate", "test", ""]


def test_with_one_day_users_are_shared_out_so_that_some_judge() -> None:
    day = date(2026, 3, 1)
    split = Split((day,), (day,), (day,), "")
    buckets = np.arange(0, 10_000, 50)
    parts = parts_of(np.array([day] * len(buckets), dtype="datetime64[D]"), buckets, split)
    shares = {name: float((parts == name).mean()) for name in ("train", "tune", "calibrate", "test")}
    assert shares == pytest.approx({"train": 0.55, "tune": 0.125, "calibrate": 0.125, "test": 0.2}, abs=0.01)


def test_with_two_days_the_later_one_judges_alone() -> None:
    early, late = date(2026, 2, 1), date(2026, 3, 1)
    split = Split((early,), (early,), (late,), "")
    days = np.array([early] * 100 + [late] * 100, dtype="datetime64[D]")
    parts = parts_of(days, np.tile(np.arange(0, 10_000, 100), 2), split)
    assert set(parts[100:]) == {"test"}
    assert set(parts[:100]) == {"train", "tune", "calibrate"}


@pytest.fixture(scope="module")
def frames(spark):
    """Users whose chance to buy in the next two weeks is 1 / (1 + e^-(1.5 - 0.15 idle days)), on six past days."""
    random = np.random.default_rng(1)
    features, bought = [], []
    for day in snapshots(DAY):
        idle = random.integers(0, 40, USERS)
        buys = random.random(USERS) < 1 / (1 + np.exp(-(1.5 - 0.15 * idle)))
        features += [
            f"{day} | u{n:03d} | {idle[n]} | 5 | {40 + n % 90} | {random.random():.3f} | 0.5 | ['academy']"
            for n in range(USERS)
        ]
        bought += [f"u{n:03d} | academy | {day + timedelta(days=1 + n % 14)} | 1 | 1" for n in range(USERS) if buys[n]]
    header = (
        "as_of_date | user_id | idle_days | active_days_90d | tenure_days | weekend_share | night_share | platforms\n"
    )
    drawn = draw(USER_FEATURES, header + "\n".join(features)).fillna(0)
    days = draw(
        USER_DAYS, "user_id | platform | event_date | event_count | purchase_count\n" + "\n".join(bought)
    ).fillna(0)
    demand = drawn.select("as_of_date", "user_id")
    for column in DEMAND_FEATURES.columns[2:]:
        demand = demand.withColumn(column.name, F.lit(None).cast(column.dtype))
    people = "account_id | known_from | platform | gender\n" + "\n".join(
        f"u{n:03d} | 2025-01-01T00:00:00 | academy | {'female' if n % 2 else 'male'}" for n in range(USERS)
    )
    return (
        *(
            drawn.cache(),
            demand.cache(),
            days.cache(),
            draw(USER_TAGS, "user_id | tag"),
            draw(EVENTS, "account_id | event_type"),
        ),
        *(
            draw(ITEMS, "item_id | known_from"),
            draw(ACCOUNTS, people),
            draw(IDENTITIES, "account_id | known_from | user_id"),
        ),
        draw(SEGMENT_MEMBERS, "as_of_date | scheme | user_id | segment_id"),
    )


def trained(frames, file: str):
    return propensity(*frames, as_of=DAY, file=file, goals=GOALS, settings=DemandSettings(), current=None)


def test_the_planted_cause_is_found_and_the_goal_published(frames) -> None:
    found = trained(frames, "buys")
    decision = judge(found)
    assert decision.is_published, decision.reason
    assert found.remark == SPLIT.remark
    assert found.metrics["canary_caught"] == 1
    batch = found.example
    assert "idle_days" in batch.columns
    chances = found.model.predict(batch.assign(idle_days=[0.0, 5.0, 10.0, 20.0, 35.0]))["chance"]
    true = 1 / (1 + np.exp(-(1.5 - 0.15 * np.array([0, 5, 10, 20, 35]))))
    assert chances.to_numpy() == pytest.approx(true, abs=0.12)
    assert {name for name in found.texts["groups.csv"].split('"') if name.startswith("protected")} == {
        "protected gender female",
        "protected gender male",
    }


@pytest.mark.full
def test_a_winner_chosen_on_few_rows_can_be_fitted_to_all(frames) -> None:
    found = trained(frames, "all")
    assert found.model is not None, found.refusal
    assert found.cost["rows"] == len(SPLIT.train) * 200, "it was chosen on two hundred users of each day"
    batch = found.example.head(1)
    low, high = (float(found.model.predict(batch.assign(idle_days=[idle]))["chance"].iloc[0]) for idle in (0.0, 35.0))
    assert low > 0.6
    assert high < 0.15
    assert found.metrics["calibration_error"] < 0.15


def test_a_success_that_never_came_is_said(frames) -> None:
    found = trained(frames, "never")
    assert (found.model, found.refusal.startswith("no success among")) == (None, True)


def test_a_window_that_no_past_day_has_seen_the_end_of_is_said(frames) -> None:
    assert trained(frames, "far").refusal == f"no past day's window of 90 days had ended by {DAY}"
