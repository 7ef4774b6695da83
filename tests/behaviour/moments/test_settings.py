from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.behaviour.moments.settings import Moment


@pytest.mark.parametrize("given", [{}, {"first": ["purchase"], "silence_days": 28}])
def test_a_moment_is_either_a_first_event_or_a_silence(given) -> None:
    with pytest.raises(ValidationError, match="either the `first` event"):
        Moment.model_validate(given)


def test_only_known_events_can_be_first() -> None:
    with pytest.raises(ValidationError, match="buy"):
        Moment.model_validate({"first": ["buy"]})
