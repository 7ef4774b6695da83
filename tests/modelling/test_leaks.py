"""The leak check: it proves that it sees, finds what knows the future in any disguise, and lets honest columns pass."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.leaks import alarm
from tests.modelling.chances import KINDS, drawn


def checked(**columns: pa.Array):
    batch, labels, _ = drawn(3_000)
    numbers, words, many = KINDS
    for name, values in columns.items():
        batch = batch.append_column(name, values)
        words, numbers = ((*words, name), numbers) if pa.types.is_string(values.type) else (words, (*numbers, name))
    return alarm(batch, (numbers, words, many), labels, 0.985, 7)


def labels() -> np.ndarray:
    return drawn(3_000)[1]


def test_honest_columns_pass_and_the_canary_is_caught() -> None:
    found = checked()
    assert (found.leaking, found.refusal) == ((), "")
    assert found.sees
    assert found.canary > 0.985
    assert max(found.aucs, key=found.aucs.get) in ("visits", "idle", "plan")


DISGUISES = {
    "counted": pa.array((labels() * 3 + np.random.default_rng(1).random(3_000)).tolist()),
    "turned_around": pa.array((-5.0 * labels()).tolist()),
    "in_the_middle": pa.array(
        np.where(labels() == 1, 0.0, np.random.default_rng(2).choice([-3.0, 3.0], 3_000)).tolist()
    ),
    "a_word": pa.array(np.where(labels() == 1, "refunded", "open").tolist()),
    "missing_before": pa.array([None if x else 1.0 for x in labels().tolist()]),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_column_made_of_the_outcome_is_found_in_any_disguise(disguise) -> None:
    found = checked(**{disguise: DISGUISES[disguise]})
    assert found.leaking == (disguise,)
    assert f"`{disguise}`" in found.refusal
    assert "leave it out" in found.refusal


def test_with_too_few_rows_the_check_says_that_it_is_blind() -> None:
    batch, held, _ = drawn(20)
    found = alarm(batch, KINDS, held, 0.985, 7)
    assert not found.sees
    assert "blind" in found.refusal
