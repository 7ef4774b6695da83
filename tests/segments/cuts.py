"""A small cut made by hand: two centres on one line, so that a reader can follow every distance."""

import numpy as np

from learnlake.lake.stage import Published
from learnlake.segments.models.cut import Cut
from learnlake.segments.models.methods import How
from learnlake.segments.models.preparation import Preparation
from learnlake.segments.models.shape import Shape
from learnlake.segments.rules.identity import Change, Segment
from learnlake.segments.settings import Scheme, Schemes, Selection

FEATURES = ("study_count_90d", "browse_count_90d")
WORDS = {"name": {"en": "x", "zh": "y"}}


def cut(lineage: tuple[Change, ...] = ()) -> Cut:
    """Return a cut with the centres 0 (`idle`) and 2 (`busy`) on ln(1 + study_count_90d)."""
    ones, zeros = np.ones(2), np.zeros(2)
    prepared = Preparation(FEATURES, (0, 1), (), zeros, ones, zeros, ones * 100, np.eye(2), 0.0)
    segments = (
        Segment("idle", "idle", "闲", "#4477aa", "study_count_90d <= 2.5", "few", "少"),
        Segment("busy", "busy", "忙", "#ee6677", "study_count_90d > 2.5", "many", "多"),
    )
    shape = Shape(np.array([[0.0, 0.0], [2.0, 0.0]]), np.arange(2))
    return Cut(FEATURES, (), How("kmeans", 2, 5, 7), Selection(), 100, prepared, shape, segments, 0.9, lineage)


def schemes(**more: object) -> Schemes:
    """Return the scheme `behaviour` and further ones, given as plain values."""
    held = {"behaviour": {"cluster": {"features": FEATURES, "hysteresis": 0.25}}, **more}
    return Schemes(files={name: Scheme.model_validate({**WORDS, **values}) for name, values in held.items()})


MODELS = {"behaviour": Published(cut(), "3")}
