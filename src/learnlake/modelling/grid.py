"""Preferences in memory: users x items as a sparse matrix with sorted names, and the best places of each row.

Everything here is numpy and scipy, for what runs within one Arrow task. A preference is one row per ``user_id`` and ``item_id`` with a
``weight`` above 0: the contract of all sources of candidates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy import sparse

Matrix = NDArray[np.float64]
Places = NDArray[np.int64]
Sparse = Any
"""A scipy matrix in CSR form, for which no type stubs are published."""

PREFERENCES = ("user_id", "item_id", "weight")


@dataclass(frozen=True)
class Grid:
    """Preferences as a matrix.

    Attributes:
        users: name of each row, sorted.
        items: name of each column, sorted.
        weights: users x items.
    """

    users: list[str]
    items: list[str]
    weights: Sparse


def grid(table: pa.Table, items: list[str] | None = None) -> Grid:
    """Return preferences as a matrix; it does not depend on the order of the rows.

    Args:
        table: user_id, item_id and weight.
        items: sorted names of the columns; rows of other items are left out, users who have only those stay as empty rows. Default: the
            items that occur.
    """
    users, row = coded(table["user_id"])
    values, column = coded(table["item_id"])
    named = values.to_pylist()
    weight = table["weight"].to_numpy().astype(np.float64)
    if items is not None:
        place = {name: at for at, name in enumerate(items)}
        moved = np.array([place.get(name, -1) for name in named], dtype=np.int64)
        column = moved[column] if len(named) else column
        row, column, weight = row[column >= 0], column[column >= 0], weight[column >= 0]
    else:
        items = named
    made = sparse.csr_matrix((weight, (row, column)), shape=(len(users), len(items)))
    made.sort_indices()
    return Grid(users.to_pylist(), items, made)


def coded(column: pa.ChunkedArray) -> tuple[pa.StringArray, Places]:
    """Return the sorted values of a column of strings, plain or as dictionaries, and the place of each row's value among them."""
    if len(column) == 0:
        return pa.array([], pa.string()), np.empty(0, np.int64)
    held = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    chunks = held.unify_dictionaries().chunks
    values = chunks[0].dictionary
    order = pc.sort_indices(values)
    place = np.empty(len(values), np.int64)
    place[order.to_numpy()] = np.arange(len(values))
    return values.take(order), place[np.concatenate([chunk.indices.to_numpy() for chunk in chunks])]


def best(scores: Matrix, at_most: int) -> tuple[Places, Places]:
    """Return rows and columns of the highest scores above 0 of each row, the best first; ties go to the lower column.

    Args:
        scores: rows x columns; what is not above 0 is never among the best.
        at_most: places of a row.
    """
    held = np.where(scores > 0, scores, 0.0)  # no number is not above 0 either
    if held.shape[1] > at_most:
        edge = -np.partition(-held, at_most - 1, axis=1)[:, at_most - 1 : at_most]
        held = np.where(held >= edge, held, 0.0)
    row, column = np.nonzero(held)
    order = np.lexsort((column, -held[row, column], row))
    row, column = row[order], column[order]
    first = np.searchsorted(row, row)
    is_kept = np.arange(len(row)) - first < at_most
    return row[is_kept], column[is_kept]


def unit_rows(matrix: Sparse) -> Sparse:
    """Return a sparse matrix with rows of length 1; a row of zeros stays one."""
    length = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(np.divide(1.0, length, out=np.zeros_like(length), where=length > 0)) @ matrix)
