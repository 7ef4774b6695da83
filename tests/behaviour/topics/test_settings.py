from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.behaviour.topics.settings import AskingSettings, Kind, Topics, learned

NAME = {"en": "x", "zh": "某"}
TEXT = {"name": NAME, "of": "text", "event_types": ["ask"], "topics": {"go": {"name": NAME, "cased": ["Go"]}}}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({**TEXT, "attribute": "type"}, "only there"),
        ({**TEXT, "topics": {"go": {"name": NAME}}}, "none has go"),
        ({**TEXT, "topics": {}}, "none has any"),
        ({"name": NAME, "of": "attribute", "event_types": ["ask"]}, "`attribute` is needed"),
        (
            {"name": NAME, "of": "attribute", "attribute": "a", "event_types": ["ask"], "is_learned": True},
            "states its topic",
        ),
    ],
)
def test_a_kind_that_does_not_fit_together_is_refused(given, said) -> None:
    with pytest.raises(ValidationError, match=said):
        Kind.model_validate(given)


def test_what_is_recent_needs_as_many_weeks_before(shipped) -> None:
    with pytest.raises(ValidationError, match="twice"):
        AskingSettings(weeks=6, recent_weeks=4)
    assert learned(shipped) == ("technology",)
    assert {len(shipped.of(Topics).files[name].topics) for name in ("technology", "requests")} == {20, 5}
