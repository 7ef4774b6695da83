"""Rankers find planted tastes, and yield to what is simple where there is nothing to find."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from learnlake.recommend.lists.models.ranker import BLEND, SIMPLE, TREES
from learnlake.recommend.lists.rules.ranking import judged, taught
from learnlake.recommend.lists.settings import FINDERS, ListSettings
from tests.recommend.lists.planted import past
from tests.recommend.lists.small import placement

PLACE = placement(3)
SETTINGS = ListSettings()


@pytest.mark.full
@pytest.mark.parametrize(("people", "learners"), [(900, {TREES, BLEND}), (150, {BLEND})])
def test_planted_tastes_are_found_and_beat_what_is_popular(people, learners) -> None:
    ranker = taught(past(people, 1, PLACE), SETTINGS)
    verdict = judged(ranker, past(600, 2, PLACE), SETTINGS)
    assert verdict.ranker.learner in learners
    assert verdict.metrics["ndcg"] > verdict.metrics["ndcg_popular"] + 0.3
    assert verdict.metrics["gain_low"] > 0
    assert verdict.metrics["ndcg_low"] < verdict.metrics["ndcg"] < verdict.metrics["ndcg_high"]


@pytest.mark.full
def test_what_is_found_of_new_items_is_told_on_its_own() -> None:
    """One course in six is new, and taken like the others: it is found about as often; without any that was taken nothing is said."""
    later = past(600, 2, PLACE)
    found = judged(taught(past(900, 1, PLACE), SETTINGS), later, SETTINGS).metrics
    assert found["taken_new_items"] == later.new_taken > 60
    assert found["recall_of_new_items"] == pytest.approx(found["recall"], abs=0.15)
    assert replace(later, new_taken=0).recall_of_new(later.trial.taken, 28) == {}
    assert later.recall_of_new(later.trial.taken, 28)["recall_of_new_items"] == 1.0


def test_chances_hold_on_the_later_day() -> None:
    verdict = judged(taught(past(900, 1, PLACE), SETTINGS), past(900, 2, PLACE), SETTINGS)
    assert verdict.metrics["calibration_error"] < 0.01
    assert verdict.metrics["taken_share"] > 0.02


def test_where_nothing_is_to_be_found_the_placement_goes_by_what_is_simple_and_says_so() -> None:
    later = past(600, 2, PLACE, by_chance=True)
    verdict = judged(taught(past(600, 1, PLACE, by_chance=True), SETTINGS), later, SETTINGS)
    assert verdict.ranker.learner == SIMPLE
    assert verdict.ranker.worth[FINDERS.index(verdict.ranker.by)] == max(verdict.ranker.worth)
    assert "no more than noise" in verdict.words


@pytest.mark.parametrize("people", [3, 12])
def test_too_few_to_learn_from_or_to_judge_by_is_said(people) -> None:
    ranker = taught(past(people, 1, PLACE), SETTINGS)
    assert isinstance(ranker, str)
    assert "were taken on the day to learn from" in ranker
    assert judged(ranker, past(600, 2, PLACE), SETTINGS).words.endswith(f", for {ranker}")
    good = taught(past(600, 1, PLACE), SETTINGS)
    said = judged(good, past(people, 2, PLACE), SETTINGS).words
    assert said.startswith("popularity in the segment, for only")
    assert "users took anything on the days to judge by" in said


def test_where_everything_was_taken_there_is_nothing_to_learn() -> None:
    """As in a shop with one book that everybody buys again."""
    plain = past(900, 1, PLACE)
    ranker = taught(replace(plain, trial=replace(plain.trial, taken=np.ones_like(plain.trial.taken))), SETTINGS)
    assert isinstance(ranker, str)
    assert ranker.endswith("candidates were taken on the day to learn from: there is nothing to tell apart")


@pytest.mark.full
def test_the_source_that_carries_the_taste_is_missed_most_when_it_falls_silent() -> None:
    verdict = judged(taught(past(900, 1, PLACE), SETTINGS), past(900, 2, PLACE), SETTINGS)
    losses = {name: verdict.metrics[f"loss_without_{name}"] for name in FINDERS}
    assert max(losses, key=lambda name: losses[name]) == "content", "nothing else was learned of these items"
    assert losses["svd"] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.full
def test_a_ranker_is_the_same_again() -> None:
    first, again = (taught(past(300, 1, PLACE), SETTINGS) for _ in range(2))
    assert first == again
    features = past(50, 3, PLACE).found.features
    assert np.array_equal(first.scores(features), again.scores(features))
