import pytest

from learnlake.errors import BusyError, ConfError, ContractError, LearnlakeError, near_match


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
