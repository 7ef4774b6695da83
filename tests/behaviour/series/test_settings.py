from __future__ import annotations

import pytest

from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.errors import ConfError
from learnlake.settings import validated


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({"countries": ["CN", "ZZ"]}, "`ZZ` is no country whose holidays are known"),
        ({"history_days": 3}, "history_days"),
        ({"forecast": {"methods": ["arma"]}}, "forecast.methods"),
        ({"forecast": {"ahead": {"month": 3}}}, "forecast.ahead"),
        ({"forecast": {"ahead": {}}}, "forecast.ahead"),
        ({"lost_after": 3}, "lost_after"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_key(held, said) -> None:
    with pytest.raises(ConfError) as caught:
        validated(SeriesSettings, held, "conf/base.yml")
    assert said in str(caught.value)
