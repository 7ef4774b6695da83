"""Sources of recommendations, their blend and a ranker where there are days: what an online shop's customers buy, and students open, in the four weeks after a day.

    python bench/later_lists.py --data ../shared/data [--table docs/later_lists_table.md]

Three stretches of time: before, four weeks that tune, and four weeks that judge. Settings, weights of the blend and the ranker come from the weeks that
tune, foretold from what came before them. Then all is fitted to what came before the weeks that judge, which choose nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from later_logs import DAYS, Log, Past, Task, facts, next_steps, online_retail, oulad, repeat, task
from learnlake.modelling.ease import Ease
from mooccubex import SEED, Clock, said
from mooccubex_blend import Places, ndcg, normalised, ranker, reranked, rows, summed, top, weighed
from mooccubex_sources import Scores, ease, item_cosine, native_als, popularity, svd, user_cosine

ROUNDS, SEEDS = 1_000, 5
SIMPLE = ("popularity", "popularity lately", "repeat")
PUT_TOGETHER = ("blend", "ranker")
ABOUT = f"""# Recommendations judged by a later time

Made by `bench/later_lists.py`; nothing here is typed by hand.

**The split is one by time, the same day for everybody.** The last {DAYS} days judge and choose nothing; the {DAYS} days before them tune: settings, weights of
the blend and the ranker. The figures are of models fitted to all that came before the days that judge. Users are judged who took something before and
take something in those days; what nobody took before cannot be offered and is not asked for.

Two protocols: **all** offers again what a user took before, **new only** neither offers nor asks for it, so that there is nothing to repeat.
The ideal of nDCG is that of min(k, what is asked for); means over the users, with the 95 % interval of a bootstrap over users for
nDCG@20. Coverage is the share of the items that may be offered to somebody which stand in anybody's first 20 places; top tenth is the share of those places
that goes to the tenth of the items with most takers before. Seconds are those of fitting and scoring, with other work on the machine; of the
blend and the ranker, of putting the sources together, not of learning how.

- popularity: users who took it ever; lately: in the last days, or who took it for the first time in them.
- repeat: on how many days the user took it, later ones counting more, then popularity of the last {DAYS} days.
- next steps: what users took on their next day after what this one took.
- cosines, EASE, SVD and native ALS: of users x items, an item worth less the longer ago a user took it last, if that was better.
- blend: a weighted sum of all the above, normalised per user; ranker: boosted trees over what the sources say of the 100 best of the blend, and over days,
  counts and ages of users and items.
"""
HEAD = "| source | recall@10 | nDCG@10 | recall@20 | nDCG@20 | interval | coverage | top tenth | seconds |\n"
HEAD += "|---|---|---|---|---|---|---|---|---|\n"
LOGS: tuple[tuple[str, str, Callable[[Path], Log]], ...] = (
    (
        "online_retail",
        """Known customers of a gift shop, many of them traders who order again; items are codes of goods, in capitals, without cancellations, corrections, postage
and fees. The days that judge lie before Christmas, and no full year comes before them, so that no source can know the season.""",
        online_retail,
    ),
    (
        "oulad",
        """Students and the sites of their presentation. Clicks are known of 4 of 22 presentations, of one of them up to a day in February 2014: that day ends the
