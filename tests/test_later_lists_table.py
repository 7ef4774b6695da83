"""The committed tables of sources judged by a later time, and popularity and repeat measured again."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench.later_logs import DAYS, Log, Task, next_steps, online_retail, repeat, rows_of, task
from bench.later_logs import oulad as sites
from bench.mooccubex_sources import popularity

from tests.conftest import DATA, ROOT

pytestmark = pytest.mark.full

HEAD = ["source", "recall@10", "nDCG@10", "recall@20", "nDCG@20", "interval", "coverage", "top tenth", "seconds"]
SIMPLE = {"popularity", "popularity lately", "repeat"}
PUT_TOGETHER = {"blend", "ranker"}
SOURCES = {*SIMPLE, *PUT_TOGETHER, "next steps", "item cosine", "user cosine", "EASE", "SVD", "native ALS"}
TITLES = ("online_retail, all", "online_retail, new only", "oulad, all", "oulad, new only")
EVERY_TABLE = pytest.mark.parametrize("title", TITLES)
PAGE = (ROOT / "docs" / "later_lists_table.md").read_text(encoding="utf-8")


def text_of(title: str) -> str:
    return PAGE.split(f"### {title}\n")[1].split("\n## ")[0].split("\n### ")[0]


def table_of(title: str) -> dict[str, dict[str, str]]:
    lines = [line for line in text_of(title).splitlines() if line.startswith("|")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert rows[0] == HEAD
    return {row[0]: dict(zip(HEAD[1:], row[1:], strict=True)) for row in rows[2:]}


@pytest.fixture(scope="module")
def shop() -> Log:
    folder = DATA / "online_retail"
    if not folder.is_dir():
        pytest.skip("needs ../shared/data/online_retail")
    return online_retail(folder)


@pytest.fixture(scope="module")
def last(shop: Log) -> Task:
    return task(shop, shop.rows.until - DAYS)


@EVERY_TABLE
def test_every_source_stands_in_the_table_with_sound_figures_the_best_last(title):
    table = table_of(title)
    assert set(table) == (SOURCES if title.endswith("all") else SOURCES - {"repeat"})
    for row in table.values():
        low, high = map(float, row["interval"].split("-"))
        shares = [float(row[name]) for name in HEAD[1:5]] + [float(row["coverage"])]
        assert all(0 < x <= 1 for x in shares)
        assert 0 <= float(row["top tenth"]) <= 1
        assert low < float(row["nDCG@20"]) < high
        assert float(row["recall@10"]) < float(row["recall@20"])
        assert float(row["seconds"]) >= 0
    values = [float(row["nDCG@20"]) for row in table.values()]
    assert values == sorted(values)


@EVERY_TABLE
def test_the_foot_calls_above_what_its_interval_and_every_seed_are_above(title):
    table, pattern = table_of(title), r"- (\w+) less ([\w ]+): (\S+) \((\S+) to (\S+)\), \S+: (.+)"
    said = re.findall(pattern, text_of(title))
    value = {name: float(row["nDCG@20"]) for name, row in table.items()}
    best = max(SIMPLE & set(value), key=lambda name: value[name])
    worst = float(re.search(r"other seeds: (\S+) to", text_of(title))[1])
    surely = (re.search(rf"Surely above {best}: (.+)\.", text_of(title)) or ["", ""])[1].split(", ")
    assert {name for name, *_ in said} == PUT_TOGETHER
    for name, simple, *numbers, verdict in said:
        gain, low, high = map(float, numbers)
        assert simple == best
        assert gain == pytest.approx(value[name] - value[best], abs=1.6e-4)
        assert low < gain < high
        plain = "above" if low > 0 else "below" if high < 0 else "not told apart"
        is_luck = name == "ranker" and low > 0 and worst <= value[best]
        assert verdict == ("above, but not with every seed" if is_luck else plain)
        assert (name in surely) == (verdict == "above")


def test_simple_sources_of_the_shop_have_the_figures_of_the_page(last: Task):
    for held, title in ((last, "online_retail, all"), (last.of_new(), "online_retail, new only")):
        counts = popularity(held.past.last().counted())[held.users]
        assert ndcg(counts, held) == pytest.approx(float(table_of(title)["popularity"]["nDCG@20"]), abs=5.1e-5)
    table = table_of("online_retail, all")
    assert "repeat no fading;" in text_of("online_retail, all")
    assert ndcg(repeat(last.past, np.inf)[last.users], last) == pytest.approx(
        float(table["repeat"]["nDCG@20"]), abs=5.1e-5
    )


def test_repeat_of_sites_has_the_figure_of_the_page_and_nobody_is_offered_another_presentation(oulad: Path):
    log = sites(oulad)
    held = task(log, log.rows.until - DAYS)
    found = float(table_of("oulad, all")["repeat"]["nDCG@20"])
    assert "repeat half-life 7 days;" in text_of("oulad, all")
    assert ndcg(repeat(held.past, 7.0)[held.users], held) == pytest.approx(found, abs=5.1e-5)
    running = {group for group in range(log.group.max() + 1) if (log.group[held.truth.indices] == group).any()}
    assert len(running) == 2, "AAA and BBB of October 2013; that of February is over"
    offered = held.barred.toarray() == 0
    assert not offered[:, ~np.isin(log.group, list(running))].any()


def test_the_days_that_judge_come_after_all_that_is_known(shop: Log, last: Task):
    assert last.past.day.max() < last.past.until == shop.rows.until - DAYS
    assert last.truth.multiply(last.barred).nnz == 0, "what is asked for may be offered"
    assert last.of_new().truth.multiply(last.past.last().counted()[last.users]).nnz == 0
    assert f"{len(last.users):,} users take {last.truth.nnz:,} items" in PAGE


def test_next_steps_follow_days_and_not_days_of_another_user():
    """Ann takes 0 then 1, ben 2 then 0 again: after 0 comes 1, after 1 nothing, after 2 comes 0."""
    drawn = pd.DataFrame([(0, 0, 1), (0, 1, 3), (1, 2, 2), (1, 0, 4)], columns=["user", "item", "day"])
    found = next_steps(rows_of(drawn), (np.inf, False))
    assert found == pytest.approx(np.array([[0, 1 / 12, 0], [1 / 11, 1 / 12, 0]]), abs=1e-6)


def ndcg(scores: np.ndarray, held: Task) -> float:
    """Mean nDCG@20 by its formula, of users who have something to find."""
    scores[held.barred.nonzero()] = -np.inf
    first = np.argsort(-scores, axis=1, kind="stable")[:, :20]
    wanted = np.diff(held.truth.indptr)
    hits = np.take_along_axis(held.truth.toarray() > 0, first, axis=1)[wanted > 0]
    discount = 1 / np.log2(np.arange(2, 22))
    return float((hits @ discount / np.cumsum(discount)[np.minimum(wanted[wanted > 0], 20) - 1]).mean())
