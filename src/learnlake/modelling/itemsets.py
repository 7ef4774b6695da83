"""Frequent itemsets: what stands together in many baskets, as many of them as a budget allows.

The support floor is not asked for: it is the lowest count at which no more itemsets are frequent than the budget says. Each scope is
mined in one Arrow task by a native library; only a scope that would not fit goes through MLlib, and the answers are the same.

Sources: FP-growth, Han, Pei and Yin (2000), SIGMOD; its native implementation, Borgelt (2005), OSDM; over Spark, Li et al. (2008),
RecSys; how many larger sets there can be above so many smaller ones, Kruskal (1963) and Katona (1968).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from math import comb, factorial
from typing import Any

import fim
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.ml.fpm import FPGrowth
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

AT_MOST_NATIVE = 20_000_000  # items in the baskets of a scope that one task mines: about 3 GB while it does
SAMPLE = 2_000_000  # items in the baskets from which the floor of a larger scope is guessed
FIRST_ITEMS = 5_000  # items that are paired first when the floor is looked for
COUNTERS = 25_000_000  # pairs of items that are told apart at once
AT_ONCE = 4_000_000  # pairs in baskets that are counted at once
HELD = 60_000_000  # pairs in baskets that are kept in memory, and counted for all items at once
BUCKETS = 1_000_000
SAFE = 100_000_000  # itemsets that may be counted, not kept, on the way
ITEMSETS = "file string, scope string, items array<string>, together_count bigint"

TOLD = pa.schema(
    {"file": pa.string(), "scope": pa.string(), "items": pa.list_(pa.string()), "together_count": pa.int64()}
)

Codes = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Limits:
    """What makes an itemset frequent.

    Attributes:
        at_most: itemsets that may be found in a scope; the floor rises until no more are.
        least: baskets that hold an itemset at least.
        longest: items in an itemset at most.
    """

    at_most: int
    least: int
    longest: int


def frequent(
    baskets: DataFrame, limits: Mapping[str, Limits], *, at_most_native: int = AT_MOST_NATIVE, sample: int = SAMPLE
) -> DataFrame:
    """Find the frequent itemsets of every scope.

    This runs jobs: one that weighs the scopes, and those of MLlib for scopes that are too large for one task. The baskets are read
    twice, so that costly ones should be kept. There the floor is guessed from a sample with twice the budget and then raised
    until the budget holds; only if the sample misled by more than that, it is the guess, and fewer itemsets are found.

    Args:
        baskets: one row per ``scope`` and ``basket`` with ``file`` and ``items`` (array of strings; a repeated one counts once).
        limits: by file.
        at_most_native: items in the baskets of a scope that are mined in one task.
        sample: items in the baskets from which the floor of a larger scope is guessed.

    Returns:
        One row per scope and itemset: file, scope, items (sorted), together_count.
    """
    held = baskets.select("file", "scope", "basket", F.array_distinct(F.array_compact("items")).alias("items"))
    weight = (F.count("*").alias("n"), F.sum(F.size("items")).alias("weight"))
    weighed = baskets.groupBy("file", "scope").agg(*weight).collect()
    large = [row for row in weighed if row.weight > at_most_native]
    if not large:
        return _native(held, limits)
    apart = F.col("scope").isin([row.scope for row in large])
    shares = {row.scope: min(1.0, sample / row.weight) for row in large}
    guesses = _guessed(held.where(apart), limits, shares)
    told = [_by_mllib(held, row, limits[row.file], guesses.get(row.scope, limits[row.file].least)) for row in large]
    return reduce(DataFrame.unionByName, told, _native(held.where(~apart), limits))


def _native(held: DataFrame, limits: Mapping[str, Limits]) -> DataFrame:
    def found(table: pa.Table) -> pa.Table:
        file, scope = table["file"][0].as_py(), table["scope"][0].as_py()
        sets = itemsets(table["items"], limits[file])
        return _told(file, scope, sets)

    return held.select("file", "scope", "items").groupBy("scope").applyInArrow(found, ITEMSETS)


def _told(file: str, scope: str, sets: Mapping[tuple[str, ...], int]) -> pa.Table:
    items, n = [list(held) for held in sets], len(sets)
    return pa.Table.from_arrays(
        [
            pa.array(column, kind)
            for column, kind in zip(([file] * n, [scope] * n, items, list(sets.values())), TOLD.types, strict=True)
        ],
        schema=TOLD,
    )


def itemsets(baskets: pa.ChunkedArray, limits: Limits) -> dict[tuple[str, ...], int]:
    """Find the frequent itemsets of baskets in memory.

    Args:
        baskets: lists of strings, none twice in a list.
        limits: what makes an itemset frequent.

    Returns:
        Itemset, its items sorted -> baskets that hold it.
    """
    coded = _coded(baskets)
    search = _searched(coded, limits)
    names, least = coded.names, search.least
    out = {(names[code],): int(n) for code, n in enumerate(coded.counts) if n >= least}
    is_frequent = search.pair_counts >= least
    sets = [*zip(search.pairs[is_frequent].tolist(), search.pair_counts[is_frequent].tolist(), strict=True)]
    if limits.longest > 2:
        sets += fim.fpgrowth(search.lists, supp=-least, zmin=3, zmax=limits.longest, report="a")
    return out | {tuple(sorted(names[code] for code in codes)): n for codes, n in sets}


def floor(baskets: pa.ChunkedArray, limits: Limits) -> int:
    """Return the lowest count, ``limits.least`` or more, at which at most ``limits.at_most`` itemsets are frequent."""
    return _searched(_coded(baskets), limits).least


@dataclass(frozen=True)
class Coded:
    """Baskets as numbers: the items of all baskets in a row, how many each basket holds, and in how many each item is."""

    names: list[str]
    codes: Codes
    lengths: Codes
    counts: Codes

    def of(self, is_kept: Flags, least: int) -> tuple[Codes, Codes]:
        """Return codes and lengths of the baskets with ``least`` items or more, of some items only."""
        entry = is_kept[self.codes]
        basket = np.repeat(np.arange(len(self.lengths)), self.lengths)
        kept = np.bincount(basket[entry], minlength=len(self.lengths))
        entry &= (kept >= least)[basket]
        return self.codes[entry], kept[kept >= least]


def _coded(baskets: pa.ChunkedArray) -> Coded:
    flat = pc.list_flatten(baskets).dictionary_encode().unify_dictionaries()
    whole = pa.concat_arrays(flat.chunks) if flat.num_chunks else pa.array([], pa.string()).dictionary_encode()
    codes = whole.indices.to_numpy().astype(np.int64)
    lengths = pc.list_value_length(baskets).to_numpy().astype(np.int64)
    names = whole.dictionary.to_pylist()
    return Coded(names, codes, lengths, np.bincount(codes, minlength=len(names)))


@dataclass(frozen=True)
class Search:
    """What is known once the floor is.

    Attributes:
        least: the floor.
        pairs: pairs of items (n x 2) that are frequent at the floor, or at a lower one.
        pair_counts: of each pair, the baskets that hold it.
        lists: the baskets without the items that can be in no frequent set of three.
    """

    least: int
    pairs: Codes
    pair_counts: Codes
    lists: list[list[int]]


def _searched(coded: Coded, limits: Limits) -> Search:
    """Find the floor.

    Sizes are looked at one after another: above so many frequent sets of one size there can be only so many of the next, so that dense
    baskets raise the floor before anything explodes. Sets of three and more are counted on the way, not kept.
    """
    singles = Counter(coded.counts.tolist())
    reached = lowest(singles, limits)
    if limits.longest == 1:
        return Search(reached, np.empty((0, 2), np.int64), np.empty(0, np.int64), [])
    reached, pairs, counts = _paired(coded, singles, replace(limits, least=reached))
    lists = _lists(coded, pairs[counts >= reached])
    spectrum, size, known = singles + Counter(counts.tolist()), 2, int((counts >= reached).sum())
    while size < limits.longest:
        below, size = size, limits.longest if _above(known, size, limits.longest) <= SAFE else size + 1
        found = _spectrum(lists, reached, (below + 1, size))
        spectrum = sum(found.values(), spectrum)
        reached = lowest(spectrum, replace(limits, least=reached))
        known = sum(n for count, n in found[size].items() if count >= reached)
    return Search(reached, pairs, counts, lists)


def _paired(coded: Coded, singles: Counter[int], limits: Limits) -> tuple[int, Codes, Codes]:
    """Return the floor at which items and pairs fit the budget, the pairs there, and their counts."""
    wide = coded.lengths.astype(np.float64)
    items = len(coded.counts) if wide @ (wide - 1) / 2 <= HELD else FIRST_ITEMS
    while True:
        least = max(limits.least, lowest(singles, replace(limits, at_most=items)))
        pairs, counts = _pairs(coded, least)
        reached = lowest(singles + Counter(counts.tolist()), replace(limits, least=least))
        if reached > least or least == limits.least:
            return reached, pairs, counts
        items *= 2


def _pairs(coded: Coded, least: int) -> tuple[Codes, Codes]:
    """Count the pairs of items that ``least`` baskets hold, in a square of counters or, where that is too large, in stripes of it."""
    is_kept = coded.counts >= least
    items = np.flatnonzero(is_kept)
    codes, lengths = coded.of(is_kept, 2)
    codes = (np.cumsum(is_kept) - 1)[codes]
    is_held = lengths.astype(np.float64) @ (lengths - 1) / 2 <= HELD
    held = list(_meetings(codes, lengths)) if is_held else []
    stripe = max(1, COUNTERS // max(1, len(items)))
    out = [np.empty((0, 3), np.int64)]
    for first in range(0, len(items), stripe):
        tally = np.zeros(min(stripe, len(items) - first) * len(items), np.int64)
        for one, other in held if is_held else _meetings(codes, lengths):
            key = (np.minimum(one, other) - first) * len(items) + np.maximum(one, other)
            is_here = (key >= 0) & (key < len(tally)) if len(tally) < len(items) ** 2 else slice(None)
            tally += np.bincount(key[is_here], minlength=len(tally))
        met = np.flatnonzero(tally >= least)
        out.append(np.column_stack((items[met // len(items) + first], items[met % len(items)], tally[met])))
    found = np.concatenate(out)
    return found[:, :2], found[:, 2]


def _meetings(codes: Codes, lengths: Codes) -> Iterator[tuple[Codes, Codes]]:
    """Yield every two items of a basket, many at a time: those one place apart, then two, and so on."""
    follow = np.repeat(np.cumsum(lengths), lengths) - np.arange(len(codes)) - 1
    start, held, size = np.arange(len(codes)), list[tuple[Codes, Codes]](), 0
    for apart in range(1, int(lengths.max(initial=0))):
        start = start[follow[start] >= apart]
        held.append((codes[start], codes[start + apart]))
        size += len(start)
        if size > AT_ONCE:
            yield _joined(held)
            held, size = [], 0
    if held:
        yield _joined(held)


def _joined(held: list[tuple[Codes, Codes]]) -> tuple[Codes, Codes]:
    return np.concatenate([one for one, _ in held]), np.concatenate([other for _, other in held])


def _lists(coded: Coded, pairs: Codes) -> list[list[int]]:
    """Return the baskets of three items or more, only of items in two frequent pairs: no other is in a frequent set of three."""
    codes, lengths = coded.of(np.bincount(pairs.ravel(), minlength=len(coded.counts)) > 1, 3)
    shared = np.arange(len(coded.counts)).astype(object)  # one number object an item takes a quarter of the memory
    flat, ends = shared[codes].tolist(), np.cumsum(lengths)
    held = [flat[a:b] for a, b in zip((ends - lengths).tolist(), ends.tolist(), strict=True)]
    return [*held, []]  # pyfim 6.28 forgets the sets that every basket holds, so one is empty


def lowest(spectrum: Mapping[int, int], limits: Limits) -> int:
    """Return the lowest count, ``limits.least`` or more, that at most ``limits.at_most`` itemsets reach.

    Args:
        spectrum: count -> itemsets with exactly this count.
        limits: budget and least count.
    """
    reaching = 0
    for count in sorted((count for count in spectrum if count >= limits.least), reverse=True):
        reaching += spectrum[count]
        if reaching > limits.at_most:
            return count + 1
    return limits.least


def _spectrum(lists: list[list[int]], least: int, sizes: tuple[int, int]) -> dict[int, Counter[int]]:
    """Count the frequent itemsets from one size to another: size -> count -> itemsets."""
    found = fim.fpgrowth(lists, supp=-least, zmin=sizes[0], zmax=sizes[1], report="#")
    out: dict[int, Counter[int]] = {size: Counter() for size in range(sizes[0], sizes[1] + 1)}
    for (size, count), n in dict(found or {}).items():  # of no baskets, an empty list
        out[size][count] += int(n)
    return out


def _above(known: int, size: int, longest: int) -> int:
    """Bound how many itemsets of ``size`` + 1 to ``longest`` items there are where ``known`` of ``size`` are frequent."""
    items = int((factorial(size) * known) ** (1 / size)) + size
    return sum(comb(items, larger) for larger in range(size + 1, longest + 1))


def _guessed(held: DataFrame, limits: Mapping[str, Limits], shares: Mapping[str, float]) -> dict[str, int]:
    """Guess the floor of each scope, with twice the budget, from a sample of its baskets by a hash of their keys."""

    def guessed(table: pa.Table) -> pa.Table:
        bound, share = limits[table["file"][0].as_py()], shares[table["scope"][0].as_py()]
        wide = Limits(2 * bound.at_most, max(1, int(bound.least * share)), bound.longest)
        least = max(bound.least, int(floor(table["items"], wide) / share))
        return pa.table({"scope": table["scope"].slice(0, 1), "least": pa.array([least], pa.int64())})

    share = F.element_at(F.create_map(*(F.lit(part) for pair in shares.items() for part in pair)), F.col("scope"))
    drawn = held.where(F.pmod(F.xxhash64(F.lit("itemsets"), "basket"), F.lit(BUCKETS)) < share * BUCKETS)
    rows = drawn.groupBy("scope").applyInArrow(guessed, "scope string, least bigint").collect()
    return {row.scope: row.least for row in rows}


def _by_mllib(held: DataFrame, row: Any, limits: Limits, least: int) -> DataFrame:
    """Mine one scope with MLlib from a guessed floor, and raise the floor until the budget holds."""
    own = held.where((F.col("scope") == row.scope) & (F.size("items") > 0)).select("items")
    model = FPGrowth(itemsCol="items", minSupport=(least - 0.5) / row.n).fit(own)
    sets = model.freqItemsets.where(F.size("items") <= limits.longest)
    named = sets.select(
        F.lit(row.file).alias("file"),
        F.lit(row.scope).alias("scope"),
        F.array_sort("items").alias("items"),
        F.col("freq").alias("together_count"),
    )

    def trimmed(table: pa.Table) -> pa.Table:
        counts = table["together_count"].to_numpy()
        reached = lowest(Counter(counts.tolist()), replace(limits, least=least))
        return table.filter(pa.array(counts >= reached)).cast(
            TOLD
        )  # MLlib's items are never null, and Arrow's types say so

    return named.groupBy("scope").applyInArrow(trimmed, ITEMSETS)
