"""Curves are drawn for any outcome, however odd."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from learnlake.modelling.pictures import curves

RANDOM = np.random.default_rng(1)
CHANCES = RANDOM.random(300)


@pytest.mark.parametrize(
    "labels",
    [(RANDOM.random(300) < CHANCES).astype(np.int64), np.ones(300, dtype=np.int64)],
    ids=["usual", "only successes"],
)
def test_four_pictures_of_some_size(labels) -> None:
    drawn = curves(labels, CHANCES, 10.0, 1.0)
    assert sorted(drawn) == ["gain.png", "precision_recall.png", "profit.png", "reliability.png"]
    for picture in drawn.values():
        width, height = struct.unpack(">II", picture[16:24])
        assert (width, height) == (450, 360)
    assert len(set(drawn.values())) == 4
