"""Story 6, first part: 100 users with 5 columns of noise have no structure, and nothing is published."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.modelling.gate import judge
from learnlake.modelling.settings import ModelSettings
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import cut
from tests.segments.planted import NAMES, users

DAY = date(2026, 5, 1)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_hundred_users_of_noise_have_no_structure(spark: SparkSession, seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(0, 100, (100, len(NAMES)))
    named = {"name": {"en": "noise", "zh": "噪声"}, "cluster": {"features": NAMES, "fewest_users": 20}}
    schemes = Schemes(files={"noise": Scheme.model_validate(named)})
    frame = users(spark, numbers, DAY)
    candidate = cut(frame, as_of=DAY, file="noise", schemes=schemes, settings=ModelSettings(), current=None)
    assert not judge(candidate).is_published
    assert judge(candidate).reason.startswith("no structure")
