"""The committed table of sources on MOOCCubeX, and two of its rows measured again."""

from __future__ import annotations

import re

import numpy as np
import pytest
from bench.mooccubex_sources import Sample, ease, popularity, read

from learnlake.modelling.ease import Ease
from tests.conftest import DATA, ROOT

pytestmark = pytest.mark.full

HEAD = ["source", "recall@10", "nDCG@10", "recall@20", "nDCG@20", "interval", "coverage", "top tenth", "seconds"]
SOURCES = {
    "popularity",
    "content",
    "like one course",
    "item cosine",
    "user cosine",
    "EASE",
    "EASE with content",
    "SVD",
    "MLlib ALS",
    "native ALS",
}
PUT_TOGETHER = {"blend", "ranker"}


@pytest.fixture(scope="module")
def table() -> dict[str, dict[str, str]]:
    text = (ROOT / "docs" / "recommendation_table.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    assert rows[0] == HEAD
    return {row[0]: dict(zip(HEAD[1:], row[1:], strict=True)) for row in rows[2:]}


@pytest.fixture(scope="module")
def sample() -> Sample:
    folder = DATA / "mooccubex"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/mooccubex")
    return read(folder)


def test_every_source_stands_in_the_table_with_sound_figures_the_best_last(table):
    assert set(table) == SOURCES | PUT_TOGETHER
    for row in table.values():
        low, high = map(float, row["interval"].split("-"))
        shares = [float(row[name]) for name in HEAD[1:5]] + [float(row["coverage"]), float(row["top tenth"])]
        assert all(0 < x <= 1 for x in shares)
        assert low < float(row["nDCG@20"]) < high
        assert float(row["recall@10"]) < float(row["recall@20"])
        assert float(row["seconds"]) >= 0
    values = [float(row["nDCG@20"]) for row in table.values()]
    assert values == sorted(values)


def test_known_figures_are_met_and_the_ranker_beats_every_source(table):
    """The blend is hardly more than EASE with content, which knows already what the others say."""
    value = {name: float(row["nDCG@20"]) for name, row in table.items()}
    assert value["popularity"] == pytest.approx(0.0893, abs=1e-4)
    assert value["item cosine"] == pytest.approx(0.1342, abs=1e-4)
    assert value["EASE"] > 0.151
    assert value["EASE with content"] > 1.05 * value["EASE"]
    assert value["blend"] == pytest.approx(value["EASE with content"], abs=0.002)
    assert value["ranker"] > 1.01 * max(value[name] for name in SOURCES)


def test_the_page_does_not_call_its_split_temporal():
    text = (ROOT / "docs" / "recommendation_table.md").read_text(encoding="utf-8")
    assert "**the split is not one by time**" in text
    assert not re.search("temporal", text)


def test_popularity_and_ease_have_the_figures_that_are_known(sample: Sample, table):
    assert ndcg(popularity(sample.train), sample) == pytest.approx(float(table["popularity"]["nDCG@20"]), abs=5e-5)
    assert ndcg(ease(sample.train, Ease(500.0)), sample) == pytest.approx(0.1517, abs=5e-5)


def ndcg(scores: np.ndarray, sample: Sample) -> float:
    """Mean nDCG@20 by its formula; that Spark says the same of all lists is checked when the table is made."""
    scores[sample.train.nonzero()] = -np.inf
    first = np.argpartition(-scores, 20, axis=1)[:, :20]
    order = np.argsort(-np.take_along_axis(scores, first, axis=1), axis=1, kind="stable")
    hits = np.take_along_axis(sample.test.toarray(), np.take_along_axis(first, order, axis=1), axis=1)
    discount = 1 / np.log2(np.arange(2, 22))
    ideal = np.cumsum(discount)[np.minimum(np.diff(sample.test.indptr), 20) - 1]
    return float((hits @ discount / ideal).mean())
