"""What is taken next and together, counted of some users in memory: for past days on which the gold tables of rules are not made.

The gold tables know more (longer antecedents, correction for many tests); at serving they take the place of these counts.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
from scipy import sparse

from learnlake.modelling.association import wilson
from learnlake.modelling.grid import grid
from learnlake.recommend.lists.rules.frames import OFFERED

FEWEST = 10  # users who went a way or took both
MOST_WAYS = 50  # of each item


def with_ways(items: pa.Table, taken: pa.Table) -> pa.Table:
    """Fill ``next_of`` and ``follows`` of rows of ``frames.offered``.

    Args:
        items: the rows.
        taken: who took what, first on which day: user_id, item_id, taken_date, without nulls.
    """
    ids = items.column("item_id").to_pylist()
    kinds = dict(zip(ids, items.column("item_kind").to_pylist(), strict=True))
    next_of, follows = next_ways(taken, kinds), together(taken)
    for name, held in (("next_of", next_of), ("follows", follows)):
        column = pa.array([held.get(item) for item in ids], OFFERED.field(name).type)
        items = items.set_column(items.schema.get_field_index(name), OFFERED.field(name), column)
    return items


def next_ways(taken: pa.Table, kinds: Mapping[str, str | None]) -> dict[str, list[dict[str, object]]]:
    """Return of each item from which ones of its kind it was taken next more often than its share of all, and in what share of the ways."""
    kind = pa.array([kinds.get(item) or "" for item in taken.column("item_id").to_pylist()], pa.string())
    order = [(name, "ascending") for name in ("user_id", "kind", "taken_date", "item_id")]
    rows = taken.append_column("kind", kind).sort_by(order)
    user, item, own = (np.array(rows.column(name).to_pylist(), dtype=object) for name in ("user_id", "item_id", "kind"))
    same = np.flatnonzero((user[1:] == user[:-1]) & (own[1:] == own[:-1]))
    names, code = np.unique(item.astype(str), return_inverse=True)
    counts = sparse.coo_matrix(
        (np.ones(len(same)), (code[same], code[same + 1])), shape=(len(names), len(names))
    ).tocsr()
    counts.sum_duplicates()
    went, came = (np.asarray(counts.sum(axis=axis)).ravel() for axis in (1, 0))
    found = counts.tocoo()
    share = found.data / went[found.row]
    keep = (found.data >= FEWEST) & (share * came.sum() > came[found.col])
    out: dict[str, list[dict[str, object]]] = {}
    for start, end, value in sorted(zip(found.row[keep], found.col[keep], share[keep], strict=True)):
        out.setdefault(str(names[end]), []).append({"item": str(names[start]), "share": float(value)})
    return out


def together(taken: pa.Table) -> dict[str, list[dict[str, object]]]:
    """Return of each item those whose takers took it more often than others, with the lower end of the confidence (Wilson)."""
    if not taken.num_rows:
        return {}
    rows = taken.select(["user_id", "item_id"]).append_column("weight", pa.array(np.ones(taken.num_rows)))
    held = grid(rows)
    counts = (held.weights.T @ held.weights).tocoo()
    sizes = np.asarray(held.weights.sum(axis=0)).ravel()
    low, _ = wilson(counts.data, sizes[counts.row])
    is_more = low * len(held.users) > sizes[counts.col]
    keep = np.flatnonzero((counts.row != counts.col) & (counts.data >= FEWEST) & is_more)
    order = keep[np.lexsort((counts.row[keep], -low[keep], counts.col[keep]))]
    place = np.arange(len(order)) - np.searchsorted(counts.col[order], counts.col[order])
    out: dict[str, list[dict[str, object]]] = {}
    for at in order[place < MOST_WAYS]:
        rule = {"items": [held.items[counts.row[at]]], "confidence": float(low[at])}
        out.setdefault(held.items[counts.col[at]], []).append(rule)
    return out
