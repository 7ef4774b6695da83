from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.demand.values.models.lifetimes import Lifetimes
from learnlake.demand.values.settings import ValueSettings
from learnlake.demand.values.stages.customer_values import customer_values
from learnlake.lake.stage import Published
from learnlake.lake.tables.silver import USER_DAYS
from learnlake.lake.tables.values import CUSTOMER_VALUES
from learnlake.modelling.lasting import curve, remaining
from learnlake.modelling.lifetime import History, Lifetime
from tests.drawing import draw, expect

MAY_1 = date(2026, 5, 1)
MODEL = Lifetimes(discount_rate=0.0, lifetime_=(0.25, 4.4, 0.8, 2.4), spending_=(6.0, 4.0, 15.0))
DAYS = """
    user_id | platform | event_date | purchase_count | subscribe_count | cancel_count | view_count | spend_amount
    ann     | school   | 2026-01-02 | 1              | 0               | 0            | 0          | 10.00
    ann     | school   | 2026-03-13 | 1              | 0               | 0            | 0          | 50.00
    bob     | school   | 2026-04-03 | 1              | 0               | 0            | 0          | 30.00
    cas     | school   | 2026-04-21 | 0              | 1               | 0            | 0          | 0.00
    dan     | school   | 2026-02-01 | 0              | 0               | 0            | 5          | 0.00
"""


def made(days: str, models=None, **given):
    return customer_values(draw(USER_DAYS, days), as_of=MAY_1, settings=ValueSettings(**given), models=models or {})


PUBLISHED = {"customer_values": Published(MODEL, "3")}


def test_what_is_expected_of_each_customer(spark: SparkSession) -> None:
    rows = {row.user_id: row for row in made(DAYS, PUBLISHED).collect()}
    known = History.of(np.array([1, 0]), np.array([10.0, 0]), np.array([17.0, 4.0]))
    model = Lifetime(0.25, 4.4, 0.8, 2.4)
    assert set(rows) == {"ann", "bob", "cas"}  # cas has subscribed, which is a purchase
    for place, name in enumerate(("ann", "bob")):
        for days in (28, 90, 365):
            assert rows[name][f"expected_purchases_{days}d"] == pytest.approx(model.expected(known, days / 7)[place])
            assert rows[name][f"return_probability_{days}d"] == pytest.approx(model.returns(known, days / 7)[place])
            assert rows[name][f"purchases_high_{days}d"] == model.quantile(known, days / 7, 0.9)[place]
    ann, bob = rows["ann"], rows["bob"]
    assert (ann.alive_probability, bob.alive_probability) == (pytest.approx(model.alive(known)[0]), 1.0)
    assert (float(ann.mean_purchase_amount), float(bob.mean_purchase_amount)) == (
        30.0,
        30.0,
    )  # 6 (15 + 60) / 15, 6 x 45 / 9
    assert float(ann.value_amount_365d) == pytest.approx(30 * ann.expected_purchases_365d, abs=0.01)
    assert float(ann.value_high_amount_365d) == 30 * ann.purchases_high_365d
    assert (ann.bought_days, ann.first_bought_date, ann.last_bought_date) == (2, date(2026, 1, 2), date(2026, 3, 13))


def test_tenths_go_by_value_and_equal_ones_are_together(spark: SparkSession) -> None:
    rows = [f"u{n:02d} | school | 2026-{1 + n % 4:02d}-10 | 1 | {10 + n // 4 * 5}.00" for n in range(40)]
    found = made("user_id | platform | event_date | purchase_count | spend_amount\n" + "\n".join(rows), PUBLISHED)
    told = found.select("value_amount_365d", "value_decile").collect()
    assert sorted({row.value_decile for row in told}) == list(range(1, 11))
    ordered = sorted(told, key=lambda row: row.value_amount_365d)
    assert [row.value_decile for row in ordered] == sorted(row.value_decile for row in told)
    alike = made(
        "user_id | platform | event_date | purchase_count | spend_amount\n"
        + "\n".join(f"u{n} | school | 2026-04-10 | 1 | 10.00" for n in range(5)),
        PUBLISHED,
    )
    assert {row.value_decile for row in alike.collect()} == {1}


def test_without_a_model_facts_stand_and_nothing_is_expected(spark: SparkSession) -> None:
    expect(
        made(DAYS),
        CUSTOMER_VALUES,
        """
        as_of_date | user_id | bought_days | last_bought_date | alive_probability | expected_purchases_90d | purchases_low_28d | value_amount_365d | value_decile | member_since | model_version
        2026-05-01 | ann     | 2           | 2026-03-13       | -                 | -                      | -                 | -                 | -            | -            | -
        2026-05-01 | bob     | 1           | 2026-04-03       | -                 | -                      | -                 | -                 | -            | -            | -
        2026-05-01 | cas     | 1           | 2026-04-21       | -                 | -                      | -                 | -                 | -            | 2026-04-21   | -
    """,
    )


def test_members_last_on_as_long_as_others_did(spark: SparkSession) -> None:
    """Twenty left after 30 days, twenty after 90, and two go on since 40: all others who got as far as they left on day 90."""
    rows = []
    for n in range(40):
        rows += [
            f"a{n:02d} | school | 2026-01-01 | 1 | 0",
            f"a{n:02d} | school | {'2026-01-31' if n < 20 else '2026-04-01'} | 0 | 1",
        ]
    rows += [f"b{n} | school | 2026-03-22 | 1 | 0" for n in range(2)]
    found = made(
        "user_id | platform | event_date | subscribe_count | cancel_count\n" + "\n".join(rows), fewest_at_risk=1
    ).where(F.col("member_since").isNotNull())
    told = {row.user_id: row for row in found.collect()}
    assert set(told) == {"b0", "b1"}
    drawn = curve(*(np.array(one) for one in ([30.0, 90, 40], [1.0, 1, 0], [20.0, 20, 2])), 1)
    whole, low, high = remaining(drawn, 40, 365)
    assert whole == 50.0
    row = told["b0"]
    assert (row.remaining_months, row.remaining_low_months, row.remaining_high_months) == pytest.approx(
        (whole / 30, low / 30, high / 30)
    )
    assert row.member_since == date(2026, 3, 22)


def test_who_only_looked_and_an_empty_lake_have_no_rows(spark: SparkSession) -> None:
    only = "user_id | platform | event_date | view_count\ndan | school | 2026-02-01 | 5"
    assert made(only, PUBLISHED).isEmpty()
    assert made("user_id | platform | event_date", PUBLISHED).isEmpty()


@pytest.mark.full
def test_a_correction_changes_what_is_expected_and_a_rerun_does_not(spark: SparkSession) -> None:
    once, again = (made(DAYS, PUBLISHED).orderBy("user_id").collect() for _ in range(2))
    assert once == again
