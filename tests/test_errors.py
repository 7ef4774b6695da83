import re

import pytest
from pyspark.errors import AnalysisException

from learnlake.errors import BusyError, ConfError, ContractError, LearnlakeError, near_match, sentence_of
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.runner.inputs import past_days


@pytest.mark.parametrize(
    ("word", "known", "said"),
    [
        ("idle_day", ["user_id", "idle_days"], "did you mean `idle_days`?"),
        ("zzz", ["b", "a"], "known: a, b."),
        ("zzz", [], "none is known."),
        (
            "zzz",
            [f"name_{n}" for n in range(1, 10)],
            "known: " + ", ".join(f"name_{n}" for n in range(1, 9)) + ", ....",
        ),
    ],
)
def test_a_word_is_answered_by_its_near_match_or_by_what_there_is(word, known, said):
    assert near_match(word, known) == said


def test_the_answer_does_not_depend_on_the_order_of_what_is_known():
    assert near_match("abd", ["abe", "abc"]) == near_match("abd", ["abc", "abe"])


@pytest.mark.parametrize("kind", [ConfError, ContractError, BusyError])
def test_every_error_is_one_that_the_command_line_says_in_a_sentence(kind):
    assert issubclass(kind, LearnlakeError)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LearnlakeError("as it is"), "as it is"),
        (ValueError(""), "ValueError: no more is said"),
        (AnalysisException("first\nsecond"), "Spark: first"),
        (KeyError("user_id"), "KeyError: 'user_id'"),
    ],
)
def test_every_error_is_one_sentence(error: Exception, said: str) -> None:
    assert sentence_of(error) == said


def test_an_error_of_a_library_says_where_in_our_code_it_came_from() -> None:
    with pytest.raises(ValueError, match="without a day") as caught:
        past_days(USER_FEATURES.at(every="28d", back=2), None)
    place = r"ValueError: gold\.user_features: past days are asked for without a day \(runner/inputs\.py, line \d+\)"
    assert re.fullmatch(place, sentence_of(caught.value))
