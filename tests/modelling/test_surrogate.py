"""Rules that stand in for a model, in the columns' own units, and how faithful they are."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.recipe import learned
from learnlake.modelling.surrogate import Rule, Surrogate, surrogate


@pytest.fixture(scope="module")
def found() -> Surrogate:
    random = np.random.default_rng(1)
    idle, plan = random.integers(0, 60, 2_000).astype(float), random.choice(["free", "gold"], 2_000)
    chances = np.where(idle <= 20, np.where(plan == "gold", 0.9, 0.5), 0.1)
    batch = pa.RecordBatch.from_pydict({"idle": idle.tolist(), "plan": plan.tolist()})
    recipe, _ = learned(batch, (("idle",), ("plan",), ()), (chances > 0.4).astype(np.int64), 7)
    half = batch.slice(0, 1_000), chances[:1_000]
    return surrogate(recipe, half, (batch.slice(1_000), chances[1_000:]))


def test_the_planted_rules_are_found_in_the_columns_own_units(found) -> None:
    first, second, third = found.rules
    assert (first.chance, second.chance, third.chance) == pytest.approx((0.9, 0.5, 0.1))
    assert third.conditions == ("idle > 20.5",)
    assert first.conditions[0] == "idle <= 20.5"
    assert {first.conditions[1], second.conditions[1]} == {"plan = gold", "not (plan = gold)"} or {
        first.conditions[1],
        second.conditions[1],
    } == {"not (plan = free)", "plan = free"}
    assert found.fidelity == pytest.approx(1.0)


def test_rules_are_told_as_a_page(found) -> None:
    page = found.text()
    assert page.startswith("These rules explain 100% of what the model says.")
    assert f"3. {found.rules[2]}" in page
    assert str(Rule((), 1.0, 0.25)) == "everybody: chance 25.0% (100% of users)"