log, so that two presentations judge, AAA and BBB of October 2013; one that was over teaches, BBB of February 2013, and one that came later is left out. Days are
offsets, put on one calendar by the first of the month in which a presentation starts. A student is offered the sites of the presentations they are registered
in that still run; a day on which a site was opened counts once, however many clicks. The days that tune hold the Christmas break and are unlike those
that judge.""",
        oulad,
    ),
)


@dataclass(frozen=True)
class Source:
    """How a source scores users x items, and the settings that are tried."""

    score: Callable[[Past, Any], Scores]
    settings: tuple[Any, ...]


def _lately(past: Past, setting: tuple[int, bool]) -> Scores:
    days, is_first = setting
    return popularity((past.first() if is_first else past).within(days).last().counted())


def _faded(score: Callable[[Any, Any], Scores]) -> Callable[[Past, Any], Scores]:
    """Return how a source of users x items scores: its setting begins with the half-life."""
    return lambda past, setting: score(past.last().counted(setting[0]), setting[1])


def sources(log: Log) -> dict[str, Source]:
    """Return all sources of a log by name."""
    half = log.half_lives
    als = ((16, 0.05, 5.0), (32, 0.05, 5.0), (64, 0.05, 5.0), (64, 0.05, 20.0))
    penalties = (Ease(50.0), Ease(150.0), Ease(500.0))
    return {
        "popularity": Source(lambda past, _: popularity(past.last().counted()), (None,)),
        "popularity lately": Source(_lately, tuple(product((7, 14, 28, 56), (False, True)))),
        "repeat": Source(repeat, half),
        "next steps": Source(next_steps, tuple(product((*half, 3.5), (False, True)))),
        "item cosine": Source(_faded(item_cosine), tuple(product(half, (50, 200, 800)))),
        "user cosine": Source(_faded(user_cosine), tuple(product(half, (50, 200, 500)))),
        "EASE": Source(_faded(ease), tuple(product(half, penalties))),
        "SVD": Source(_faded(svd), tuple(product(half, (16, 32, 64, 128)))),
        "native ALS": Source(_faded(native_als), tuple(product(half, als))),
    }


def told(setting: Any) -> str:
    """Return the setting of a source in words."""
    if setting is None:
        return "no setting"
    first, rest = setting if isinstance(setting, tuple) else (setting, None)
    if isinstance(first, int):
        return f"{first} days, {'first takers' if rest else 'all takers'}"
    fading = "no fading" if first == np.inf else f"half-life {first:g} days"
    if isinstance(rest, bool):
        return f"{fading}, {'to what is new' if rest else 'to anything'}"
    return fading if rest is None else f"{said(rest)}, {fading}"


def chosen(log: Log, protocols: Mapping[str, Task]) -> dict[str, dict[str, tuple[Any, Scores]]]:
    """Return by protocol and source the setting with the highest nDCG@20 in the days that tune, and its scores.

    Args:
        log: what users took.
        protocols: tasks that differ in what is asked for and offered only.
    """
    out: dict[str, dict[str, tuple[Any, Scores]]] = {protocol: {} for protocol in protocols}
    past, users = protocols["all"].past, protocols["all"].users
    for name, source in sources(log).items():
        best = dict.fromkeys(protocols, -1.0)
        for setting in source.settings:
            scores = source.score(past, setting)[users]
            for protocol, held in protocols.items():
                value = quality(top(scores, held.barred, 20), held)
                print(f"{protocol}: {name}, {told(setting)}: {value:.4f}", flush=True)
                if value > best[protocol]:
                    best[protocol], out[protocol][name] = value, (setting, scores)
    out["new only"].pop("repeat")
    return out


def quality(lists: Places, held: Task) -> float:
    """Return the mean nDCG@20."""
    return float(ndcg(lists[:, :20], held.truth).mean())


def put(scores: Mapping[str, Scores], held: Task) -> dict[str, Scores]:
    """Return the scores as the blend takes them: per user, in standard deviations, counts by their logarithm."""
    return {name: normalised(np.log1p(part) if name in SIMPLE else part, held.barred) for name, part in scores.items()}


@dataclass(frozen=True)
class Learned:
    """What was learned in the days that tune: weights of the blend, and rankers, the one of ``SEED`` and others that say how much is luck."""

    weights: dict[str, float]
    rankers: tuple[Any, ...]


def ranked(found: Learned, scores: Mapping[str, Scores], held: Task, which: int = 0) -> Places:
    """Return the ranker's order of the best of the blend, what is not offered last."""
    lists = reranked(found.rankers[which], rows({**scores, **facts(held)}, summed(scores, found.weights), held.barred))
    is_barred = np.take_along_axis(held.barred.toarray() > 0, lists, axis=1)
    return np.take_along_axis(lists, np.argsort(is_barred, axis=1, kind="stable"), axis=1)[:, :20]


def learned(scores: Mapping[str, Scores], held: Task) -> Learned:
    """Learn the weights of the blend from all users of the days that tune, and the ranker, which every fifth of them stops."""
    simple = {name: quality(top(part, held.barred, 20), held) for name, part in scores.items()}
    start = {**dict.fromkeys(scores, 0.1), max(simple, key=lambda name: simple[name]): 1.0}
    weights = weighed(scores, held.barred, held.truth, start)
    taught = rows({**scores, **facts(held)}, summed(scores, weights), held.barred)
    return Learned(weights, tuple(ranker(taught, held.truth, SEED + more) for more in range(SEEDS)))


def recall(lists: Places, truth: Any) -> NDArray[np.float64]:
    """Return the share that is found of each user who has something to find."""
    wanted = np.diff(truth.indptr)
    hits = np.take_along_axis(truth.toarray() > 0, lists, axis=1).sum(axis=1)
    return np.asarray(hits[wanted > 0] / wanted[wanted > 0])


