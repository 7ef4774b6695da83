from datetime import date

import pytest
from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_DAYS, USER_TAGS
from learnlake.segments.rules.people import concerns, happening, person, tags_of, with_happenings, with_tags
from learnlake.segments.settings import Scheme, Values
from tests.drawing import draw

DAY = date(2026, 5, 1)
WORDS = {"name": {"en": "x", "zh": "y"}}


def test_attributes_of_all_accounts_of_a_user_are_joined_and_the_latest_word_counts(spark: SparkSession):
    features = draw(USER_FEATURES, "user_id\nann\nbob")
    accounts = draw(
        ACCOUNTS,
        """
        account_id | known_from          | profession | attributes
        a1         | 2026-01-01T00:00:00 | testing    | {'client_type': 'student', 'seat': '4'}
        a2         | 2026-02-01T00:00:00 | -          | {'client_type': 'enterprise'}
    """,
    )
    identities = draw(
        IDENTITIES,
        """
        account_id | known_from          | user_id
        a1         | 2026-01-01T00:00:00 | ann
        a2         | 2026-02-01T00:00:00 | ann
    """,
    )
    rows = {row.user_id: row for row in person(features, accounts, identities).collect()}
    assert rows["ann"].attributes == {"client_type": "enterprise", "seat": "4"}
    assert rows["ann"].profession == "testing"
    assert rows["bob"].attributes is None


def test_happenings_are_counted_over_their_days_and_not_beyond(spark: SparkSession):
    scheme = Scheme.model_validate(
        {**WORDS, "rules": {"segments": {"a": {**WORDS, "when": {"happened": "ask", "times": 2, "days": 30}}}}}
    )
    days = draw(
        USER_DAYS,
        """
        user_id | event_date | ask_count
        ann     | 2026-05-01 | 2
        ann     | 2026-04-02 | 3
        ann     | 2026-04-01 | 9
    """,
    )
    found = with_happenings(draw(USER_FEATURES, "user_id\nann"), days, [scheme], DAY).first()
    assert found[happening("ask", 30)] == 5


def test_the_weight_of_a_tag_halves_with_every_half_life(spark: SparkSession):
    tags = draw(
        USER_TAGS,
        """
        user_id | event_date | tag_kind | tag    | tag_count
        ann     | 2026-05-01 | topic    | sql    | 3
        ann     | 2026-04-21 | topic    | python | 8
        ann     | 2026-05-01 | level    | senior | 99
        ann     | 2026-05-01 | topic    | go     | 1
    """,
    )
    values = {"taste": Values(tag="topic", half_life_days=10, least_weight=2)}
    found = with_tags(draw(USER_FEATURES, "user_id\nann"), tags, values, DAY).first()[tags_of("taste")]
    assert [tuple(tag) for tag in found] == [(-4.0, "python"), (-3.0, "sql")]


@pytest.mark.parametrize(("platforms", "is_meant"), [((), True), (("forum",), True), (("academy",), False)])
def test_a_scheme_concerns_those_seen_on_its_platforms(spark: SparkSession, platforms, is_meant):
    scheme = Scheme.model_validate({**WORDS, "platforms": platforms, "values": {"by": "profession"}})
    frame = spark.createDataFrame([(["forum", "shop"],)], "platforms ARRAY<STRING>")
    assert frame.select(concerns(scheme)).first()[0] is is_meant
