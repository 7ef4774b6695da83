from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.lake.tables.gold import PORTRAITS, SEGMENT_MEMBERS, USER_FEATURES, USER_PROFILE
from learnlake.lake.tables.habits import STUDY_HABITS
from learnlake.lake.tables.journeys import USER_STATES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.lake.tables.values import CUSTOMER_VALUES
from learnlake.marketing.stages.user_profile import user_profile
from tests.drawing import draw, expect

SEGMENT = Named("segment_behaviour", c.STRING, "segment")
WIDE = USER_PROFILE.widened(
    (
        c.IDLE_DAYS,
        SEGMENT,
        *PORTRAITS.profile,
        c.LIFE_STATE,
        c.HABITS,
        *CUSTOMER_VALUES.profile,
        c.PROFESSION,
        c.COUNTRY,
    )
)


def test_one_row_per_user_with_segments_spread_and_the_latest_known_attributes(spark: SparkSession) -> None:
    features = draw(USER_FEATURES, "as_of_date | user_id | idle_days\n2026-05-01 | ann | 3\n2026-05-01 | bob | 0")
    members = draw(
        SEGMENT_MEMBERS,
        "as_of_date | scheme | user_id | segment_id\n2026-05-01 | behaviour | ann | study_much\n2026-05-01 | value | ann | gold",
    )
    portraits = draw(
        PORTRAITS,
        """
        as_of_date | user_id | top_interest | top_level | portrait_event_count | portrait_certainty
        2026-05-01 | ann     | python       | junior    | 12                   | 0.7
    """,
    )
    chances = draw(PROPENSITIES, "as_of_date | goal | user_id | chance\n2026-05-01 | buy | ann | 0.25")
    states = draw(USER_STATES, "as_of_date | user_id | life_state\n2026-05-01 | ann | dormant")
    habits = draw(STUDY_HABITS, "as_of_date | user_id | study_habits\n2026-05-01 | ann | ['night']")
    values = draw(
        CUSTOMER_VALUES,
        "as_of_date | user_id | alive_probability | value_amount_365d | value_decile\n2026-05-01 | ann | 0.5 | 75.00 | 9",
    )
    accounts = draw(
        ACCOUNTS,
        """
        account_id | known_from | profession  | country
        a1         | 2026-01-01 | testing     | DE
        a1         | 2026-03-01 | -           | CN
        a2         | 2026-02-01 | development | -
    """,
    )
    identities = draw(IDENTITIES, "account_id | known_from | user_id\na1 | 2026-01-01 | ann\na2 | 2026-02-01 | ann")
    expect(
        user_profile(features, members, chances, portraits, states, habits, values, accounts, identities, table=WIDE),
        WIDE,
        """
        as_of_date | user_id | idle_days | segment_behaviour | top_interest | top_level | portrait_event_count | portrait_certainty | life_state | study_habits | alive_probability | value_amount_90d | value_amount_365d | value_decile | profession  | country
        2026-05-01 | ann     | 3         | study_much        | python       | junior    | 12                   | 0.7                | dormant    | ['night']    | 0.5               | -                | 75.00             | 9            | development | CN
        2026-05-01 | bob     | 0         | -                 | -            | -         | -                    | -                  | -          | -            | -                 | -                | -                 | -            | -           | -
    """,
    )
