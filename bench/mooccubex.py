"""Sources of recommendations, their blend and a ranker on the MOOCCubeX sample, by the lists given with it: no times, so no split by time.

    python bench/mooccubex.py --data ../shared/data [--table docs/recommendation_table.md]

Everything is chosen on the train lists alone: a fifth of each user's enrolments is held out by chance of a seed; settings are tuned on it, weights
of the blend and the ranker are learned from every other user and judged on the rest of the users; then the ranker is grown anew on all of
them. At last all is fitted to the whole train lists, and judged by the test lists, which choose nothing.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import xgboost as xgb
from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.modelling.ease import Ease
from learnlake.modelling.metrics import averaged, judged
from learnlake.session import SparkSettings, start
from mooccubex_blend import CANDIDATES, Places, ndcg, normalised, ranker, reranked, rows, summed, top, weighed
from mooccubex_sources import (
    ITEMS,
    USERS,
    Sample,
    Scores,
    by_content,
    like_one,
    parted,
    popularity,
    read,
    tried,
)

SEED, HELD = 2020, 0.2
START = dict.fromkeys(("content", "like one course", "popularity", "EASE", "SVD", "native ALS"), 0.1)
START |= {"EASE with content": 1.0, "user cosine": 0.3, "item cosine": 0.2}
ABOUT = """# Recommendations on MOOCCubeX

Made by `bench/mooccubex.py`; nothing here is typed by hand.

The sample holds 867,796 enrolments of 11,943 users, each with 60 or more, in 2,297 courses with 10 or more: 698,260 in the train lists and 169,536 in
the test lists, which are given with it. There are no times and the order within a line is random: **the split is not one by time**, nobody is
new, and figures say how well hidden enrolments are found, not how well the next one is foretold. Courses have a name, mostly Chinese, a text,
teachers and schools; one in five has a field, three in ten have key concepts; 176 share a name with another one.

