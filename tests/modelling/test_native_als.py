from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from learnlake.modelling import native_als
from learnlake.modelling.native_als import HalfStep, confidences, gathered, lists, train
from learnlake.modelling.settings import Learning
from learnlake.modelling.topn import Items

LEARNING = Learning(rank=3, iterations=30, regularisation=0.7, alpha=2.0, threads=1)


def batch(rows: list[tuple[str, str, float]]) -> pa.RecordBatch:
    users, items, strengths = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.RecordBatch.from_arrays(
        [pa.array(users, pa.string()), pa.array(items, pa.string()), pa.array(strengths, pa.float64())],
        ["user_id", "item_id", "strength"],
    )


def drawn(count: int = 400) -> list[tuple[str, str, float]]:
    random = np.random.default_rng(4)
    places = random.permutation(30 * 20)[:count]
    return [(f"u{place // 20:02d}", f"i{place % 20:02d}", float(random.integers(1, 4))) for place in places]


def learned(batches: list[pa.RecordBatch], learning: Learning = LEARNING) -> tuple[NDArray[np.float64], ...]:
    table = pa.Table.from_batches(train(batches, learning))
    held = [table.filter(pa.compute.equal(table["is_user"], side)) for side in (True, False)]
    assert all(side["id"].to_pylist() == sorted(side["id"].to_pylist()) for side in held)
    return tuple(np.array(side["factors"].to_pylist()) for side in held)


def closed_form(items: NDArray[np.float64], strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Equation (4) of the source, one user, in double precision."""
    weight = LEARNING.alpha * strengths
    left = items.T @ items + items.T @ (weight[:, None] * items) + LEARNING.regularisation * np.eye(items.shape[1])
    return np.linalg.solve(left, items.T @ ((1 + weight) * (strengths > 0)))


def loss(users: NDArray[np.float64], items: NDArray[np.float64], strengths: NDArray[np.float64]) -> float:
    """What is minimised, over all pairs."""
    errors = (1 + LEARNING.alpha * strengths) * ((strengths > 0) - users @ items.T) ** 2
    return float(errors.sum() + LEARNING.regularisation * ((users**2).sum() + (items**2).sum()))


def test_what_is_learned_is_a_minimum_of_the_stated_loss():
    """Neither side could do better, given the other."""
    _, _, strengths = gathered([batch(drawn())])
    dense = strengths.toarray()
    users, items = learned([batch(drawn())])
    for mine, other, given in ((users, items, dense), (items, users, dense.T)):
        better = np.array([closed_form(other, row) for row in given])
        assert mine == pytest.approx(better, abs=2e-2 * np.abs(better).max())
    better = np.array([closed_form(items, row) for row in dense])
    assert loss(better, items, dense) <= loss(users, items, dense) <= loss(better, items, dense) * (1 + 1e-4)


def test_order_batches_and_threads_do_not_matter(monkeypatch):
    rows = drawn()
    whole = learned([batch(rows)])
    turned = sorted(rows, key=lambda row: row[1])
    monkeypatch.setattr(native_als, "ROWS_AT_ONCE", 7)
    parts = [batch(turned[:33]), batch([]), batch(turned[33:])]
    again = learned(parts, LEARNING.model_copy(update={"threads": 2}))
    assert all((one == other).all() for one, other in zip(whole, again, strict=True))


def test_another_seed_begins_elsewhere():
    other = learned([batch(drawn())], LEARNING.model_copy(update={"seed": 8}))
    assert not np.allclose(other[0], learned([batch(drawn())])[0])


def test_preferences_of_the_same_user_and_item_are_added_up():
    users, items, strengths = gathered([batch([("b", "y", 1.0), ("a", "x", 2.0)]), batch([("b", "y", 0.5)])])
    assert (users.to_pylist(), items.to_pylist()) == (["a", "b"], ["x", "y"])
    assert strengths.toarray().tolist() == [[2.0, 0.0], [0.0, 1.5]]
    assert confidences(strengths, 2.0).toarray().tolist() == [[5.0, 0.0], [0.0, 4.0]]


@pytest.mark.parametrize("batches", [[], [batch([])]], ids=["no batch", "an empty batch"])
def test_without_preferences_there_is_nothing_to_learn(batches):
    assert list(train(batches, LEARNING)) == []


def test_a_half_step_is_the_closed_form_and_null_where_nothing_is_known():
    random = np.random.default_rng(3)
    items = Items.of(["c", "a", "b"], random.normal(size=(3, 4)))
    liked = [
        [{"item_id": "b", "strength": 2.0}, {"item_id": "gone", "strength": 9.0}, {"item_id": "a", "strength": 0.5}],
        [{"item_id": "gone", "strength": 1.0}, {"item_id": "a", "strength": 0.0}],
    ]
    kind = pa.list_(pa.struct({"item_id": pa.string(), "strength": pa.float64()}))
    given = pa.RecordBatch.from_arrays([pa.array(["ann", "bob"]), pa.array(liked, kind)], ["user_id", "liked"])
    told = HalfStep(items, LEARNING).told(given).to_pylist()
    wanted = closed_form(items.factors.astype(float), np.array([0.5, 2.0, 0.0]))
    assert told[0]["factors"] == pytest.approx(wanted, rel=1e-4)
    assert told[1] == {"user_id": "bob", "factors": None}
    assert HalfStep(items, LEARNING).told(given.slice(1)).to_pylist() == told[1:]


def test_rows_of_a_matrix_become_lists():
    matrix = np.array([[1, 2], [3, 4]], np.float32)
    assert lists(matrix).to_pylist() == [[1, 2], [3, 4]]
    assert lists(matrix, np.array([False, True])).to_pylist() == [None, [3, 4]]
