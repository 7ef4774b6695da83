from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, false_discovery_control, fisher_exact

from learnlake.modelling.association import Bars, BySize, Rules, adjusted, rules, tests, upper_tail, wilson
from learnlake.modelling.itemsets import Limits, itemsets
from tests.conftest import DATA

number_of_tests = tests
del tests  # so that pytest does not take it for a test
EVERY = Bars(least_gain=0.05, most_q=0.05, at_most=10_000)


def found_in(baskets: list[list[str]], bars: Bars = EVERY, limits: Limits | None = None) -> Rules:
    sets = itemsets(pa.chunked_array([pa.array(baskets)]), limits or Limits(20_000, 5, 4))
    return rules(sets, Counter(map(len, baskets)), bars)


def sides(found: Rules) -> set[tuple[tuple[str, ...], str]]:
    return set(zip(found.antecedent, found.consequent, strict=True))


def drawn(seed: int, *, baskets: int = 2_000, items: int = 40, wide: int = 12) -> list[list[str]]:
    """Baskets of items that have nothing to do with each other: one in ten is wide, the others hold one or two."""
    random = np.random.default_rng(seed)
    weight = 1 / np.arange(1, items + 1)
    sizes = np.where(random.random(baskets) < 0.1, wide, random.integers(1, 3, baskets))
    chosen = [random.choice(items, size, replace=False, p=weight / weight.sum()) for size in sizes]
    return [[f"{item:02d}" for item in held] for held in chosen]


def shuffled(baskets: list[list[str]], seed: int) -> list[list[str]]:
    """Deal the items out anew; each basket gets as many as it had, of which equal ones count once."""
    flat = np.random.default_rng(seed).permutation(np.array([item for held in baskets for item in held]))
    ends = np.cumsum([len(held) for held in baskets])[:-1]
    return [sorted(set(held.tolist())) for held in np.split(flat, ends)]


def test_measures_are_those_of_a_table_counted_by_hand():
    """40 baskets: a in 20, b in 16, both in 15."""
    one = {("a",): 20, ("b",): 16, ("a", "b"): 15}
    found = rules(one, {1: 19, 2: 15, 3: 6}, Bars(0.0, 1.0, 10))
    row = found.antecedent.index(("a",))
    measures = {name: values[row] for name, values in found.measures().items()}
    assert measures == pytest.approx(
        {"support": 0.375, "confidence": 0.75, "lift": 1.875, "leverage": 0.175, "conviction": 0.6 / 0.25}
    )
    assert found.p_value[row] == pytest.approx(fisher_exact([[15, 5], [1, 19]], alternative="greater").pvalue)


def test_a_rule_that_never_fails_has_no_conviction():
    found = rules({("a",): 20, ("b",): 25, ("a", "b"): 20}, {1: 25, 2: 20, 3: 5}, Bars(0.0, 1.0, 10))
    row = found.antecedent.index(("a",))
    assert found.measures()["confidence"][row] == 1.0
    assert np.isnan(found.measures()["conviction"][row])
    assert not np.isnan(found.measures()["conviction"][1 - row])


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 300), st.integers(0, 300), st.integers(0, 300), st.integers(0, 300))
def test_p_values_are_those_of_fishers_exact_test(whole, one, other, together):
    one, other = min(one, whole), min(other, whole)
    together = min(max(together, one + other - whole), one, other)
    table = [[together, one - together], [other - together, whole - one - other + together]]
    found = upper_tail(np.array([together]), whole, np.array([one]), np.array([other]))
    assert found[0] == pytest.approx(fisher_exact(table, alternative="greater").pvalue, rel=1e-6, abs=1e-300)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=50), st.integers(0, 100))
def test_q_values_are_benjamini_and_hochbergs_with_the_untold_tests_at_one(p, untold):
    wanted = false_discovery_control([*p, *[1.0] * untold], method="bh")[: len(p)]
    assert adjusted(np.array(p), len(p) + untold) == pytest.approx(wanted)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 500), st.integers(0, 500))
def test_intervals_are_wilsons(whole, count):
    count = min(count, whole)
    wanted = binomtest(count, whole).proportion_ci(method="wilson")
    low, high = wilson(np.array([count]), np.array([whole]))
    assert (low[0], high[0]) == pytest.approx((wanted.low, wanted.high), abs=1e-12)


def test_rules_that_were_not_found_together_count_as_tests():
    """3 items make 6 rules of two, 2 frequent pairs one rule of three each; what was found does not matter."""
    sets = {("a",): 9, ("b",): 9, ("c",): 9, ("a", "b"): 5, ("a", "c"): 5}
    assert number_of_tests(sets) == 6
    assert number_of_tests({**sets, ("b", "c"): 5, ("a", "b", "c"): 5}) == 6 + 3
    assert number_of_tests({("a",): 9, ("b",): 9}) == 2
    assert number_of_tests({}) == 0


