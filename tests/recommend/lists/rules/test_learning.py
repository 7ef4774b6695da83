"""The item side is learned as the references say, and the same whatever the order of the rows."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.ease import Ease, weights_between
from learnlake.modelling.grid import grid
from learnlake.recommend.lists.models.learned import EMPTY
from learnlake.recommend.lists.rules.learning import learned
from learnlake.recommend.lists.settings import ListSettings

SETTINGS = ListSettings(rank=2)


def preferences(seed: int, users: int = 60) -> pa.Table:
    """Return what users of two tastes turned to: items a0 to a5, or b0 to b5."""
    random = np.random.default_rng(seed)
    rows = [
        (f"u{at:03d}", f"{'ab'[at % 2]}{n}", float(random.integers(1, 4)))
        for at in range(users)
        for n in random.permutation(6)[:4]
    ]
    names, items, weights = zip(*rows, strict=True)
    return pa.table({"user_id": names, "item_id": items, "weight": weights})


@pytest.mark.parametrize("name", ["similar", "ease", "factors", "components"])
def test_items_of_one_taste_are_nearer_than_those_of_another(name) -> None:
    found = learned(preferences(1), SETTINGS)
    held = getattr(found, name)
    near = held.toarray() if name in ("similar", "ease") else held @ held.T
    own, other = near[:6, :6][~np.eye(6, dtype=bool)], near[:6, 6:]
    assert own.min() > other.max()


def test_ease_is_that_of_the_closed_form() -> None:
    rows = preferences(2)
    expected = weights_between(grid(rows).weights, Ease(SETTINGS.ease_penalty))
    assert learned(rows, SETTINGS).ease.toarray() == pytest.approx(expected, abs=1e-6)


def test_rows_in_another_order_teach_the_same() -> None:
    rows = preferences(3)
    turned = rows.take(pa.array(np.random.default_rng(0).permutation(rows.num_rows)))
    first, again = learned(rows, SETTINGS), learned(turned, SETTINGS)
    assert first.items == again.items
    for name in ("factors", "components"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    for name in ("similar", "ease"):
        assert (getattr(first, name) != getattr(again, name)).nnz == 0


def test_ease_is_left_out_where_items_are_too_many() -> None:
    found = learned(preferences(1), SETTINGS.model_copy(update={"ease_up_to": 11}))
    assert found.ease.shape == (12, 12)
    assert found.ease.nnz == 0


@pytest.mark.parametrize(
    "rows",
    [preferences(1).slice(0, 0), preferences(1).slice(0, 1), preferences(1).slice(0, 4)],
    ids=["none", "one", "one user"],
)
def test_of_one_user_or_item_nothing_is_learned(rows) -> None:
    assert learned(rows, SETTINGS) is EMPTY
