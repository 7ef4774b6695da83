"""A ranker is plain values and back, and says nothing it does not know."""

from __future__ import annotations

import json

import numpy as np
import pytest

from learnlake.modelling.calibration import Calibration
from learnlake.recommend.lists.models.ranker import BLEND, Ranker
from learnlake.recommend.lists.rules.candidates import FEATURES
from learnlake.recommend.lists.rules.ranking import taught
from learnlake.recommend.lists.settings import FINDERS, ListSettings
from tests.recommend.lists.planted import past
from tests.recommend.lists.small import placement

WEIGHTS = tuple(float(name == "ease") for name in FINDERS)


def rows(**said: float) -> np.ndarray:
    """Return one candidate of which finders say something."""
    return np.array([[said.get(name, 0.0) for name in FEATURES]])


@pytest.mark.parametrize(
    "ranker",
    [Ranker(), Ranker(by="own"), Ranker(BLEND, weights=(*WEIGHTS, -2.0), calibration=Calibration(1.5, (0.0, -1.0)))],
    ids=["segment", "own", "blend"],
)
def test_plain_values_and_back(ranker) -> None:
    assert Ranker.of(json.loads(json.dumps(ranker.plain()))) == ranker


def test_trees_survive_as_plain_values() -> None:
    made = past(600, 1, placement())
    ranker = taught(made, ListSettings(fewest_taken=1))
    again = Ranker.of(json.loads(json.dumps(ranker.plain())))
    assert np.array_equal(again.scores(made.found.features), ranker.scores(made.found.features))


def test_a_blend_weighs_what_sources_say() -> None:
    ranker = Ranker(BLEND, weights=(*WEIGHTS, -2.0), calibration=Calibration(1.0, (0.0, 0.0)))
    scores = ranker.scores(rows(ease=1.0))
    assert scores == pytest.approx([-1.0])
    assert ranker.chances(scores) == pytest.approx([1 / (1 + np.e)])


def test_without_anything_learned_the_segment_decides_and_no_chance_is_stated() -> None:
    scores = Ranker().scores(rows(segment=0.7, ease=1.0))
    assert scores == pytest.approx([0.7 * 1.0001])
    assert np.isnan(Ranker().chances(scores)).all()


def test_whom_a_simple_way_does_not_know_content_decides_and_then_the_segment() -> None:
    """Nobody like them: what they did elsewhere speaks, not what everybody takes; of what a way does say, nothing changes."""
    by = Ranker(by="similar")
    liked, popular, both = (
        by.scores(rows(**held))[0] for held in ({"content": 0.4}, {"segment": 1.0}, {"content": 0.4, "segment": 1.0})
    )
    assert both > liked > popular > 0
    assert by.scores(rows(similar=0.01))[0] > both
