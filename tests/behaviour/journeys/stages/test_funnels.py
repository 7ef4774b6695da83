from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.journeys.settings import Funnel, Funnels
from learnlake.behaviour.journeys.stages.funnels import funnels
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.journeys import FUNNELS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from tests.drawing import draw, expect

DAY = date(2026, 5, 31)
BUYS = {
    "name": {"en": "buys", "zh": "买"},
    "within_days": 10,
    "over_days": 15,  # entries of 7 to 21 May
    "schemes": ["behaviour"],
    "steps": [
        {"name": {"en": "looks", "zh": "看"}, "types": ["view"]},
        {"name": {"en": "buys", "zh": "买"}, "types": ["purchase"]},
        {"name": {"en": "buys again", "zh": "再买"}, "types": ["purchase"], "where": "amount > 5"},
    ],
}
# ann: all three, the small purchase in between is no third step; bob: his purchase comes before his view; cal: a second too
# late; dan: exactly at the end of the window; eve: enters on the first day, fay the day before, gus after the last.
BOUGHT = """
    event_id | platform | account_id | event_type | occurred_at         | event_date | amount
    a1       | academy  | ann        | view       | 2026-05-10 12:00:00 | 2026-05-10 | -
    a2       | academy  | ann        | purchase   | 2026-05-11 12:00:00 | 2026-05-11 | 1.00
    a3       | academy  | ann        | purchase   | 2026-05-12 12:00:00 | 2026-05-12 | 5.00
    a4       | academy  | ann        | view       | 2026-05-12 13:00:00 | 2026-05-12 | -
    a5       | academy  | ann        | purchase   | 2026-05-14 12:00:00 | 2026-05-14 | 9.00
    b1       | academy  | bob        | purchase   | 2026-05-10 11:00:00 | 2026-05-10 | 9.00
    b2       | academy  | bob        | view       | 2026-05-10 12:00:00 | 2026-05-10 | -
    c1       | academy  | cal        | view       | 2026-05-10 12:00:00 | 2026-05-10 | -
    c2       | academy  | cal        | purchase   | 2026-05-20 12:00:01 | 2026-05-20 | 9.00
    d1       | academy  | dan        | view       | 2026-05-10 12:00:00 | 2026-05-10 | -
    d2       | academy  | dan        | purchase   | 2026-05-20 12:00:00 | 2026-05-20 | -
    e1       | academy  | eve        | view       | 2026-05-07 00:00:00 | 2026-05-07 | -
    f1       | academy  | fay        | view       | 2026-05-06 23:00:00 | 2026-05-06 | -
    f2       | academy  | fay        | purchase   | 2026-05-10 12:00:00 | 2026-05-10 | 9.00
    g1       | academy  | gus        | view       | 2026-05-22 00:00:00 | 2026-05-22 | -
"""
MEMBERS = """
    as_of_date | scheme    | user_id | segment_id
    2026-05-31 | behaviour | ann     | busy
    2026-05-31 | behaviour | dan     | busy
    2026-05-31 | behaviour | bob     | idle
    2026-05-31 | behaviour | fay     | calm
    2026-05-31 | behaviour | cal     | -
    2026-05-31 | job       | ann     | baker
"""
NOBODY = "as_of_date | scheme | user_id | segment_id"
KNOWN = "account_id | known_from | user_id"


def found(events: str, members: str = NOBODY, identities: str = KNOWN, **named: dict[str, object]):
    settings = Funnels(files={name: Funnel.model_validate(values) for name, values in named.items()})
    return funnels(
        draw(EVENTS, events), draw(IDENTITIES, identities), draw(SEGMENT_MEMBERS, members), as_of=DAY, settings=settings
    )


def test_a_step_counts_who_took_it_after_the_one_before_and_within_the_window(spark: SparkSession) -> None:
    expect(
        found(BOUGHT, MEMBERS, buys=BUYS),
        FUNNELS,
        """
        as_of_date | funnel | scheme    | segment_id | funnel_step | step_name  | step_name_zh | user_count | open_count | first_share | previous_share | median_wait
        2026-05-31 | buys   | all       | all        | 1           | looks      | 看           | 5          | 0          | 1.0         | -              | -
        2026-05-31 | buys   | all       | all        | 2           | buys       | 买           | 2          | 0          | 0.4         | 0.4            | 5.5
        2026-05-31 | buys   | all       | all        | 3           | buys again | 再买         | 1          | 0          | 0.2         | 0.5            | 3.0
        2026-05-31 | buys   | behaviour | busy       | 1           | looks      | 看           | 2          | 0          | 1.0         | -              | -
        2026-05-31 | buys   | behaviour | busy       | 2           | buys       | 买           | 2          | 0          | 1.0         | 1.0            | 5.5
        2026-05-31 | buys   | behaviour | busy       | 3           | buys again | 再买         | 1          | 0          | 0.5         | 0.5            | 3.0
        2026-05-31 | buys   | behaviour | idle       | 1           | looks      | 看           | 1          | 0          | 1.0         | -              | -
        2026-05-31 | buys   | behaviour | idle       | 2           | buys       | 买           | 0          | 0          | 0.0         | 0.0            | -
        2026-05-31 | buys   | behaviour | idle       | 3           | buys again | 再买         | 0          | 0          | 0.0         | -              | -
    """,
    )