def test_without_itemsets_there_are_no_rules():
    for sizes in ({}, {0: 3}, {1: 5}):
        assert sides(rules({}, sizes, EVERY)) == set()
    assert sides(rules({("a",): 5}, {1: 5}, EVERY)) == set()


def test_planted_pairs_and_a_planted_triple_are_found_among_noise_and_nothing_else_is():
    baskets = drawn(1, wide=4)
    for n, held in enumerate(baskets):
        if n % 10 == 0:
            held += ["x", "y"] if n % 20 else ["x"]
        if n % 8 == 1:
            held += [["p"], ["q"], ["p", "q", "r"], ["r"]][n // 8 % 4]
    found = sides(found_in(baskets))
    assert {(("x",), "y"), (("y",), "x"), (("p", "q"), "r")} <= found
    assert {side for side in found if not {*side[0], side[1]} <= {*"xypqr"}} == set()


def test_an_item_that_adds_nothing_makes_no_longer_rule():
    """z lies in every other basket, whatever else does."""
    random = np.random.default_rng(3)
    baskets = [["x", "y"] if n % 4 == 0 else ["w"] for n in range(2_000)]
    baskets = [[*held, "z"] if random.random() < 0.5 else held for held in baskets]
    found = sides(found_in(baskets))
    assert {(("x",), "y"), (("y",), "x")} == {side for side in found if "w" not in (*side[0], side[1])}
    assert [side for side in sides(found_in(baskets, Bars(0.0, 0.05, 10_000))) if "z" in (*side[0], side[1])] == []


def test_at_most_so_many_rules_are_told_the_largest_leverage_first_and_ties_by_name():
    """Four pairs that are equally frequent, and one that is more so."""
    baskets = [[f"{n % 4}a", f"{n % 4}b"] for n in range(400)] + [["c", "d"]] * 150 + [["e"]] * 300
    found = found_in(baskets, Bars(0.05, 0.05, 4))
    assert list(zip(found.antecedent, found.consequent, strict=True)) == [
        *((("c",), "d"), (("d",), "c"), (("0a",), "0b"), (("0b",), "0a"))
    ]


def test_sizes_of_baskets_explain_how_often_shuffled_items_meet():
    baskets = drawn(5, baskets=6_000)
    dealt = shuffled(baskets, 5)
    sets = itemsets(pa.chunked_array([pa.array(dealt)]), Limits(10**6, 5, 2))
    chance = BySize.learn(sets, Counter(map(len, dealt)))
    pairs = [items for items in sets if len(items) == 2 and min(sets[items[:1]], sets[items[1:]]) > 300]
    expected = sum(sets[(x,)] * chance.of((x,)).holds(chance.weight[y]) for x, y in pairs)
    alike = sum(sets[(x,)] * sets[(y,)] / len(dealt) for x, y in pairs)
    met = sum(sets[pair] for pair in pairs)
    assert met == pytest.approx(expected, rel=0.02)
    assert met > 1.1 * alike


@pytest.mark.full
def test_shuffled_baskets_hold_no_rules_though_fishers_test_alone_would_see_some():
    """40 shuffles of unequal baskets: at a rate of 5 %, 7 runs or more with a rule happen once in 300 times."""
    baskets = drawn(11)
    told = fooled = 0
    for seed in range(40):
        dealt = shuffled(baskets, seed)
        sets = itemsets(pa.chunked_array([pa.array(dealt)]), Limits(2_000, 5, 3))
        told += bool(sides(rules(sets, Counter(map(len, dealt)), Bars(0.0, 0.05, 100))))
        pairs = [items for items in sets if len(items) == 2]
        counts = [
            np.array([sets[key] for key in keys]) for keys in (pairs, [p[:1] for p in pairs], [p[1:] for p in pairs])
        ]
        plain = upper_tail(counts[0], len(dealt), counts[1], counts[2])
        fooled += bool((adjusted(np.repeat(plain, 2), number_of_tests(sets)) <= 0.05).any())
    assert told <= 6
    assert fooled >= 30


@pytest.mark.full
def test_shuffled_groceries_hold_no_rules():
    path = Path(DATA / "groceries" / "groceries.csv")
    if not path.is_file():
        pytest.skip("needs ../shared/data/groceries")
    baskets = [line.split(",") for line in path.read_text(encoding="utf-8").split("\n") if line]
    assert len(sides(found_in(baskets, limits=Limits(1_001, 10, 4)))) > 50
    told = sum(bool(sides(found_in(shuffled(baskets, seed), limits=Limits(1_001, 10, 4)))) for seed in range(20))
    assert told <= 4
