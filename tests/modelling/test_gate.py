from pathlib import Path
from typing import Self

import pytest
from pyspark.sql import DataFrame

from learnlake.modelling.gate import Bar, Candidate, judge


class Fitted:
    """The least that is a model: the gate looks only at whether there is one."""

    def fit(self, users: DataFrame) -> Self:
        raise NotImplementedError

    def score(self, users: DataFrame) -> DataFrame:
        raise NotImplementedError

    def save(self, folder: Path) -> None:
        raise NotImplementedError

    @classmethod
    def load(cls, folder: Path) -> Self:
        raise NotImplementedError


def bar(found: float, must_exceed: float) -> Bar:
    return Bar("silhouette", found, must_exceed, "of RFM quantiles")


@pytest.mark.parametrize(("found", "is_cleared"), [(0.41, True), (0.40, False), (0.39, False), (float("nan"), False)])
def test_a_bar_is_cleared_by_more_and_not_by_as_much(found, is_cleared):
    assert bar(found, 0.40).is_cleared is is_cleared


def test_a_candidate_that_clears_every_bar_is_published():
    decision = judge(Candidate(Fitted(), (bar(0.5, 0.4), bar(0.9, 0.6))))
    assert decision.is_published
    assert (
        decision.reason
        == "published: silhouette 0.500 > 0.400 (of RFM quantiles); silhouette 0.900 > 0.600 (of RFM quantiles)"
    )


def test_one_missed_bar_keeps_a_candidate_back_and_the_reason_says_which():
    decision = judge(Candidate(Fitted(), (bar(0.5, 0.4), bar(0.5, 0.6))))
    assert not decision.is_published
    assert (
        decision.reason
        == "not published: silhouette 0.500 > 0.400 (of RFM quantiles); silhouette 0.500 not > 0.600 (of RFM quantiles)"
    )


NAN = float("nan")


@pytest.mark.parametrize(
    ("found", "must_exceed", "what"), [(NAN, 0.4, "it"), (0.4, NAN, "what it must exceed"), (float("inf"), 0.4, "it")]
)
def test_what_is_no_number_is_refused_in_words(found, must_exceed, what):
    """Said once for bars of one name, and no other bar is spoken of: there is no verdict."""
    candidate = Candidate(Fitted(), (bar(0.5, 0.4), bar(found, must_exceed), bar(found, must_exceed)))
    decision = judge(candidate)
    assert not decision.is_published
    assert decision.reason == f"not published: silhouette cannot be judged: {what} is no number (of RFM quantiles)"
    assert candidate.measured == "silhouette 0.500"


def test_the_reason_ends_with_how_the_candidate_was_judged():
    assert judge(Candidate(Fitted(), (bar(0.5, 0.4),), remark="judged on a later day")).reason.endswith(
        "; judged on a later day"
    )


def test_without_a_model_the_refusal_is_the_reason():
    decision = judge(Candidate(None, (bar(0.5, 0.4),), refusal="no structure"))
    assert (decision.is_published, decision.reason) == (False, "no structure")


def test_a_candidate_without_bars_beats_nothing_and_is_not_published():
    assert not judge(Candidate(Fitted())).is_published


def test_what_the_bars_measured_is_said_in_short():
    assert Candidate(Fitted(), (bar(0.5, 0.4), bar(0.9, 0.6))).measured == "silhouette 0.500; silhouette 0.900"
    assert Candidate(None).measured == ""
