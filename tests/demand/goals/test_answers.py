"""What is answered about goals."""

from __future__ import annotations

import pytest
from pyspark.sql import functions as F

from learnlake.demand.goals import answers
from learnlake.lake.tables.demand import DEMAND_FEATURES, PROPENSITIES
from learnlake.lake.tables.gold import USER_FEATURES
from tests.demand.goals.drawn import DAY, goal
from tests.drawing import draw

ROWS = """
    as_of_date | goal  | user_id | chance | chance_decile | expected_amount | chance_until_date | model_version
    2026-03-31 | buys  | ann     | 0.6    | 1             | 11.00           | 2026-04-14        | 2
    2026-03-31 | buys  | bob     | 0.2    | 5             | -1.00           | 2026-04-14        | 2
    2026-03-30 | buys  | bob     | 0.9    | 1             | 17.00           | 2026-04-13        | 2
    2026-03-31 | lapse | bob     | 0.5    | 1             | 3.00            | 2026-04-28        | 1
"""


@pytest.fixture(scope="module")
def rows(spark):
    return draw(PROPENSITIES, ROWS)


def test_goals_are_summed_up_for_the_day(rows) -> None:
    buys, lapse = answers.goals(rows, as_of=DAY).collect()
    assert (buys.goal, buys.user_count, buys.mean_chance, buys.first_decile_chance) == ("buys", 2, 0.4, 0.6)
    assert (buys.worth_contacting_count, float(buys.expected_amount), buys.model_version) == (1, 11.0, "2")
    assert lapse.goal == "lapse"


def test_a_user_without_a_chance_has_no_answer(rows) -> None:
    assert answers.chance(rows, as_of=DAY, user="cyd", goal="buys").count() == 0
    assert answers.chance(rows, as_of=DAY, user="ann", goal="lapse").count() == 0


def test_reasons_are_told_in_both_languages_with_their_weight(spark) -> None:
    told = draw(PROPENSITIES, ROWS).where("user_id = 'ann'")
    reason = F.struct(
        *(
            F.lit(value).alias(name)
            for name, value in {
                "feature": "idle_days",
                "value": "3",
                "log_odds": 1.254,
                "reason_en": "no visit for 3 days",
                "reason_zh": "3 天没有来访",
            }.items()
        )
    )
    (row,) = answers.chance(
        told.withColumn("chance_reasons", F.array(reason)), as_of=DAY, user="ann", goal="buys"
    ).collect()
    assert row["because (log-odds)"] == "no visit for 3 days (+1.25)"
    assert row["原因（对数几率）"] == "3 天没有来访 (+1.25)"


def test_only_the_population_of_the_day_is_at_risk(spark) -> None:
    features = draw(
        USER_FEATURES,
        "as_of_date | user_id | active_days_90d\n2026-03-31 | ann | 3\n2026-03-31 | bob | 0\n2026-03-30 | ann | 3",
    )
    demand = draw(DEMAND_FEATURES, "as_of_date | user_id\n2026-03-31 | ann\n2026-03-31 | bob\n2026-03-30 | ann")
    told = answers.people_at_risk(features, demand, as_of=DAY, goal=goal(), at_most=10).collect()
    assert [(row.user_id, row.as_of_date) for row in told] == [("ann", DAY)]
    assert answers.person_at_risk(features, demand, as_of=DAY, goal=goal(), user="bob").count() == 0
