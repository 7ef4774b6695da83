"""Association rules: what standing together says, what chance alone would give, and which rules are worth telling.

A rule is tested against two kinds of chance. Fisher's exact test asks how often so many baskets would hold both sides if
they were dealt out to baskets alike. Baskets are not alike: large ones hold more of everything, so that in them any two items meet
more often than that. So each rule must also beat what the sizes of the baskets alone would give. A rule with a longer antecedent must
beat, in both ways, every rule with a shorter one. The number of tests is that of all rules whose antecedent and consequent are
frequent, found together or not.

Sources: Agrawal and Srikant (1994), VLDB; measures, Brin et al. (1997), SIGMOD, and Piatetsky-Shapiro (1991); intervals, Wilson
(1927), JASA 22; the exact test, Fisher (1922), JRSS 85; rules against shorter ones and the count of tests, Webb (2007), Machine Learning
68; basket sizes as a source of chance, Gionis et al. (2007), TKDD 1; false discoveries, Benjamini and Hochberg (1995), JRSS B 57.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, hypergeom

from learnlake.modelling.intervals import Z_95

Numbers = NDArray[np.float64]
Counts = NDArray[np.int64]
Itemset = tuple[str, ...]

EXACT_SIZES = 32  # baskets of at most so many items are told apart by their size, larger ones by tenths of it
ROUNDS = 50  # scalings of weights and times; the last ones change them by less than a thousandth
HEAVIEST = 50.0  # weight of an item that is in every basket


@dataclass(frozen=True)
class Bars:
    """What a rule must reach to be told.

    Attributes:
        least_gain: confidence above that of every rule with a shorter antecedent.
        most_q: largest q-value.
        at_most: rules of a scope, by leverage.
    """

    least_gain: float
    most_q: float
    at_most: int


@dataclass(frozen=True)
class Rules:
    """Rules of one scope, one an entry; counts are of baskets."""

    antecedent: list[Itemset]
    consequent: list[str]
    baskets: int
    antecedent_count: Counts
    consequent_count: Counts
    together_count: Counts
    p_value: Numbers
    strict_p_value: Numbers
    q_value: Numbers

    def measures(self) -> dict[str, Numbers]:
        """Return support, confidence, lift, leverage and conviction (not a number where the rule never fails) by name."""
        n, x, y = max(self.baskets, 1), self.antecedent_count, self.consequent_count
        confidence, share = self.together_count / x, y / n
        fails = np.where(self.together_count < x, 1 - confidence, np.nan)
        return {
            "support": self.together_count / n,
            "confidence": confidence,
            "lift": confidence / share,
            "leverage": self.together_count / n - x / n * share,
            "conviction": (1 - share) / fails,
        }


def rules(itemsets: Mapping[Itemset, int], sizes: Mapping[int, int], bars: Bars) -> Rules:
    """Make the rules that are worth telling, the one with the largest leverage first; ties by antecedent and consequent.

    Args:
        itemsets: itemset, its items sorted -> baskets that hold it; with each itemset its parts.
        sizes: number of different items -> baskets with so many; the empty ones count as well.
        bars: what a rule must reach.
    """
    baskets = sum(sizes.values())
    pairs = list(_candidates(itemsets, baskets, bars.least_gain))
    together = _looked_up(itemsets, (tuple(sorted((*x, y))) for x, y in pairs))
    antecedent = _looked_up(itemsets, (x for x, _ in pairs))
    consequent = _looked_up(itemsets, ((y,) for _, y in pairs))
    p = upper_tail(together, baskets, consequent, antecedent)
    strict = np.maximum(p, _strict(itemsets, sizes, pairs))
    q = adjusted(strict, tests(itemsets))
    leverage = together / max(baskets, 1) - antecedent * consequent / max(baskets, 1) ** 2
    order = sorted((i for i in range(len(pairs)) if q[i] <= bars.most_q), key=lambda i: (-leverage[i], *pairs[i]))
    told = np.array(order[: bars.at_most], np.int64)
    x, y = [pairs[i][0] for i in told], [pairs[i][1] for i in told]
    return Rules(x, y, baskets, antecedent[told], consequent[told], together[told], p[told], strict[told], q[told])


def _looked_up(itemsets: Mapping[Itemset, int], keys: Iterable[Itemset]) -> Counts:
    return np.fromiter((itemsets[key] for key in keys), np.int64)


def _candidates(itemsets: Mapping[Itemset, int], baskets: int, least_gain: float) -> Iterator[tuple[Itemset, str]]:
    """Yield the rules with lift above 1 that gain enough over every shorter one; the others count as tests that failed."""
    for items, together in itemsets.items():
        for place, consequent in enumerate(items if len(items) > 1 else ()):
            antecedent = (*items[:place], *items[place + 1 :])
            confidence = together / itemsets[antecedent]
            if confidence * baskets <= itemsets[(consequent,)] * (1 + 1e-12):
                continue
            shorter = (_confidence(itemsets, part, consequent) for part in _parts(antecedent))
            if all(confidence >= other + least_gain - 1e-12 for other in shorter):
                yield antecedent, consequent


def _parts(antecedent: Itemset) -> Iterator[Itemset]:
    """Yield the shorter antecedents that are not empty."""
    for length in range(1, len(antecedent)):
        yield from combinations(antecedent, length)


def _confidence(itemsets: Mapping[Itemset, int], antecedent: Itemset, consequent: str) -> float:
    return itemsets[tuple(sorted((*antecedent, consequent)))] / itemsets[antecedent]


def tests(itemsets: Mapping[Itemset, int]) -> int:
    """Count all rules whose antecedent is frequent, shorter than the longest itemset looked for, and whose consequent is frequent.

    A rule whose sides were not frequent together was tested as well: it failed.
    """
    lengths = Counter(map(len, itemsets))
    longest = max(lengths, default=0)
    return sum(n * (lengths[1] - length) for length, n in lengths.items() if length < max(longest, 2))


def upper_tail(together: Counts, whole: Counts | int, one: Counts, other: Counts) -> Numbers:
    """Return the one-sided p-values of Fisher's exact test: the chance of ``together`` or more.

    Args:
        together: baskets with both sides.
        whole: baskets in all.
        one: baskets with one side.
        other: baskets with the other side.
    """
    return cast(Numbers, np.clip(hypergeom.sf(together - 1, whole, one, other), 0.0, 1.0))


def adjusted(p: Numbers, count: int) -> Numbers:
    """Return Benjamini and Hochberg's q-values of ``count`` tests, of which those not given have a p-value of 1."""
    order = np.argsort(p, kind="stable")
    raw = p[order] * max(count, len(p)) / np.arange(1, len(p) + 1)
    out = np.empty(len(p))
    out[order] = np.minimum(np.minimum.accumulate(raw[::-1])[::-1], 1.0)
    return out