def test_shares_stand_in_their_intervals_and_the_first_step_has_none(spark: SparkSession) -> None:
    rows = {row.funnel_step: row for row in found(BOUGHT, buys=BUYS).collect()}
    # 2 of 5 by hand: centre (.4 + 3.8415 / 10) / (1 + 3.8415 / 5), half width 1.96 sqrt(.24 / 5 + 3.8415 / 100) / (1 + ...)
    assert round(rows[2].first_low_share, 4) == 0.1176
    assert round(rows[2].first_high_share, 4) == 0.7693
    assert (rows[1].first_low_share, rows[1].previous_low_share) == (None, None)


def test_entries_that_may_go_on_are_told_apart(spark: SparkSession) -> None:
    """Entries of 17 to 31 May: cal may buy until the 1st of June; dan's window ended on the 31st, eve has bought once."""
    events = """
        event_id | platform | account_id | event_type | occurred_at         | event_date | amount
        c1       | academy  | cal        | view       | 2026-05-22 12:00:00 | 2026-05-22 | -
        d1       | academy  | dan        | view       | 2026-05-21 12:00:00 | 2026-05-21 | -
        e1       | academy  | eve        | view       | 2026-05-30 12:00:00 | 2026-05-30 | -
        e2       | academy  | eve        | purchase   | 2026-05-31 12:00:00 | 2026-05-31 | 9.00
        f1       | academy  | fay        | view       | 2026-05-16 12:00:00 | 2026-05-16 | -
    """
    expect(
        found(events, buys={**BUYS, "keep_open": True}),
        FUNNELS,
        """
        funnel_step | user_count | open_count
        1           | 3          | 0
        2           | 1          | 1
        3           | 0          | 2
    """,
    )


def test_several_funnels_are_walked_at_once_each_with_its_own_platforms_and_schemes(spark: SparkSession) -> None:
    two = {"name": BUYS["name"], "within_days": 1, "over_days": 1, "steps": BUYS["steps"][:2]}
    here = found(BOUGHT, MEMBERS, buys=BUYS, alone={**two, "over_days": 40}, away={**two, "platforms": ["forum"]})
    counted = here.where("scheme = 'all' OR funnel <> 'buys'").groupBy("funnel", "scheme")
    expect(
        counted.agg(F.sum("user_count").alias("user_count")),
        FUNNELS,
        """
        funnel | scheme | user_count
        buys   | all    | 8
        alone  | all    | 8
    """,
    )


def test_a_journey_goes_on_from_one_account_of_a_person_to_another(spark: SparkSession) -> None:
    events = """
        event_id | platform | account_id | event_type | occurred_at         | event_date | amount
        1        | forum    | one        | view       | 2026-05-10 12:00:00 | 2026-05-10 | -
        2        | academy  | two        | purchase   | 2026-05-11 12:00:00 | 2026-05-11 | 1.00
    """
    known = """
        account_id | known_from          | user_id
        one        | 2026-05-20 00:00:00 | ann
        two        | 2026-05-12 00:00:00 | ann
    """
    rows = found(
        events, "as_of_date | scheme | user_id | segment_id\n2026-05-31 | behaviour | ann | busy", known, buys=BUYS
    )
    expect(
        rows.where("scheme = 'behaviour'"),
        FUNNELS,
        "segment_id | funnel_step | user_count\nbusy | 1 | 1\nbusy | 2 | 1\nbusy | 3 | 0",
    )


def test_without_events_or_funnels_there_are_no_rows(spark: SparkSession) -> None:
    header = BOUGHT.strip().splitlines()[0]
    assert found(header, buys=BUYS).collect() == []
    assert found(BOUGHT).collect() == []
    assert found(BOUGHT).columns == [column.name for column in FUNNELS.columns]
