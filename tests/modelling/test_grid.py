from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from learnlake.modelling.grid import best, grid, unit_rows

ROWS = [("b", "y", 2.0), ("a", "z", 1.0), ("b", "x", 3.0), ("a", "y", 5.0)]


def table(rows: list[tuple[str, str, float]]) -> pa.Table:
    names = ("user_id", "item_id", "weight")
    kinds = (pa.string(), pa.string(), pa.float64())
    columns = [[row[n] for row in rows] for n in range(3)]
    return pa.table({name: pa.array(held, kind) for name, held, kind in zip(names, columns, kinds, strict=True)})


def test_a_grid_is_the_same_for_rows_in_any_order_and_any_chunks():
    for rows in (ROWS, ROWS[::-1], sorted(ROWS)):
        held = grid(pa.concat_tables([table(rows[:1]), table(rows[1:])]))
        assert (held.users, held.items) == (["a", "b"], ["x", "y", "z"])
        assert held.weights.toarray().tolist() == [[0, 5, 1], [3, 2, 0]]


def test_items_that_are_not_asked_for_are_left_out_and_their_users_stay():
    held = grid(table(ROWS), ["w", "x"])
    assert held.users == ["a", "b"]
    assert held.weights.toarray().tolist() == [[0, 0], [0, 3]]


def test_no_rows_make_an_empty_grid():
    held = grid(table([]))
    assert (held.users, held.items, held.weights.shape) == ([], [], (0, 0))
    assert grid(table([]), ["x"]).weights.shape == (0, 1)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(st.integers(-1, 3), min_size=5, max_size=5), min_size=1, max_size=4), st.integers(1, 6))
def test_the_best_are_those_of_sorting_every_row_and_ties_go_to_the_lower_column(scores, at_most):
    row, column = best(np.array(scores, dtype=float), at_most)
    wanted = []
    for n, held in enumerate(scores):
        order = sorted((-x, place) for place, x in enumerate(held) if x > 0)
        wanted += [(n, place) for _, place in order[:at_most]]
    assert list(zip(row.tolist(), column.tolist(), strict=True)) == wanted


def test_what_is_no_number_is_never_among_the_best():
    row, column = best(np.array([[np.nan, 1.0, np.nan]]), 2)
    assert (row.tolist(), column.tolist()) == ([0], [1])


def test_rows_get_length_one_and_empty_rows_stay_empty():
    found = unit_rows(sparse.csr_matrix(np.array([[3.0, 4.0], [0.0, 0.0]]))).toarray()
    assert found.tolist() == [[0.6000000000000001, 0.8], [0.0, 0.0]]
