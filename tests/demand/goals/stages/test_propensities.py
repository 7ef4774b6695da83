"""Scores of each goal with a published model: of its population only, with decile, expected value and reasons."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from learnlake.demand.goals.settings import Goals
from learnlake.demand.goals.stages.propensities import propensities
from learnlake.lake.conform import conform
from learnlake.lake.stage import Published
from learnlake.lake.tables.demand import DEMAND_FEATURES, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import USER_TAGS
from learnlake.modelling.calibration import Calibration
from learnlake.modelling.encoding import Encoder
from learnlake.modelling.learners import Linear
from learnlake.modelling.propensity import Propensity
from learnlake.modelling.recipe import Recipe
from tests.demand.goals.drawn import DAY, goal, log
from tests.drawing import draw

FEATURES = "as_of_date | user_id | idle_days | active_days_90d\n" + "\n".join(
    f"2026-03-31 | u{n:02d} | {n} | {0 if n == 20 else 5}" for n in range(21)
)
DEMAND = "as_of_date | user_id | renewal_due_days\n" + "\n".join(f"2026-03-31 | u{n:02d} | {n}" for n in range(21))
ITEMS = """
    item_id  | item_kind | tags       | creator_id | level  | published_at        | known_from
    book/new | book      | ['python'] | ada        | junior | 2026-03-31T00:00:00 | 2026-03-31T00:00:00
"""
TAGS = "user_id | platform | event_date | tag_kind | tag | tag_count\nu07 | academy | 2026-03-20 | topic | python | 3"
GOALS = Goals(
    files={
        "buys": goal(value=40.0, cost=1.0),
        "new_book": goal(success={"event_types": ["purchase"], "item_kinds": ["book"], "published_within_days": 7}),
        "renewal": goal(population="renewal_due_days BETWEEN 1 AND 14"),
    }
)


def model_of(column: str, weight: float) -> Propensity:
    """log odds = weight x ln(1 + column)."""
    encoder = Encoder((column,), (), (), (0.0,))
    learned = Linear(((0.0, 0.0), (weight, 0.0)), (0.0, 0.0))
    held = {"recipe_": Recipe(encoder), "learned_": learned, "calibration_": Calibration(1.0, (0.0, 0.0))}
    return Propensity((column,), **held, centre_=((0.0, 0.0),))


@pytest.fixture(scope="module")
def rows(spark):
    def told(models: dict[str, Published], day: date = DAY):
        held = log(items=ITEMS)
        frames = draw(USER_FEATURES, FEATURES), draw(DEMAND_FEATURES, DEMAND), held.days, draw(USER_TAGS, TAGS)
        return conform(
            propensities(*frames, held.events, held.items, held.identities, as_of=day, goals=GOALS, models=models),
            PROPENSITIES,
        )

    return told


def test_the_population_is_scored_with_decile_value_window_and_reasons(rows) -> None:
    told = {row.user_id: row for row in rows({"buys": Published(model_of("idle_days", -1.0), "3")}).collect()}
    assert set(told) == {f"u{n:02d}" for n in range(20)}, "u20 was not active"
    first, last = told["u00"], told["u19"]
    assert (first.goal, first.chance, first.chance_decile, first.model_version) == ("buys", 0.5, 1, "3")
    assert float(first.expected_amount) == 19.0
    assert first.chance_until_date == date(2026, 4, 14)
    assert (last.chance, last.chance_decile) == (pytest.approx(1 / 21), 10)
    assert [(reason.feature, reason.reason_en) for reason in last.chance_reasons] == [
        ("idle_days", "no visit for 19 days")
    ]
    assert last.chance_reasons[0].log_odds == pytest.approx(-np.log(20), abs=1e-6)
    assert first.chance_item_ids is None


def test_deciles_are_of_each_goal(rows) -> None:
    told = rows(
        {
            "buys": Published(model_of("idle_days", -1.0), "3"),
            "renewal": Published(model_of("renewal_due_days", 1.0), "1"),
        }
    )
    renewals = {row.user_id: row for row in told.where("goal = 'renewal'").collect()}
    assert set(renewals) == {f"u{n:02d}" for n in range(1, 15)}
    assert (renewals["u14"].chance_decile, renewals["u01"].chance_decile) == (1, 10)


def test_a_goal_about_new_items_names_them_and_prefers_who_met_their_topic(rows) -> None:
    told = {row.user_id: row for row in rows({"new_book": Published(model_of("met_topic_count", 1.0), "1")}).collect()}
    assert told["u07"].chance_decile == 1
    assert told["u07"].chance == pytest.approx(0.8)
    assert told["u01"].chance == 0.5
    assert told["u07"].chance_item_ids == ["book/new"]


def test_without_a_published_model_there_are_no_rows(rows) -> None:
    assert rows({}).count() == 0