def wilson(count: Counts, whole: Counts) -> tuple[Numbers, Numbers]:
    """Return the ends of the 95 % score intervals of ``count / whole``."""
    share, n = count / whole, whole.astype(np.float64)
    centre = (share + Z_95**2 / (2 * n)) / (1 + Z_95**2 / n)
    width = Z_95 * np.sqrt(share * (1 - share) / n + Z_95**2 / (4 * n * n)) / (1 + Z_95**2 / n)
    return np.maximum(centre - width, 0.0), np.minimum(centre + width, 1.0)


def _strict(itemsets: Mapping[Itemset, int], sizes: Mapping[int, int], pairs: list[tuple[Itemset, str]]) -> Numbers:
    """Return of each rule the largest p-value beside that of the plain exact test.

    Against the empty antecedent: what the sizes of the baskets give. Against each shorter one: the exact test among the baskets that
    hold it, and its confidence, raised as the sizes of the baskets raise it.
    """
    chance = BySize.learn(itemsets, sizes)
    rows = [(i, part) for i, (x, _) in enumerate(pairs) for part in ((), *_parts(x))]
    rule = np.array([i for i, _ in rows], np.int64)
    known = {(): sum(sizes.values())} | dict(itemsets)
    held = _looked_up(known, (part for _, part in rows))
    both = _looked_up(known, (tuple(sorted((*part, pairs[i][1]))) for i, part in rows))
    antecedent = _looked_up(known, (x for x, _ in pairs))[rule]
    together = _looked_up(known, (tuple(sorted((*x, y))) for x, y in pairs))[rule]
    given = {part: chance.of(part) for part in {(), *(x for x, _ in pairs), *(part for _, part in rows)}}
    raised = np.array([_raised(given[pairs[i][0]], given[part], chance.weight[pairs[i][1]]) for i, part in rows])
    expected = np.minimum(both / held * np.maximum(raised, 1.0), 1.0)
    p = np.maximum(upper_tail(together, held, both, antecedent), binom.sf(together - 1, antecedent, expected))
    out = np.zeros(len(pairs))
    np.maximum.at(out, rule, p)
    return out