def interval(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a mean by a bootstrap over users."""
    draws = np.random.default_rng(SEED).integers(0, len(values), (ROUNDS, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), (2.5, 97.5))
    return float(low), float(high)


def cells(lists: Places, held: Task) -> str:
    """Return the figures of a source as cells of the table."""
    values = [float(f(lists[:, :k], held.truth).mean()) for k in (10, 20) for f in (recall, ndcg)]
    low, high = interval(ndcg(lists, held.truth))
    is_asked = np.diff(held.truth.indptr) > 0
    offered = held.barred[is_asked].toarray() == 0
    shown = lists[is_asked][np.take_along_axis(offered, lists[is_asked], axis=1)]
    open_ = np.flatnonzero(offered.any(axis=0))
    takers = np.asarray(held.past.last().counted().sum(axis=0)).ravel()[open_]
    popular = open_[np.argsort(-takers, kind="stable")[: -(-len(open_) // 10)]]
    beyond = len(np.unique(shown)) / len(open_), np.isin(shown, popular).mean()
    return " | ".join([*(f"{x:.4f}" for x in values), f"{low:.4f}-{high:.4f}", *(f"{share:.3f}" for share in beyond)])


def compared(lists: Mapping[str, Places], lucky: list[float], held: Task) -> str:
    """Say how far the blend and the ranker are above the best of popularity and repeat, user by user.

    Args:
        lists: of each source.
        lucky: nDCG@20 of rankers of other seeds: what not all of them are above, the ranker is not surely above.
        held: what is judged.
    """
    simple = max((name for name in SIMPLE if name in lists), key=lambda name: quality(lists[name], held))
    bar, lines, above = quality(lists[simple], held), [], []
    for name in sorted(set(lists) - set(SIMPLE)):
        gain = ndcg(lists[name], held.truth) - ndcg(lists[simple], held.truth)
        low, high = interval(gain)
        verdict = "above" if low > 0 else "below" if high < 0 else "not told apart"
        if name == "ranker" and low > 0 and min(lucky) <= bar:
            verdict = "above, but not with every seed"
        above += [name] if verdict == "above" else []
        told_ = f"{gain.mean():+.4f} ({low:+.4f} to {high:+.4f}), {gain.mean() / bar:+.1%}"
        lines += [f"- {name} less {simple}: {told_}: {verdict}"] if name in PUT_TOGETHER else []
    seeds = f"nDCG@20 of rankers grown from {len(lucky)} other seeds: {min(lucky):.4f} to {max(lucky):.4f}."
    nothing = f"**Nothing is surely above {simple} here.**"
    sure = f"Surely above {simple}: {', '.join(above)}." if above else nothing
    return "\n".join(lines) + f"\n\n{seeds} {sure}\n"


def judged(log: Log, tuned: Mapping[str, tuple[Any, Scores]], teach: Task, held: Task) -> str:
    """Return the table of one protocol: learn in the days that tune, fit to all before the days that judge, and judge.

    Args:
        log: what users took.
        tuned: settings and scores in the days that tune, by source.
        teach: the days that tune.
        held: the days that judge.
    """
    found = learned(put({name: scores for name, (_, scores) in tuned.items()}, teach), teach)
    clock, made = Clock({}), sources(log)
    scores = {
        name: clock.of(name, made[name].score, held.past, setting)[held.users] for name, (setting, _) in tuned.items()
    }
    lists = {name: top(part, held.barred, 20) for name, part in scores.items()}
    both = put(scores, held)
    lists["blend"] = top(clock.of("blend", summed, both, found.weights), held.barred, 20)
    lists["ranker"] = clock.of("ranker", ranked, found, both, held)
    lucky = [quality(ranked(found, both, held, which), held) for which in range(1, SEEDS)]
    ordered = sorted(lists, key=lambda name: quality(lists[name], held))
    body = "".join(f"| {name} | {cells(lists[name], held)} | {clock.seconds[name]:.1f} |\n" for name in ordered)
    settings = "; ".join(f"{name} {told(setting)}" for name, (setting, _) in tuned.items() if setting is not None)
    weights = ", ".join(f"{name} {weight:.3g}" for name, weight in found.weights.items() if weight)
    return (
        f"{HEAD}{body}\nnDCG@20 user by user, with the interval of a paired bootstrap:\n\n{compared(lists, lucky, held)}\n"
        f"Settings (cosines: neighbours; ALS: factors, penalty, confidence): {settings}.\n\nWeights of the blend: {weights}.\n"
    )


def section(title: str, about: str, log: Log) -> str:
    """Return the section of a log: what it is, and a table of each protocol."""
    last = log.rows.until - DAYS
    teach, held = ({"all": made, "new only": made.of_new()} for made in (task(log, last - DAYS), task(log, last)))
    tuned = chosen(log, teach)
    days = [pd.Timestamp(day, unit="D").date() for day in (last - DAYS, last, log.rows.until - 1)]
    whole, new = held["all"], held["new only"].truth
    text = f"""
## {title}

{about}

{len(log.rows.user):,} times a user took an item on a day: {log.rows.shape[0]:,} users, {log.rows.shape[1]:,} items. The days from {days[0]} on tune, {days[1]}
to {days[2]} judge: {len(whole.users):,} users take {whole.truth.nnz:,} items that can be offered; {whole.lost:.1%} of what they and others known before take cannot.
New to them are {new.nnz:,} of these, {new.nnz / whole.truth.nnz:.1%}, asked of {np.count_nonzero(np.diff(new.indptr)):,} users.
"""
    for protocol, asked in held.items():
        text += f"\n### {title}, {protocol}\n\n{judged(log, tuned[protocol], teach[protocol], asked)}"
    return text


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--table", type=Path, default=Path("docs/later_lists_table.md"))
    given = parser.parse_args()
    text = ABOUT
    for title, about, read in LOGS:
        text += section(title, about, read(given.data / title))
    given.table.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
