from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.demand.values.answers import value_deciles, values
from learnlake.lake.tables.values import CUSTOMER_VALUES
from tests.drawing import draw

MAY_1 = date(2026, 5, 1)
ROWS = """
    as_of_date | user_id | bought_days | last_bought_date | alive_probability | expected_purchases_365d | purchases_low_365d | purchases_high_365d | return_probability_28d | mean_purchase_amount | value_amount_365d | value_low_amount_365d | value_high_amount_365d | value_decile | member_since | remaining_months | remaining_low_months | remaining_high_months
    2026-05-01 | ann     | 5           | 2026-04-20       | 0.9               | 4.0                     | 1                  | 8                   | 0.4                    | 20.00                | 75.00             | 20.00                 | 150.00                 | 10           | 2026-01-01   | 5.25             | 4.0                  | 6.5
    2026-05-01 | bob     | 1           | 2026-04-01       | 1.0               | 1.0                     | 0                  | 3                   | 0.1                    | 25.00                | 25.00             | 0.00                  | 75.00                  | 1            | -            | -                | -                    | -
    2026-05-01 | cas     | 2           | 2026-03-01       | 0.5               | 2.0                     | 0                  | 4                   | 0.2                    | -                    | -                 | -                     | -                      | -            | -            | -                | -                    | -
    2026-05-01 | dan     | -           | -                | -                 | -                       | -                  | -                   | -                      | -                    | -                 | -                     | -                      | -            | 2026-02-01   | 3.0              | 2.0                  | 4.0
    2026-04-30 | old     | 9           | 2026-04-20       | 0.9               | 9.0                     | 1                  | 8                   | 0.4                    | 20.00                | 99.00             | 20.00                 | 150.00                 | 10           | -            | -                | -                    | -
"""


def test_who_is_worth_most_comes_first_and_it_is_said_in_both_languages(spark: SparkSession) -> None:
    rows = values(draw(CUSTOMER_VALUES, ROWS), as_of=MAY_1).collect()
    assert [(row.user_id, row.tenth) for row in rows] == [("ann", 10), ("bob", 1), ("cas", None)]
    assert rows[0]["said"] == (
        "expected to spend 75.00 in a year (80 % 20.00 to 150.00), in 4.0 purchases of 20.00; bought on 5 days, last on "
        "2026-04-20; member since 2026-01-01, expected to stay 5.3 more months (95 % 4.0 to 6.5) of the next twelve"
    )
    assert rows[0]["said_zh"].startswith("预计一年消费 75.00（80 % 区间 20.00 至 150.00）")
    assert "会员始于 2026-01-01" in rows[0]["said_zh"]
    assert (
        rows[2]["said"] == "expected to buy on 2.0 days in a year (80 % 0 to 4); bought on 2 days, last on 2026-03-01"
    )
    assert (rows[0]["still a customer"], rows[0]["buys in 28 days"]) == ("90 %", "40 %")


def test_only_so_many_are_listed(spark: SparkSession) -> None:
    assert [row.user_id for row in values(draw(CUSTOMER_VALUES, ROWS), as_of=MAY_1, limit=1).collect()] == ["ann"]


def test_tenths_say_which_share_of_all_they_are(spark: SparkSession) -> None:
    rows = value_deciles(draw(CUSTOMER_VALUES, ROWS), as_of=MAY_1).collect()
    assert [(row.tenth, row.customers, row["expected in a year"]) for row in rows] == [
        (10, 1, "75.00"),
        (1, 1, "25.00"),
    ]
    assert (rows[0].said, rows[1].said_zh) == ("worth 75.0 % of all that is expected", "占预计总额的 25.0 %")


def test_where_nothing_is_expected_nothing_is_said(spark: SparkSession) -> None:
    nothing = draw(CUSTOMER_VALUES, "as_of_date | user_id | bought_days\n2026-05-01 | ann | 2")
    assert values(nothing, as_of=MAY_1).isEmpty()
    assert value_deciles(nothing, as_of=MAY_1).isEmpty()