Protocol: all courses but those of the user's train list are ranked; the ideal of nDCG is that of min(k, test courses); means over the users, with
the 95 % interval of a bootstrap over users for nDCG@20. Coverage is the share of courses in anybody's first 20 places; top tenth is the share of those
places that goes to the tenth of the courses with most train enrolments.
"""


@dataclass
class Clock:
    """Seconds of each source."""

    seconds: dict[str, float]

    def of(self, name: str, work: Any, *given: Any) -> Any:
        """Return what work returns, and note how long it took."""
        begun = time.monotonic()
        out = work(*given)
        self.seconds[name] = time.monotonic() - begun
        print(f"{name}: {self.seconds[name]:.1f} s", flush=True)
        return out


def mllib_als(spark: SparkSession, train: Any, setting: tuple[int, float, float]) -> Scores:
    """Score by implicit ALS of MLlib: factors, penalty, confidence."""
    users, items = train.nonzero()
    table = pa.table({"user": users.astype(np.int32), "item": items.astype(np.int32), "rating": np.ones(len(users))})
    frame = spark.createDataFrame(table).repartition(2, "user").sortWithinPartitions("user", "item")
    factors, penalty, confidence = setting
    learner = ALS(
        rank=factors, regParam=penalty / 100, alpha=confidence, implicitPrefs=True, maxIter=10, seed=7,
        numUserBlocks=2, numItemBlocks=2,
    )  # fmt: skip
    model = learner.fit(frame)
    left, right = np.zeros((USERS, factors)), np.zeros((ITEMS, factors))
    for held, made in ((left, model.userFactors), (right, model.itemFactors)):
        found = made.toArrow()
        held[found["id"].to_numpy()] = np.stack(found["features"].to_pylist())
    return np.asarray(left @ right.T, dtype=np.float32)


def chosen(inner: Any, held: Any, content: Any) -> dict[str, Any]:
    """Return the setting of each source with the highest nDCG@20 on the enrolments held out."""
    out: dict[str, Any] = {}
    for name, (score, settings) in tried(content).items():
        found = [float(ndcg(top(score(inner, setting), inner, 20), held).mean()) for setting in settings]
        out[name] = settings[int(np.argmax(found))]
        told = ", ".join(f"{said(s)}: {x:.4f}" for s, x in zip(settings, found, strict=True))
        print(f"{name}: {told}", flush=True)
    return out


def scores_of(sample: Sample, train: Any, settings: Mapping[str, Any], clock: Clock) -> dict[str, Scores]:
    """Return the scores of all sources that the blend is made of."""
    out = {
        "popularity": clock.of("popularity", popularity, train),
        "content": clock.of("content", by_content, train, sample.content),
        "like one course": clock.of("like one course", like_one, train, sample.content),
    }
    for name, setting in settings.items():
        out[name] = clock.of(name, tried(sample.content)[name][0], train, setting)
    return out


def blended(scores: Mapping[str, Scores], known: Any) -> dict[str, Scores]:
    """Return the scores as the blend takes them: per user, in standard deviations, popularity by its logarithm."""
    return {name: normalised(np.log1p(held) if name == "popularity" else held, known) for name, held in scores.items()}


@dataclass(frozen=True)
class Learned:
    """Weights and a ranker, and nDCG@20 of either for users of whom they knew nothing, when learned from every other user."""

    weights: dict[str, float]
    ranker: xgb.Booster
    told: dict[str, float]


def learned(scores: Mapping[str, Scores], inner: Any, held: Any) -> Learned:
    """Learn the blend and the ranker on the enrolments held out of the train lists: judged by half of the users, then grown anew on all of them."""
    is_one = np.arange(USERS) % 2 == 0
    one, other = ({name: said[part] for name, said in scores.items()} for part in (is_one, ~is_one))
    some = {name: said[::2] for name, said in one.items()}  # half of them tell the weights as well, in half the time
    weights = weighed(some, inner[is_one][::2], held[is_one][::2], START)
    print(weights, flush=True)
    taught = rows(one, summed(one, weights), inner[is_one])
    judging = rows(other, summed(other, weights), inner[~is_one])
    found = ranker(taught, held[is_one], SEED)
    both = {"blend": judging.lists, "ranker": reranked(found, judging)}
    told = {name: float(ndcg(lists[:, :20], held[~is_one]).mean()) for name, lists in both.items()}
    print(told, flush=True)
    everybody = rows(scores, summed(scores, weights), inner)
    return Learned(weights, ranker(everybody, held, SEED), told)


def figures(spark: SparkSession, lists: Mapping[str, Places], sample: Sample) -> dict[str, str]:
    """Return the figures of each source as cells of the table; all lists are judged in one go, each user once a list."""
    names, each = list(lists), USERS * 20
    user = np.repeat(np.arange(USERS * len(names), dtype=np.int32), 20)
    rank = np.tile(np.arange(1, 21, dtype=np.int32), USERS * len(names))
    item = np.concatenate([shown.ravel() for shown in lists.values()]).astype(np.int32)
    shown = spark.createDataFrame(pa.table({"user_id": user, "rank": rank, "item_id": item}))
    owner, wanted = sample.test.nonzero()
    many = [owner + place * USERS for place in range(len(names))]
    held = {"user_id": np.concatenate(many).astype(np.int32), "item_id": np.tile(wanted, len(names)).astype(np.int32)}
    users = judged(shown, spark.createDataFrame(pa.table(held)), (10, 20))
    place = (F.col("user_id") / USERS).cast("int")
    told = averaged(users.withColumn("k", place * 100 + F.col("k")), ("recall", "ndcg")).collect()
    found = {(names[row.k // 100], row.metric, row.k % 100): row for row in told}
    popular = np.argsort(-np.asarray(sample.train.sum(axis=0)).ravel(), kind="stable")[: -(-ITEMS // 10)]
    out = {}
    for name, places in lists.items():
        least = found[name, "ndcg", 20]
        if abs(least.value - ndcg(places, sample.test).mean()) > 1e-9:
            raise SystemExit(f"Spark and numpy judge the lists of {name} differently.")
        cells = [f"{found[name, metric, k].value:.4f}" for k in (10, 20) for metric in ("recall", "ndcg")]
        beyond = len(np.unique(places)) / ITEMS, np.isin(places, popular).sum() / each
        cells += [f"{least.low:.4f}-{least.high:.4f}", *(f"{share:.3f}" for share in beyond)]
        out[name] = " | ".join(cells)
    return out


def said(setting: Any) -> str:
    """Return a setting in words."""
    if isinstance(setting, Ease):
        more = f", dropout {setting.dropout:g}, side weight {setting.side_weight:g}" if setting.side_weight else ""
        return f"penalty {setting.penalty:g}{more}"
    return ", ".join(f"{part:g}" for part in (setting if isinstance(setting, tuple) else (setting,)))


def page(lines: Mapping[str, str], found: Learned, settings: Mapping[str, Any], seconds: Mapping[str, float]) -> str:
    """Return the page of the table."""
    head = "| source | recall@10 | nDCG@10 | recall@20 | nDCG@20 | interval | coverage | top tenth | seconds |\n"
    head += "|---|---|---|---|---|---|---|---|---|\n"
    body = "".join(f"| {name} | {cells} | {seconds.get(name, float('nan')):.1f} |\n" for name, cells in lines.items())
    weights = ", ".join(f"{name} {weight:.3g}" for name, weight in found.weights.items() if weight)
    chosen_ = "; ".join(f"{name} {said(setting)}" for name, setting in settings.items())
    told = ", ".join(f"{name} {value:.4f}" for name, value in found.told.items())
    foot = f"""
