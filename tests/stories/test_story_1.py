"""Story 1: the level is declared by one in ten, and the rest are placed with a calibrated probability or not at all; what each level
does is counted and forecast; and who takes a course of a chain takes the others.
"""

from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS
from learnlake.lake.tables.recommend import PREFERENCES
from learnlake.lake.tables.rules import ITEM_RULES
from learnlake.lake.tables.series import ACTIVITY_SERIES, FORECAST_SCORES, FORECASTS
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.simulate.topics import TOPICS


def test_the_rest_are_placed_by_what_they_do_and_the_stated_chance_is_the_share_that_is_right(world) -> None:
    assert world.known.placed > 0.7
    assert world.known.levels > 0.75
    assert world.known.level_confidence == pytest.approx(world.known.levels, abs=0.15), "some forty users calibrate it"


def test_nobody_is_placed_below_the_threshold_and_a_declared_level_holds(world) -> None:
    store = world.store
    placed = store.read(SEGMENT_MEMBERS).where("scheme = 'level'")
    assert placed.where("probability < 0.5 AND segment_id <> 'unplaced'").count() == 0
    assert placed.where("probability IS NULL AND segment_id = 'unplaced'").count() == 0
    assert placed.where("probability IS NULL").count() > 30, "one in ten says the level"
    names = {row.segment_id: row.segment_name_zh for row in store.read(SEGMENTS).where("scheme = 'level'").collect()}
    assert names == {"junior": "初级开发者", "intermediate": "中级开发者", "senior": "高级开发者", "unplaced": "未定级"}


def test_daily_minutes_and_weekly_studies_of_each_level_are_counted(world) -> None:
    store = world.store
    series = store.read(ACTIVITY_SERIES).where("scheme = 'level'")
    for metric, how in (("minutes", "active_seconds / 60"), ("studies", "study_count")):
        for period in ("day", "week"):
            told = series.where(f"metric = '{metric}' AND period = '{period}'").agg(F.sum("value")).first()[0]
            assert told == pytest.approx(float(store.read(USER_DAYS).agg(F.sum(F.expr(how))).first()[0]))
    assert {row.segment_id for row in series.select("segment_id").distinct().collect()} >= {
        "junior",
        "senior",
        "outside",
    }


def test_four_weeks_of_each_level_are_forecast_with_intervals_and_add_up_to_all_users(world) -> None:
    said = world.store.read(FORECASTS).where("metric = 'minutes' AND period = 'day'").toPandas()
    level, whole = said[said["scheme"] == "level"], said[said["scheme"] == "all"]
    assert set(level.groupby("segment_id").size()) == {28}
    assert level.groupby("period_start")["forecast"].sum().to_numpy() == pytest.approx(
        whole.sort_values("period_start")["forecast"].to_numpy()
    )
    assert (said["low_95"] <= said["low_80"]).all()
    assert (said["high_80"] <= said["high_95"]).all()


def test_what_was_chosen_for_all_users_does_better_than_last_week_again(world) -> None:
    scores = world.store.read(FORECAST_SCORES).where("scheme = 'all' AND period = 'day'").toPandas()
    scores = scores[scores["metric"].isin(["active_users", "minutes", "studies"])]
    chosen = scores[scores["is_chosen"]].set_index("metric")["mase"]
    naive = scores[scores["forecaster"] == "seasonal_naive"].set_index("metric")["mase"]
    assert chosen.mean() < naive[chosen.index].mean()


def test_courses_of_one_chain_go_together_and_those_of_other_trades_do_not(world) -> None:
    rules = world.store.read(ITEM_RULES).where("scope = 'courses' AND size(antecedent_items) = 1").collect()
    trade = {topic.tag: topic.profession for topic in TOPICS}
    pairs = [tuple(item.split("/")[1].rsplit("-", 1)[0] for item in (row.antecedent, row.consequent)) for row in rules]
    chains = {one for one, other in pairs if one == other}
    assert len(chains) > 15, "of twenty technologies, each with a chain of courses"
    assert sum(trade[one] == trade[other] for one, other in pairs) > 0.9 * len(pairs)
    assert all(row.q_value <= 0.05 and row.lift > 1 for row in rules)


def test_each_learner_is_shown_five_courses_each_with_a_reason_and_none_that_was_taken(world) -> None:
    rows = world.shown("next_course").join(
        world.people.where("platform = 'academy' AND account_segment <> 'visitor'").select("user_id").distinct(),
        on="user_id",
    )
    sizes = rows.groupBy("user_id").agg(F.count(F.lit(1)).alias("n"), F.countDistinct("item_id").alias("items"))
    told = sizes.agg(
        F.mean((F.col("n") == 5).cast("int")), F.min(F.col("n") - F.col("items")), F.count(F.lit(1))
    ).first()
    assert told[0] >= 0.95, "whoever has taken nearly all that is on offer gets fewer"
    assert told[1] == 0
    assert told[2] > 500
    assert rows.where("reason_en IS NULL OR reason_zh IS NULL OR item_kind <> 'course'").isEmpty()
    taken = world.store.day(PREFERENCES, world.day).where("taken_date IS NOT NULL")
    assert rows.join(taken, on=["user_id", "item_id"], how="left_semi").isEmpty()
