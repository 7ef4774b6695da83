from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from learnlake.modelling.grid import grid
from learnlake.modelling.scoring import TOLD, Asked, Scorer, candidates_of, scored
from tests.modelling.preferred import drawn, framed, highest, item, told, user

WEIGHTS = drawn(1, 23, 9)
BETWEEN = np.random.default_rng(2).normal(size=(9, 9)).round(1)


def made() -> Callable[[pa.Table], Scorer]:
    """A kernel that goes to the workers by value: they do not know the tests."""

    def kernel(table: pa.Table) -> Scorer:
        names = sorted(table["item_id"].to_pylist())
        return Scorer(names, lambda held: np.asarray(held @ BETWEEN))

    return kernel


@pytest.mark.parametrize(("parts", "keeps_known"), [(1, False), (3, True)])
def test_candidates_are_those_of_brute_force_in_however_many_parts(spark, parts, keeps_known):
    items = spark.createDataFrame([(item(n),) for n in range(9)], "item_id string")
    found = scored(framed(spark, WEIGHTS), items, made(), Asked(4, keeps_known, parts))
    scores = WEIGHTS @ BETWEEN if keeps_known else np.where(WEIGHTS > 0, 0.0, WEIGHTS @ BETWEEN)
    wanted = {(user(u), item(i)): x for u in range(23) for i, x in highest(scores, u, 4).items()}
    assert told(found, "user_id", "item_id", "score") == pytest.approx(wanted)


def test_blocks_of_users_do_not_change_what_is_told(monkeypatch):
    rows = [(user(u), item(i), float(WEIGHTS[u, i])) for u, i in np.argwhere(WEIGHTS > 0).tolist()]
    columns = [pa.array([row[n] for row in rows]) for n in range(3)]
    held = grid(pa.table(dict(zip(("user_id", "item_id", "weight"), columns, strict=True))))
    scorer = Scorer(held.items, lambda held: np.asarray(held @ BETWEEN))
    whole = candidates_of(held, scorer, Asked(4))
    monkeypatch.setattr("learnlake.modelling.scoring.BLOCK", 20)
    assert candidates_of(held, scorer, Asked(4)).equals(whole)
    assert len(whole) > 40


def test_without_users_or_items_there_are_no_candidates(spark):
    empty = grid(TOLD.empty_table().rename_columns(["user_id", "item_id", "weight"]))
    assert candidates_of(empty, Scorer([], lambda held: held.toarray()), Asked()).num_rows == 0
    none = spark.createDataFrame([], "item_id string")
    assert scored(framed(spark, WEIGHTS), none, made(), Asked()).collect() == []
