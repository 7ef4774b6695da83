from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame, SparkSession

from learnlake.lake import columns as c
from learnlake.lake.tables.gold import AUDIENCES, USER_FEATURES, USER_PROFILE
from learnlake.lake.tables.silver import CONSENTS, IDENTITIES
from learnlake.marketing.settings import Campaign, Campaigns
from learnlake.marketing.stages.audiences import audiences
from tests.drawing import draw, expect

PROFILE = USER_PROFILE.widened(USER_FEATURES.profile)
SPRING = {
    "platform": "school", "who": "idle_days BETWEEN 7 AND 21", "offer": {"en": "come back", "zh": "回来"}, "channel": "email",
    "starts_on": "2026-05-01", "ends_on": "2026-05-31", "holdout_share": 0.0,
}  # fmt: skip
USERS = """
    as_of_date | user_id | idle_days | platforms
    2026-05-01 | ann     | 7         | ['school']
    2026-05-01 | bob     | 21        | ['school']
    2026-05-01 | cal     | 22        | ['school']
    2026-05-01 | dan     | 6         | ['school']
    2026-05-01 | eve     | 10        | ['forum']
    2026-05-01 | fay     | -         | ['school']
    2026-05-01 | gus     | 10        | ['school']
    2026-05-01 | hal     | 10        | ['school']
"""
CONSENT = """
    account_id | purpose   | channel | known_from | platform | is_granted | basis
    ann        | marketing | email   | 2026-01-01 | school   | true       | consent
    bob        | marketing | email   | 2026-01-01 | school   | false      | consent
    bob        | marketing | email   | 2026-02-01 | school   | true       | consent
    cal        | marketing | email   | 2026-01-01 | school   | true       | consent
    gus        | marketing | sms     | 2026-01-01 | school   | true       | consent
    hal        | marketing | email   | 2026-01-01 | school   | true       | consent
    hal        | marketing | email   | 2026-02-01 | school   | false      | consent
"""


def drawn(as_of: date = date(2026, 5, 1), **changes: object) -> DataFrame:
    campaigns = Campaigns(files={"spring": Campaign.model_validate({**SPRING, **changes})})
    return audiences(
        draw(PROFILE, USERS),
        draw(CONSENTS, CONSENT),
        draw(IDENTITIES, "account_id | known_from"),
        as_of=as_of,
        campaigns=campaigns,
    )


def test_users_on_each_side_of_every_threshold_and_nobody_left_out_uncounted(spark: SparkSession) -> None:
    expect(
        drawn(),
        (*AUDIENCES.columns, c.REASONS),
        """
        campaign_id | wave | user_id | arm     | basis   | reasons
        spring      | 1    | ann     | contact | consent | []
        spring      | 1    | bob     | contact | consent | []
        spring      | 1    | cal     | contact | consent | ['not_applicable']
        spring      | 1    | dan     | contact | -       | ['not_applicable']
        spring      | 1    | eve     | contact | -       | ['not_applicable']
        spring      | 1    | fay     | contact | -       | ['not_applicable']
        spring      | 1    | gus     | contact | -       | ['user_lacks_consent']
        spring      | 1    | hal     | contact | -       | ['user_lacks_consent']
    """,
    )


def test_waves_are_numbered_and_outside_its_dates_a_campaign_chooses_nobody(spark: SparkSession) -> None:
    assert {row.wave for row in drawn(date(2026, 5, 8)).collect()} == {2}
    assert drawn(date(2026, 4, 30)).count() == 0
    assert drawn(date(2026, 6, 1)).count() == 0


def test_everybody_held_out_is_marked_and_stays_in_the_list(spark: SparkSession) -> None:
    sound = drawn(holdout_share=0.9999).where("size(reasons) = 0").collect()
    assert {(row.user_id, row.arm) for row in sound} == {("ann", "holdout"), ("bob", "holdout")}


def test_of_two_accounts_of_one_person_a_refusal_wins(spark: SparkSession) -> None:
    links = draw(IDENTITIES, "account_id | known_from | user_id\nann | 2026-01-01 | ann\nhal | 2026-01-01 | ann")
    campaigns = Campaigns(files={"spring": Campaign.model_validate(SPRING)})
    found = audiences(draw(PROFILE, USERS), draw(CONSENTS, CONSENT), links, as_of=date(2026, 5, 1), campaigns=campaigns)
    assert [row.user_id for row in found.where("size(reasons) = 0").collect()] == ["bob"]
