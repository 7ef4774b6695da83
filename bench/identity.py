"""Do segments keep their identity? A planted world of users, retrained every week while 5 % of them change.

Six planted habits; in the second week half of one turns to a habit of its own (a split), in the fifth two habits become one (a
merge). Each week a twentieth of the users takes up another habit. A segment's identity survives a week if the segment that
holds most users of a planted group before is, by id, the one that holds most of them after; groups that the truth itself split or
merged away do not count.

    python bench/identity.py [--users 3000] [--weeks 10] [--method kmeans]
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.modelling.gate import judge
from learnlake.modelling.settings import ModelSettings
from learnlake.segments.models.cut import Cut
from learnlake.segments.settings import Scheme, Schemes
from learnlake.segments.training import cut
from learnlake.session import SparkSettings, start

NAMES = (
    "browse_count_90d",
    "study_count_90d",
    "purchase_count_90d",
    "community_count_90d",
    "consulting_count_90d",
    "active_days_90d",
)
HABITS = np.array(
    [
        [6, 0, 0, 0, 0, 4],
        [20, 150, 0, 0, 0, 40],
        [80, 0, 25, 0, 0, 30],
        [30, 0, 0, 120, 0, 45],
        [15, 0, 0, 0, 40, 20],
        [60, 60, 0, 60, 0, 60],
        [90, 150, 30, 0, 0, 60],  # what half of the learners turn to
    ]
)
START = date(2026, 1, 7)
SPLIT_WEEK, MERGE_WEEK = 2, 5
CHANGE = 0.05
TOLD_AFTER = 4  # weeks: a training is fitted on features of 28 days before


@dataclass(frozen=True)
class World:
    """Habits of all users, week by week: weeks x users, places in ``HABITS``."""

    groups: np.ndarray

    @classmethod
    def of(cls, users: int, weeks: int, seed: int) -> World:
        """Let a twentieth of the users change their habit each week, and plant a split and a merge."""
        random = np.random.default_rng(seed)
        now = np.arange(users) % 6
        out = []
        for week in range(weeks):
            movers = random.random(users) < CHANGE
            alive = np.unique(now)
            now = np.where(movers, random.choice(alive, users), now)
            if week == SPLIT_WEEK:
                now = np.where((now == 1) & (random.random(users) < 0.5), 6, now)
            if week == MERGE_WEEK:
                now = np.where(now == 5, 3, now)
            out.append(now)
        return cls(np.array(out))

    def features(self, spark: SparkSession, week: int, day: date) -> DataFrame:
        """Return gold.user_features of one week, dated ``day``."""
        place = min(max(week, 0), len(self.groups) - 1)
        counts = np.random.default_rng(1_000 + place).poisson(HABITS[self.groups[place]])
        rows = [(f"u{n:06d}", *map(int, row)) for n, row in enumerate(counts)]
        made = spark.createDataFrame(rows, ["user_id", *NAMES])
        rest = {
            k.name: F.lit(None).cast(k.dtype)
            for k in USER_FEATURES.columns
            if k.name not in ("as_of_date", *made.columns)
        }
        told = {
            "idle_days": F.lit(1),
            "ever_active_days": F.col("active_days_90d"),
            "ever_spend_amount": F.lit(0).cast("decimal(18,2)"),
        }
        return made.withColumns({**rest, **told, "as_of_date": F.lit(day)}).select(
            *(k.name for k in USER_FEATURES.columns)
        )


def main() -> None:
    """Retrain every week and print what became of the segments."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--users", type=int, default=3_000)
    words.add_argument("--weeks", type=int, default=10)
    words.add_argument("--method", default="kmeans")
    given = words.parse_args()
    spark = start(SparkSettings())
    world = World.of(given.users, given.weeks + 1, seed=7)
    conf = {"features": NAMES, "method": given.method, "references": 2}
    schemes = Schemes(files={"habits": Scheme.model_validate({"name": {"en": "h", "zh": "h"}, "cluster": conf})})
    current: Cut | None = None
    before: dict[int, str] = {}
    kept = counted = 0
    told: list[tuple[int, str]] = []
    for week in range(given.weeks + 1):
        model, said = trained(spark, world, week, (schemes, current))
        here = holders(model, world, spark, week)
        lasting = [group for group in before if group in here and not changed_by_truth(group, week)]
        kept += sum(before[group] == here[group] for group in lasting)
        counted += len(lasting)
        told += [(week, f"{change.kind} {change.from_id} -> {change.to_id}") for change in model.lineage_]
        print(
            f"week {week:>2}: {len(model.segments_)} segments; {said[:60]}; {[f'{c.kind} {c.from_id} -> {c.to_id}' for c in model.lineage_]}"
        )
        current, before = model, here
    kinds = {kind.split()[0] for _, kind in told}
    print(f"identities kept: {kept} of {counted} ({kept / counted:.1%}); told: {told}")
    if kept / counted < 0.95 or not {"split", "merge"} <= kinds:
        raise SystemExit("promised: at least 95 % of identities kept, the planted split and merge told.")


def trained(spark: SparkSession, world: World, week: int, how: tuple[Schemes, Cut | None]) -> tuple[Cut, str]:
    """Train as of a week, on features of now, of four and of eight weeks before."""
    schemes, current = how
    day = START + timedelta(weeks=week)
    frames = [world.features(spark, week - back, day - timedelta(weeks=back)) for back in (0, 4, 8)]
    features = frames[0].unionByName(frames[1]).unionByName(frames[2]).cache()
    candidate = cut(features, as_of=day, file="habits", schemes=schemes, settings=ModelSettings(), current=current)
    features.unpersist()
    decision = judge(candidate)
    if not decision.is_published or not isinstance(candidate.model, Cut):
        raise SystemExit(f"week {week}: {decision.reason}")
    return candidate.model, decision.reason


def holders(model: Cut, world: World, spark: SparkSession, week: int) -> dict[int, str]:
    """Say of each planted group which segment holds most of it, on the features that the cut was fitted on."""
    place = max(week - TOLD_AFTER, 0)
    labels = model.labels(model.matrix(model.raw(world.features(spark, place, START).orderBy("user_id"))))
    groups = world.groups[place]
    return {
        int(group): model.segments_[int(np.bincount(labels[groups == group]).argmax())].segment_id
        for group in np.unique(groups)
    }


def changed_by_truth(group: int, week: int) -> bool:
    """Say whether the truth itself split or merged this group in the week that a training sees for the first time."""
    seen = week - TOLD_AFTER
    return (seen == SPLIT_WEEK and group == 6) or (seen == MERGE_WEEK and group in (3, 5))


if __name__ == "__main__":
    main()
