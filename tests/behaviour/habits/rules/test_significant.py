from __future__ import annotations

import pytest
from pyspark.sql import SparkSession
from scipy.stats import binom

from learnlake.behaviour.habits.rules.significant import EVEN, WEEKS, Bars, significant

BARS = Bars(least_share=0.5, least_weekend_share=0.4, most_q=0.05)
COLUMNS = ["user_id", *(f"{habit}_{of}" for habit in EVEN for of in ("hits", "whole")), *WEEKS]


def users(spark: SparkSession, rows: dict[str, dict[str, tuple[int, ...]]]):
    """Make a frame of those habits that are given; nothing is known of the others."""
    made = [
        (who, *(n for habit in EVEN for n in known.get(habit, (0, 0))), *known.get("weeks", (0, 0, 0)))
        for who, known in rows.items()
    ]
    types = ", ".join([f"{COLUMNS[0]} STRING", *(f"{name} BIGINT" for name in COLUMNS[1:])])
    return spark.createDataFrame(made, types)


def named(frame) -> dict[str, list[str]]:
    return {row.user_id: row.study_habits for row in frame.collect()}


def test_a_habit_is_more_than_others_do_and_more_than_half(spark: SparkSession) -> None:
    """Four of ten are many beside 15 of 281, and yet no half; one of one is likely enough."""
    crowd = {f"user{n}": {"crammer": (0, 10)} for n in range(26)}
    rows = {**crowd, "ann": {"crammer": (10, 10)}, "bob": {"crammer": (4, 10)}, "cal": {"crammer": (1, 1)}, "dan": {}}
    assert named(significant(users(spark, rows), BARS)) == {"ann": ["crammer"]}


def test_what_everybody_does_is_no_habit_of_anybody(spark: SparkSession) -> None:
    rows = {f"user{n}": {"afternoon": (20, 20)} for n in range(5)}
    assert named(significant(users(spark, rows), BARS)) == {}


def test_a_habit_is_more_than_an_even_spread_even_where_others_never_do_it(spark: SparkSession) -> None:
    """Eight weekend days in twenty are many beside nobody's, and not beside two days in seven."""
    crowd = {f"user{n}": {"weekend": (0, 20)} for n in range(20)}
    rows = {**crowd, "ann": {"weekend": (8, 20)}, "bob": {"weekend": (19, 20)}}
    assert named(significant(users(spark, rows), BARS)) == {"bob": ["weekend"]}


def test_many_users_are_many_tests(spark: SparkSession) -> None:
    """Five nights of five have p = 1/243; alone that is told, among a hundred others who have none it is not."""
    alone = {"ann": {"night": (5, 5)}, "bob": {"night": (0, 15)}}
    crowd = {f"user{n}": {"night": (0, 15)} for n in range(100)}
    assert binom.sf(4, 5, 1 / 3) == pytest.approx(1 / 243)
    assert named(significant(users(spark, alone), BARS)) == {"ann": ["night"]}
    assert named(significant(users(spark, {**alone, **crowd}), BARS)) == {}


def test_steady_is_who_studies_as_often_in_every_week(spark: SparkSession) -> None:
    rows = {"even": {"weeks": (12, 24, 48)}, "uneven": {"weeks": (12, 24, 90)}, "new": {"weeks": (2, 4, 8)}}
    assert named(significant(users(spark, rows), BARS)) == {"even": ["steady"]}


def test_of_nobody_nothing_is_told(spark: SparkSession) -> None:
    assert named(significant(users(spark, {}), BARS)) == {}