def _raised(given: Given, part: Given, weight: float) -> float:
    return given.holds(weight) / max(part.holds(weight), 1e-12)


@dataclass(frozen=True)
class BySize:
    """How likely an item is in a basket of a size, if nothing but the sizes and how frequent items are mattered.

    A basket into which one draws for a time ``t`` holds item i with a chance of 1 - exp(-w_i * t). The weights are such that each item
    is expected as often as it is found, the times such that each basket is expected to be as large as it is.

    Attributes:
        size: sizes of baskets.
        baskets: how many there are of each.
        time: how long one draws for each size.
        weight: w_i of each item.
    """

    size: Numbers
    baskets: Numbers
    time: Numbers
    weight: Mapping[str, float]

    @classmethod
    def learn(cls, itemsets: Mapping[Itemset, int], sizes: Mapping[int, int]) -> BySize:
        """Scale weights and times in turn until both fit; items that are not frequent are taken for many tiny ones."""
        size, baskets = _binned(sizes)
        names = [items[0] for items in itemsets if len(items) == 1]
        counts = _looked_up(itemsets, ((name,) for name in names)).astype(np.float64)
        rest = max(float(size @ baskets - counts.sum()), 0.0)
        time, weight = size.copy(), counts / max(float(size @ baskets), 1.0)
        for _ in range(ROUNDS):
            weight = np.minimum(weight * counts / (-np.expm1(-weight[:, None] * time) @ baskets), HEAVIEST)
            drawn = -np.expm1(-weight[:, None] * time).sum(axis=0) + rest / max(float(time @ baskets), 1e-9) * time
            time = time * size / np.maximum(drawn, 1e-9)
        return cls(size, baskets, time, dict(zip(names, weight.tolist(), strict=True)))

    def of(self, antecedent: Itemset) -> Given:
        """Return how long one draws beside an antecedent that is in the basket already, and how likely each size then is."""
        likely, time, places = self.baskets.copy(), self.time, self.size - len(antecedent)
        weights = [self.weight[item] for item in antecedent]
        for weight in weights:
            likely = likely * -np.expm1(-weight * self.time)
        for _ in range(3):
            taken = sum((-np.expm1(-weight * time) for weight in weights), np.zeros(len(time)))
            time = np.interp(places + taken, np.concatenate(([0.0], self.size)), np.concatenate(([0.0], self.time)))
        return Given(likely * (places > 0) / likely.sum(), time)


@dataclass(frozen=True)
class Given:
    """Baskets that hold an antecedent: the share of each size, and how long one draws for the rest of them."""

    share: Numbers
    time: Numbers

    def holds(self, weight: float) -> float:
        """Return the share of them that would hold an item, by the sizes alone."""
        return float(self.share @ -np.expm1(-weight * self.time))


def _binned(sizes: Mapping[int, int]) -> tuple[Numbers, Numbers]:
    """Return sizes and how many baskets have them; large sizes that differ by less than a tenth are taken together."""
    size = np.array(sorted(sizes), np.float64)
    baskets = np.array([sizes[int(s)] for s in size], np.float64)
    step = np.where(size <= EXACT_SIZES, size, EXACT_SIZES + np.ceil(10 * np.log(np.maximum(size / EXACT_SIZES, 1))))
    _, first = np.unique(step, return_index=True)
    if not len(first):
        return size, baskets
    held = np.add.reduceat(baskets, first)
    return np.add.reduceat(size * baskets, first) / np.maximum(held, 1), held
