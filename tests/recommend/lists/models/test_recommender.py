"""A recommender is a folder of plain values and back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from learnlake.recommend.lists.models.ranker import BLEND, Ranker
from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules.learning import learned
from learnlake.recommend.lists.settings import FINDERS, ListSettings
from tests.recommend.lists.rules.test_learning import preferences

RANKER = Ranker(BLEND, weights=(*(0.5 for _ in FINDERS), -1.0))


@pytest.mark.parametrize(
    "model",
    [Recommender(), Recommender(learned(preferences(1), ListSettings(rank=3)), {"next": RANKER})],
    ids=["unfitted", "fitted"],
)
def test_what_is_saved_is_read_back(model, tmp_path: Path) -> None:
    model.save(tmp_path)
    again = Recommender.load(tmp_path)
    assert again.rankers == model.rankers
    assert again.learned.items == model.learned.items
    for name in ("factors", "components"):
        assert np.array_equal(getattr(again.learned, name), getattr(model.learned, name))
    for name in ("similar", "ease"):
        assert (getattr(again.learned, name) != getattr(model.learned, name)).nnz == 0


def test_a_placement_that_was_not_learned_goes_by_the_segment() -> None:
    assert Recommender(rankers={"next": RANKER}).ranker("next") == RANKER
    assert Recommender().ranker("next") == Ranker()
