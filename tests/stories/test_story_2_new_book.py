"""Story 2, the new book: on the day of its publication, when nobody can have bought it, who will?"""

from __future__ import annotations

from datetime import timedelta
from functools import reduce

import numpy as np
import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.demand.goals import Goals, demand_features, propensities, propensity
from learnlake.demand.goals.rules.labelled import snapshots
from learnlake.demand.goals.settings import DemandSettings
from learnlake.features.stages.user_features import user_features
from learnlake.lake.joins import owned
from learnlake.lake.stage import Published
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, IDENTITIES, ITEMS, USER_DAYS, USER_TAGS
from learnlake.modelling import binary
from learnlake.modelling.gate import judge
from learnlake.simulate.catalogue import RELEASE_DAYS_BEFORE_END
from tests.stories.conftest import WORLD

PLAYED_SETS = 8
RELEASED = WORLD.first_day + timedelta(days=WORLD.days - RELEASE_DAYS_BEFORE_END)


def with_sets(goals: Goals, count: int) -> Goals:
    """Learn from more sets of older books, for the world is small."""
    goal = goals.files["new_book"]
    success = goal.success.model_copy(update={"played_sets": count})
    return Goals(files={"new_book": goal.model_copy(update={"success": success})})


@pytest.fixture(scope="module")
def readers(world):
    """Learn as of the day of publication and score its readers; what they bought in the week after stands beside."""
    store, conf = world.store, world.conf

    def known(table, day=RELEASED) -> DataFrame:
        return store.read(table, day)

    def features(day) -> DataFrame:
        return user_features(known(USER_DAYS, day), known(USER_TAGS, day), as_of=day)

    def demand(day) -> DataFrame:
        tables = (known(table, day) for table in (USER_DAYS, USER_TAGS, ACCOUNTS, IDENTITIES))
        return demand_features(*tables, as_of=day, settings=DemandSettings())

    days = (RELEASED, *(day for day in snapshots(RELEASED) if day >= WORLD.first_day + timedelta(days=9)))
    past = [reduce(DataFrame.unionByName, map(make, days)).cache() for make in (features, demand)]
    silver = [known(table) for table in (USER_DAYS, USER_TAGS, EVENTS, ITEMS, ACCOUNTS, IDENTITIES)]
    nobody = store.read(SEGMENT_MEMBERS).limit(0)
    goals = with_sets(conf.of(Goals), PLAYED_SETS)
    candidate = propensity(
        *past, *silver, nobody, as_of=RELEASED, file="new_book", goals=goals, settings=DemandSettings(), current=None
    )
    assert candidate.model is not None, candidate.refusal
    today = [frame.where(F.col("as_of_date") == F.lit(RELEASED)) for frame in past]
    log = [known(table) for table in (USER_DAYS, USER_TAGS, EVENTS, ITEMS, IDENTITIES)]
    models = {"new_book": Published(candidate.model, "1")}
    scored = propensities(*today, *log, as_of=RELEASED, goals=goals, models=models)
    paid = store.read(EVENTS).where(F.col("event_type").isin("purchase") & F.col("item_id").rlike("^book/.*-4$"))
    bought = owned(paid, store.read(IDENTITIES)).select("user_id").distinct().withColumn("label", F.lit(1))
    before = today[0].select("user_id", "purchase_count_90d", "ever_purchase_count")
    rows = scored.join(before, on="user_id").join(bought, on="user_id", how="left").fillna(0, ["label"]).toPandas()
    for frame in past:
        frame.unpersist()
    return candidate, rows


def test_the_books_are_named_and_nobody_had_bought_one(readers, world) -> None:
    _, rows = readers
    new = {tuple(items) for items in rows["chance_item_ids"]}
    assert new == {("book/docker-4", "book/figma-4", "book/pytest-4", "book/python-4")}
    early = world.store.read(EVENTS, RELEASED).where("event_type = 'purchase' AND item_id RLIKE '^book/.*-4$'")
    assert early.count() == 0


def test_who_will_buy_is_found_better_than_by_base_rate_and_popularity(readers) -> None:
    _, rows = readers
    labels, chances = rows["label"].to_numpy(dtype=np.int64), rows["chance"].to_numpy()
    assert labels.sum() >= 15
    ours = binary.estimate(labels, chances, binary.pr_auc, seed=7)
    assert ours.low > 2 * labels.mean(), "the base rate"
    popular = rows["ever_purchase_count"].to_numpy(dtype=float)
    beaten = binary.difference(labels, chances, popular, binary.pr_auc, seed=7)
    assert beaten.value > 0, "who buys most, the only popularity there is of a book that nobody has bought"


def test_it_was_learned_from_older_books_and_judged_later_in_time(readers) -> None:
    candidate, _ = readers
    assert "judged on" in candidate.remark
    assert judge(candidate).reason
    assert candidate.metrics["canary_caught"] == 1
    assert any(name.startswith("met_") for name in candidate.model.needs)
