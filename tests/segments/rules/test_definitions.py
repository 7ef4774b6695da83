import numpy as np
import pytest

from learnlake.segments.rules.definitions import Limit, in_sql, in_words, limits_of

NAMES = ("study_count_90d", "browse_count_90d", "idle_days")


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    return np.random.default_rng(6).integers(0, 40, (600, 3)).astype(float)


def test_a_planted_rule_is_found_again(raw):
    is_member = (raw[:, 0] >= 20) & (raw[:, 2] <= 9)
    limits = limits_of(raw, NAMES, is_member)
    study, idle = sorted(limits, key=lambda limit: limit.feature, reverse=True)
    assert (study.feature, idle.feature) == ("study_count_90d", "idle_days")
    assert 19 < study.low < 21
    assert 9 < idle.high < 11
    assert in_sql((study, idle)) == f"study_count_90d > {study.low:.4g} AND idle_days <= {idle.high:.4g}"


def test_there_are_never_more_than_three_conditions(raw):
    is_member = (raw.sum(axis=1) > 60) & (raw[:, 1] < 30)
    assert 1 <= in_sql(limits_of(raw, NAMES, is_member)).count(" AND ") + 1 <= 3


def test_a_missing_value_fails_nothing(raw):
    holed = raw.copy()
    holed[::2, 1] = np.nan
    holed[:, 2] = np.nan
    assert limits_of(holed, NAMES, raw[:, 0] > 10) == (Limit("study_count_90d", 10.5, None),)


@pytest.mark.parametrize("members", [0, 4, 598, 600])
def test_nearly_nobody_or_everybody_has_no_definition(raw, members):
    assert limits_of(raw, NAMES, np.arange(600) < members) == ()


@pytest.mark.parametrize("others", [0, 4])
def test_where_everybody_does_the_same_no_cut_tells_members_apart(others):
    """Of thirty users who are all alike, but for fewer than a cut may part off, ten are members for some other reason."""
    alike = np.ones((30, 3))
    alike[:others] = 7
    assert limits_of(alike, ("a", "b", "c"), np.arange(30) < 10) == ()


def test_limits_are_said_in_both_languages():
    said = in_words((Limit("study_count_90d", 19.5, None), Limit("idle_days", 1.5, 9.5), Limit("odd", None, 2.0)))
    assert said[0] == (
        "study events in 90 days above 19.5; days since the last event above 1.5, at most 9.5; odd at most 2"
    )
    assert said[1] == "近90天学习次数大于19.5；距上次活动的天数大于1.5且不超过9.5；odd不超过2"
