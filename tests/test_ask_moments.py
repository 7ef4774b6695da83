from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["moments", "leave"], 2, "MOMENT: `leave` is unknown; did you mean `leaving`?"),
        (["moments", "leaving"], 1, "gold.moments has no rows yet"),
        (["sequels", "course"], 1, "gold.purchase_sequels has no rows yet"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(say, words, status, said) -> None:
    """Nobody of the tiny platform buys or leaves."""
    found = say(*words)
    assert found.exit_code == status
    assert said in found.stderr
    assert "Traceback" not in found.stderr
