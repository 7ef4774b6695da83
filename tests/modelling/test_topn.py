from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.errors import PythonException
from pyspark.sql import SparkSession

from learnlake.errors import LearnlakeError
from learnlake.modelling import topn
from learnlake.modelling.topn import Items, Search, best, matrix_of, whole

FEW = Items.of(["c", "a", "b"], [[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
USERS = "user_id string, factors array<float>, seen array<string>"


def batch(factors: list[list[float] | None], seen: list[list[str | None] | None]) -> pa.RecordBatch:
    keys = pa.array([f"u{n}" for n in range(len(factors))], pa.string())
    lists = pa.array(factors, pa.list_(pa.float32())), pa.array(seen, pa.list_(pa.string()))
    return pa.RecordBatch.from_arrays([keys, *lists], ["user_id", "factors", "seen"])


def rows(found: pa.RecordBatch) -> list[tuple[str, str, float, int]]:
    return list(zip(*(column.to_pylist() for column in found.columns), strict=True))


def brute(items: Items, users: pa.RecordBatch, n: int) -> list[tuple[str, str, float, int]]:
    """Sort every item of every user, one user after the other."""
    out = []
    for user in users.to_pylist():
        if user["factors"] is None:
            continue
        left = [place for place, name in enumerate(items.ids.to_pylist()) if name not in (user["seen"] or [])]
        score = items.factors.astype(float) @ np.array(user["factors"]) + items.bias
        told = [(-np.float32(score[place]), items.ids[place].as_py()) for place in left]
        out += [(user["user_id"], name, -less, rank) for rank, (less, name) in enumerate(sorted(told)[:n], 1)]
    return out


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 90), st.integers(1, 25), st.booleans())
def test_the_best_are_those_of_brute_force_ties_and_all(seed, count, n, has_ties):
    """Small whole numbers make many scores equal, at the edge as well."""
    random = np.random.default_rng(seed)
    drawn = (lambda *shape: random.integers(-1, 2, shape)) if has_ties else (lambda *shape: random.normal(size=shape))
    names = [f"i{n}" for n in random.permutation(count)]
    items = Items.of(names, np.asarray(drawn(count, 3), float).reshape(count, 3), drawn(count))
    factors = [list(map(float, drawn(3))) if random.random() < 0.9 else None for _ in range(12)]
    seen = [[f"i{m}" for m in random.integers(0, 100, random.integers(0, 60))] or None for _ in range(12)]
    users = batch(factors, seen)
    found, wanted = rows(Search(items, n).told(users)), brute(items, users, n)
    assert [row[:2] + row[3:] for row in found] == [row[:2] + row[3:] for row in wanted]
    assert [row[2] for row in found] == pytest.approx([row[2] for row in wanted], abs=1e-6)


def test_blocks_of_users_and_parts_of_candidates_do_not_matter(monkeypatch):
    random = np.random.default_rng(5)
    items = Items.of([f"i{n:03d}" for n in range(300)], random.normal(size=(300, 8)), random.normal(size=300))
    users = batch(random.normal(size=(40, 8)).tolist(), [[f"i{n:03d}" for n in range(m)] for m in range(40)])
    at_once = rows(Search(items, 7).told(users))
    monkeypatch.setattr(topn, "AT_ONCE", 900)
    monkeypatch.setattr(topn, "PAIRS", 5)
    assert rows(Search(items, 7).told(users)) == at_once
    turned = users.take(pa.array(range(39, -1, -1)))
    assert sorted(rows(Search(items, 7).told(turned))) == sorted(at_once)


def test_scores_that_single_precision_cannot_tell_apart_are_ranked_by_item_id():
    """The same numbers in another order: in the product of a block their sums differ by rounding, the answer may not."""
    random = np.random.default_rng(1)
    one = random.normal(size=64).astype(np.float32) * 100
    items = Items.of([f"i{n:02d}" for n in range(40)], np.array([random.permutation(one) for _ in range(40)]))
    users = batch([[1.0] * 64] * 3, [["i01"], None, []])
    assert len(set((np.ones((3, 64), np.float32) @ items.factors.T)[0].tolist())) > 1, (
        "how many depends on the processor"
    )
    found = rows(Search(items, 5).told(users))
    assert [row[1] for row in found] == ["i00", "i02", "i03", "i04", "i05"] + ["i00", "i01", "i02", "i03", "i04"] * 2


def test_scores_below_zero_are_scores():
    """What fills the last group up to its width is no item."""
    items = Items.of([f"i{n:02d}" for n in range(90)], -np.arange(1.0, 91.0)[:, None])
    assert rows(Search(items, 1).told(batch([[1.0], [2.0]], [None, ["i00"]]))) == [
        ("u0", "i00", -1.0, 1),
        ("u1", "i01", -4.0, 1),
    ]


def test_a_user_without_factors_has_no_rows_and_unknown_ids_cost_nothing(spark: SparkSession):
    users = spark.createDataFrame(
        [
            ("ann", [1.0, 0.0], ["a", "gone", None]),
            ("bob", None, ["a"]),
            ("cat", [0.0, 2.0], None),
            ("dan", [1.0, 1.0], ["a", "b", "c"]),
        ],
        USERS,
    )
    found = best(users, "user_id", FEW, 2)
    assert found.dtypes == [("user_id", "string"), ("item_id", "string"), ("score", "float"), ("rank", "int")]
    assert sorted(map(tuple, found.collect())) == [
        ("ann", "b", 0.0, 2),
        ("ann", "c", 1.0, 1),
        ("cat", "a", 0.0, 2),
        ("cat", "b", 2.0, 1),
    ]


def test_a_bias_lifts_an_item_for_everybody():
    lifted = Items.of(["a", "b"], [[1.0], [0.0]], [0.0, 0.5])
    told = rows(Search(lifted, 1).told(batch([[0.25], [1.0]], [None, None])))
    assert told == [("u0", "b", 0.5, 1), ("u1", "a", 1.0, 1)]


def test_fewer_items_than_asked_for_are_fine():
    assert [row[1] for row in rows(Search(FEW, 99).told(batch([[1.0, 0.5]], [None])))] == ["a", "c", "b"]
    assert rows(Search(Items.of([], np.empty((0, 2))), 3).told(batch([[1.0, 0.5]], [["a"]]))) == []


def test_a_table_gives_items_and_leaves_out_those_without_factors():
    lists = pa.chunked_array([[[1.0, 2.0], None], [[3.0, 4.0]]], pa.list_(pa.float32()))
    items = Items.read(pa.table({"item_id": ["b", "x", "a"], "factors": lists}))
    assert items.ids.to_pylist() == ["a", "b"]
    assert items.factors.tolist() == [[3.0, 4.0], [1.0, 2.0]]
    assert items.places(pa.array(["b", "x", None])).to_pylist() == [1, None, None]


@pytest.mark.parametrize(
    ("ids", "factors", "bias", "said"),
    [
        (["a", "a"], [[1.0], [2.0]], None, "stands twice"),
        (["a", None], [[1.0], [2.0]], None, "is null or stands twice"),
        (["a"], [[1.0], [2.0]], None, "1 items have factors of shape"),
        (["a"], [[1.0]], [1.0, 2.0], "bias of shape"),
        (["a"], [[float("nan")]], None, "not finite"),
        (["a"], [[1.0]], [float("inf")], "not finite"),
    ],
)
def test_items_that_are_none_are_refused(ids, factors, bias, said):
    with pytest.raises(LearnlakeError, match=said):
        Items.of(ids, factors, bias)


@pytest.mark.parametrize(
    ("factors", "said"),
    [([1.0, float("nan")], "not finite"), ([1.0], "1 factors where 2 are expected"), ([1e38, 1e38], "too large")],
)
def test_users_whose_factors_cannot_be_multiplied_are_refused(factors, said):
    large = Items.of(["a"], [[3.0, 3.0]])
    with pytest.raises(LearnlakeError, match=said):
        Search(large, 1).told(batch([factors], [None]))


def test_an_error_in_a_task_says_its_sentence(spark: SparkSession):
    users = spark.createDataFrame([("ann", [1.0, float("nan")], None)], USERS)
    with pytest.raises(PythonException, match="factors of a user are not finite: leave it out"):
        best(users, "user_id", FEW, 2).collect()


def test_less_than_one_item_is_refused(spark: SparkSession):
    with pytest.raises(LearnlakeError, match="ask for 1 or more"):
        best(spark.createDataFrame([], USERS), "user_id", FEW, 0)


def test_lists_become_a_matrix_only_where_they_are_as_long():
    assert matrix_of(pa.array([[1, 2], [3, 4]], pa.list_(pa.float32())), None, "an item").tolist() == [[1, 2], [3, 4]]
    assert matrix_of(pa.array([], pa.list_(pa.float32())), 2, "a user").shape == (0, 2)
    with pytest.raises(LearnlakeError, match="an item has 1 factors where 2 are expected"):
        matrix_of(pa.array([[1, 2], [3]], pa.list_(pa.float32())), None, "an item")


def test_a_column_in_chunks_becomes_one_array():
    assert whole(pa.chunked_array([["a"], ["b"]])).to_pylist() == ["a", "b"]
    assert whole(pa.chunked_array([], pa.string())).to_pylist() == []
