from __future__ import annotations

import pytest
from pydantic import ValidationError

from learnlake.recommend.knowledge import KnowledgeSettings


def test_what_is_done_was_touched() -> None:
    assert KnowledgeSettings(done_types=("submit",)).done_types == ("submit",)
    with pytest.raises(ValidationError, match="done_types rate must be among touch_types"):
        KnowledgeSettings(done_types=("rate", "submit"))


@pytest.mark.parametrize(
    "wrong",
    [{"touch_types": ("dance",)}, {"item_kinds": ()}, {"most_q": 0}, {"least_prior_share": 0.5}, {"step_count": 3}],
)
def test_what_cannot_be_is_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        KnowledgeSettings(**wrong)
