from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.journeys.answers import funnel, life_cycle, retention, survival
from learnlake.lake.tables.journeys import FUNNELS, LIFE_CYCLE, RETENTION, SURVIVAL, SURVIVAL_TESTS
from tests.drawing import draw

DAY = date(2026, 5, 31)
STEPS = """
    as_of_date | funnel | scheme | segment_id | funnel_step | step_name | step_name_zh | user_count | open_count | first_share | first_low_share | first_high_share | previous_share | previous_low_share | previous_high_share | median_wait
    2026-05-31 | buys   | all    | all        | 2           | buys      | 买           | 5          | 2          | 0.5         | 0.25            | 0.75             | 0.5            | 0.25               | 0.75                | 3.46
    2026-05-31 | buys   | all    | all        | 1           | looks     | 看           | 10         | 0          | 1.0         | -               | -                | -              | -                  | -                   | -
    2026-05-31 | buys   | job    | baker      | 1           | looks     | 看           | 4          | 0          | 1.0         | -               | -                | -              | -                  | -                   | -
    2026-05-31 | other  | all    | all        | 1           | looks     | 看           | 4          | 0          | 1.0         | -               | -                | -              | -                  | -                   | -
    2026-05-30 | buys   | all    | all        | 1           | looks     | 看           | 7          | 0          | 1.0         | -               | -                | -              | -                  | -                   | -
"""
COHORTS = """
    as_of_date | kind             | scheme | segment_id | cohort   | age | cohort_count | returned_count | returned_share | is_partial
    2026-05-31 | classic_activity | all    | all        | 2026-W20 | 0   | 8            | 8              | 1.0            | false
    2026-05-31 | classic_activity | all    | all        | 2026-W20 | 1   | 8            | 3              | 0.375          | false
    2026-05-31 | classic_activity | all    | all        | 2026-W20 | 2   | 8            | 1              | -              | true
    2026-05-31 | classic_activity | all    | all        | 2026-W19 | 0   | 4            | 4              | 1.0            | false
    2026-05-31 | repurchase       | all    | all        | 2026-W19 | 0   | 2            | 2              | 1.0            | false
    2026-05-31 | classic_activity | job    | baker      | 2026-W19 | 0   | 1            | 1              | 1.0            | false
    2026-05-30 | classic_activity | all    | all        | 2026-W18 | 0   | 1            | 1              | 1.0            | false
"""
CURVES = """
    as_of_date | kind   | scheme | segment_id | survival_day | at_risk_count | ended_count | censored_count | survival_share | survival_low_share | survival_high_share
    2026-05-31 | cancel | job    | baker      | 0            | 10            | 0           | 0              | 1.0            | -                  | -
    2026-05-31 | cancel | job    | baker      | 20           | 10            | 4           | 0              | 0.6            | 0.3                | 0.8
    2026-05-31 | cancel | job    | baker      | 40           | 6             | 3           | 1              | 0.3            | 0.1                | 0.55
    2026-05-31 | cancel | job    | baker      | 95           | 2             | 0           | 2              | 0.3            | 0.1                | 0.55
    2026-05-31 | cancel | job    | cook       | 0            | 3             | 0           | 0              | 1.0            | -                  | -
    2026-05-31 | cancel | job    | cook       | 20           | 3             | 3           | 0              | 0.0            | -                  | -
    2026-05-31 | other  | job    | cook       | 20           | 3             | 3           | 0              | 0.0            | -                  | -
"""
TESTS = """
    as_of_date | kind   | scheme | segment_id | log_rank_p_holm
    2026-05-31 | cancel | job    | baker      | 0.01234
    2026-05-31 | other  | job    | cook       | 0.5
    2026-05-30 | cancel | job    | cook       | 0.5
"""
FLOWS = """
    as_of_date | scheme | segment_id | from_state | to_state | user_count | from_count | flow_share
    2026-05-31 | all    | all        | active     | active   | 3          | 4          | 0.75
    2026-05-31 | all    | all        | active     | dormant  | 1          | 4          | 0.25
    2026-05-31 | all    | all        | unseen     | new      | 2          | 2          | 1.0
    2026-05-31 | job    | baker      | unseen     | new      | 1          | 1          | 1.0
"""


def told(frame) -> list[tuple[object, ...]]:
    return [tuple(row) for row in frame.collect()]


def test_a_funnel_reads_step_by_step(spark: SparkSession) -> None:
    found = funnel(draw(FUNNELS, STEPS), as_of=DAY, name="buys")
    assert found.columns[2:] == [
        *("name", "users", "of the previous step", "of the first step", "median days", "may still come")
    ]
    assert told(found) == [
        ("all", 1, "looks / 看", 10, None, "100.0 %", None, 0),
        ("all", 2, "buys / 买", 5, "50.0 % (95 % 25.0 to 75.0)", "50.0 % (95 % 25.0 to 75.0)", 3.5, 2),
    ]
    assert [row[0] for row in told(funnel(draw(FUNNELS, STEPS), as_of=DAY, name="buys", scheme="job"))] == ["baker"]
    assert told(funnel(draw(FUNNELS, STEPS), as_of=DAY, name="none")) == []


def test_retention_is_a_triangle_in_which_what_runs_is_no_loss(spark: SparkSession) -> None:
    found = retention(draw(RETENTION, COHORTS), as_of=DAY, kind="classic_activity", ages=3)
    assert found.columns == ["cohort", "users", "0", "1", "2", "3"]
    assert told(found) == [
        ("2026-W19", 4, "100.0 %", "", "", ""),
        ("2026-W20", 8, "100.0 %", "37.5 %", ">= 1", ""),
    ]


def test_survival_tells_the_median_and_its_interval(spark: SparkSession) -> None:
    """Of the bakers the band's lower end is below a half on day 20, the curve on day 40, the upper end never."""
    found = survival(draw(SURVIVAL, CURVES), draw(SURVIVAL_TESTS, TESTS), as_of=DAY, kind="cancel", scheme="job")
    assert found.columns[3:] == [
        "median days",
        *(f"last longer than {days} days" for days in (30, 90, 180)),
        "p against the rest",
    ]
    assert told(found) == [
        ("baker", 10, 7, "40 (95 % 20 to -)", "60.0 %", "30.0 %", None, "0.0123"),
        ("cook", 3, 3, "20 (95 % - to -)", "0.0 %", "0.0 %", "0.0 %", None),
    ]


def test_the_life_cycle_is_laid_out_from_then_to_now(spark: SparkSession) -> None:
    found = life_cycle(draw(LIFE_CYCLE, FLOWS), as_of=DAY)
    assert found.columns == ["28 days before", "users", "new", "active", "back", "dormant", "lost"]
    assert told(found) == [
        ("active", 4, "", "3 (75.0 %)", "", "1 (25.0 %)", ""),
        ("unseen", 2, "2 (100.0 %)", "", "", "", ""),
    ]
