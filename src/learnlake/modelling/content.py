"""Vectors of items from what is known of them: tags, level, language, creator and text; a new item has one before anybody takes it.

Each kind of knowledge makes a block of length 1, weighed by the settings, so that a long text does not drown two tags. Items go through
one Arrow task. The result is a table of vectors for :mod:`learnlake.modelling.vectors`: ``near`` and ``alike``.

Source: TF-IDF weights, Salton and Buckley (1988), Information Processing and Management 24.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from learnlake.modelling.grid import Sparse, unit_rows
from learnlake.modelling.vectors import VECTORS, vector_table

WORDS = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+|[^\W_\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+[+#]*")
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True)
class Content:
    """How much each kind of knowledge counts, and which columns bring it.

    Attributes:
        lists: columns of arrays of strings -> weight, such as tags.
        values: columns of one string -> weight, such as level, language, creator_id.
        texts: columns of text -> weight, such as title, description.
        least_items: items that must hold a word of a text for it to count.
        most_share: share of all items that may hold it.
        most_words: words of a text column, the most frequent.
    """

    lists: tuple[tuple[str, float], ...] = (("tags", 1.0),)
    values: tuple[tuple[str, float], ...] = (("level", 0.3), ("language", 0.3), ("creator_id", 0.5))
    texts: tuple[tuple[str, float], ...] = (("title", 1.0), ("description", 0.5))
    least_items: int = 2
    most_share: float = 0.5
    most_words: int = 50_000

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read beside item_id."""
        return tuple(name for name, _ in (*self.lists, *self.values, *self.texts))


def item_vectors(items: DataFrame, content: Content) -> DataFrame:
    """Make the vectors of items.

    Args:
        items: one row per item_id with the columns that the settings name; null where nothing is known.
        content: settings.

    Returns:
        One row per item_id with places and values; empty where nothing is known of an item.
    """

    def told(table: pa.Table) -> pa.Table:
        table = table.sort_by("item_id")
        held = {name: table[name].to_pylist() for name in content.columns}
        return vector_table(table["item_id"].to_pylist(), matrix(held, table.num_rows, content))

    return items.select("item_id", *map(F.col, content.columns)).groupBy().applyInArrow(told, VECTORS)


def matrix(columns: dict[str, list[Any]], rows: int, content: Content) -> Sparse:
    """Return the vectors of items as rows.

    Args:
        columns: name -> what each item has: a list of strings or None, a string or None.
        rows: items.
        content: settings.
    """
    blocks = [sparse.csr_matrix((rows, 0))]
    for name, weight in content.lists:
        blocks.append(weight * _weighed([held or [] for held in columns[name]], 1, 1.0, None))
    for name, weight in content.values:
        blocks.append(weight * _weighed([[held] if held else [] for held in columns[name]], 1, 1.0, None))
    for name, weight in content.texts:
        told = [words(held or "") for held in columns[name]]
        blocks.append(weight * _weighed(told, content.least_items, content.most_share, content.most_words))
    return unit_rows(sparse.hstack(blocks, format="csr"))


def _weighed(told: list[list[str]], least_items: int, most_share: float, most_words: int | None) -> Sparse:
    """Return TF-IDF weights, a row an item, of length 1."""
    counted: dict[str, int] = {}
    for held in told:
        for word in set(held):
            counted[word] = counted.get(word, 0) + 1
    known = [word for word, n in counted.items() if least_items <= n <= max(most_share * len(told), least_items)]
    kept = sorted(sorted(known), key=lambda word: -counted[word])[:most_words]
    if not kept:
        return sparse.csr_matrix((len(told), 0))
    vectorizer = TfidfVectorizer(analyzer=_as_it_is, vocabulary=sorted(kept), sublinear_tf=True, lowercase=False)
    return vectorizer.fit_transform(told)


def _as_it_is(held: Iterable[str]) -> Iterable[str]:
    return held


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; Chinese, which has no blanks, by every two characters that stand together.

    A Chinese character that stands alone is a word.
    """
    out: list[str] = []
    for run in WORDS.findall(text.lower()):
        if CHINESE.match(run) and len(run) > 1:
            out += [run[at : at + 2] for at in range(len(run) - 1)]
        else:
            out.append(run)
    return out