Seconds are those of fitting and scoring on two cores; of the blend and the ranker, of putting the sources together, not of learning how.

Settings, tuned on a fifth of the train enrolments that was held out: {chosen_} (cosines: neighbours; ALS: factors, penalty, confidence; MLlib's takes those of the
native one, its penalty divided by 100, for MLlib multiplies it by how many enrolments a user or course has). Weights of the blend, a sum of
scores normalised per user, learned on every other user of the held-out part: {weights}. The ranker is boosted trees over what the sources say of
the {CANDIDATES} best of the blend, learned by logistic loss. Learned on the same users, nDCG@20 on the other users of the
held-out part was {told}; then it is grown anew on all users of that part. Those figures are somewhat flattered: settings, and by hand the
range of them and the weights of the kinds of content, were chosen on all users of the held-out part.
"""
    return ABOUT + "\n" + head + body + foot


def main() -> None:
    """Run everything and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--table", type=Path, default=Path("docs/recommendation_table.md"))
    given = parser.parse_args()
    sample = read(given.data / "mooccubex")
    inner, held = parted(sample.train, HELD, SEED)
    settings = chosen(inner, held, sample.content)
    found = learned(blended(scores_of(sample, inner, settings, Clock({})), inner), inner, held)
    clock = Clock({})
    scores = scores_of(sample, sample.train, settings, clock)
    lists = {name: top(said, sample.train, 20) for name, said in scores.items()}
    put = blended(scores, sample.train)
    blend = clock.of("blend", summed, put, found.weights)
    lists["blend"] = top(blend, sample.train, 20)
    held_rows = rows(put, blend, sample.train)
    lists["ranker"] = clock.of("ranker", reranked, found.ranker, held_rows)[:, :20]
    del put, scores, held_rows, blend
    print({name: round(float(ndcg(shown, sample.test).mean()), 4) for name, shown in lists.items()}, flush=True)
    with tempfile.TemporaryDirectory(prefix="learnlake-bench-") as home:
        options = {"spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": f"{home}/warehouse"}
        spark = start(SparkSettings(driver_memory="3g", log_file=f"{home}/spark.log", options=options))
        als = clock.of("MLlib ALS", mllib_als, spark, sample.train, settings["native ALS"])
        lists = {"MLlib ALS": top(als, sample.train, 20), **lists}
        lines = figures(spark, lists, sample)
        spark.stop()
    ordered = dict(sorted(lines.items(), key=lambda pair: float(pair[1].split(" | ")[3])))
    text = page(ordered, found, settings, clock.seconds)
    given.table.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
