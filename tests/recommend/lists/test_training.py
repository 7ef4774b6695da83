from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from learnlake.modelling.gate import judge
from learnlake.recommend.lists import training
from learnlake.recommend.lists.models.ranker import Ranker
from learnlake.recommend.lists.rules.ranking import Verdict
from learnlake.recommend.lists.settings import ListSettings, Placements
from tests.recommend.lists.small import placement


def candidate(monkeypatch: pytest.MonkeyPatch, judged_users: list[float]):
    """Train two placements on whose lists of the judged day so many users took anything."""
    left = iter(judged_users)
    monkeypatch.setattr(training, "moment", lambda *_: SimpleNamespace(past=lambda *_: "a past", crowd=None))
    monkeypatch.setattr(training, "taught", lambda *_: Ranker())
    verdict = lambda *_: Verdict(Ranker(), {"judged_users": next(left)}, 0.2, 0.1, "said")  # noqa: E731  # a stand-in
    monkeypatch.setattr(training, "judged", verdict)
    monkeypatch.setattr(training, "turned_to", lambda *_: None)
    monkeypatch.setattr(training, "_wanted", lambda _: None)
    monkeypatch.setattr(training, "learned", lambda *_: None)
    monkeypatch.setattr(training, "of_day", lambda *_: None)
    placements = Placements(files={"next": placement(), "then": placement()})
    settings = ListSettings()
    return training.recommender(
        *[None] * 6, as_of=date(2026, 5, 1), placements=placements, settings=settings, current=None
    )


def test_where_nobody_took_anything_there_is_nothing_to_judge_by_and_that_is_said(monkeypatch) -> None:
    made = candidate(monkeypatch, [0.0, 0.0])
    assert made.model is None
    assert judge(made).reason == (
        "nobody took anything that could be shown in the 28 days after 2026-04-03: there is nothing to judge by"
    )


def test_where_somebody_took_something_in_one_placement_the_gate_judges(monkeypatch) -> None:
    made = candidate(monkeypatch, [0.0, 31.0])
    assert made.model is not None
    assert judge(made).is_published
