from __future__ import annotations

import pytest

from learnlake.lake.columns import LONG, STRING, Named
from learnlake.lake.steering import refuse_unfit_column, refuse_unfit_numbers, steering, words
from learnlake.lake.tables.gold import USER_FEATURES

MARKS = pytest.mark.parametrize("mark", ["is_outcome", "is_protected"])


@MARKS
def test_nothing_marked_steers(mark, monkeypatch):
    marked = Named("cancel_count_90d", LONG, "a marked number", **{mark: True})
    monkeypatch.setattr("learnlake.lake.steering.USER_FEATURES", USER_FEATURES.widened((marked,)))
    assert steering([marked, Named("idle_days", LONG, "a number")]) == ("idle_days",)
    with pytest.raises(
        ValueError, match="`cancel_count_90d` is an outcome or protected and may not weigh; take it out"
    ):
        refuse_unfit_numbers(["cancel_count_90d"], "weigh")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("idle_day", "no number of gold.user_features; did you mean `idle_days`?"),
        ("platforms", "no number of gold.user_fea"),
    ],
)
def test_only_numbers_of_the_features_pass_as_numbers(name, hint):
    with pytest.raises(ValueError, match=hint.replace("?", r"\?")):
        refuse_unfit_numbers(["idle_days", name], "weigh")


def test_words_are_told_from_numbers():
    columns = [Named("job", STRING, "a word"), Named("idle_days", LONG, "a number")]
    assert list(words(columns)) == ["job"]
    with pytest.raises(ValueError, match="`jop` is no word of x; did you mean `job`"):
        refuse_unfit_column("jop", words(columns), "no word of x", "make tags")
