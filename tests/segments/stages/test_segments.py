from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.segments.stages.segments import segments
from tests.drawing import draw, expect
from tests.segments.cuts import MODELS, schemes

DAY = date(2026, 5, 1)
FEATURES = """
    as_of_date | user_id | study_count_90d | spend_amount_90d | idle_days
    2026-05-01 | ann     | 0               | 30.00            | 1
    2026-05-01 | bob     | 1               | 10.00            | 3
    2026-05-01 | cal     | 9               | -                | 2
    2026-05-01 | dan     | 1               | 60.00            | 9
"""
MEMBERS = """
    scheme    | user_id | segment_id | distance | second_distance | model_version
    behaviour | ann     | idle       | 0.5      | 2.0             | 3
    behaviour | bob     | idle       | 0.2      | 2.0             | 3
    behaviour | cal     | idle       | 1.0      | 1.0             | 3
    behaviour | dan     | busy       | 1.0      | 2.0             | 3
    job       | ann     | ops        | -        | -               | conf
"""
ACCOUNTS_OF = """
    account_id | known_from          | organisation_id
    ann        | 2026-01-01T00:00:00 | firm
    bob        | 2026-01-01T00:00:00 | firm
"""


@pytest.fixture
def found(spark: SparkSession):
    month_ago = draw(
        SEGMENTS,
        """
        as_of_date | scheme    | segment_id | member_count | apart_by
        2026-04-01 | behaviour | idle       | 5            | {'idle_days': 0.5}
    """,
    )
    frames = (draw(SEGMENT_MEMBERS, MEMBERS), draw(USER_FEATURES, FEATURES), draw(ACCOUNTS, ACCOUNTS_OF))
    identities = draw(IDENTITIES, "account_id\nx").limit(0)
    conf = schemes(job={"values": {"by": "profession"}})
    return segments(*frames, identities, month_ago, as_of=DAY, schemes=conf, models=MODELS).cache()


def test_sizes_shares_names_definitions_and_what_changed(found) -> None:
    expect(
        found,
        SEGMENTS,
        """
        as_of_date | scheme    | segment_id | segment_name | segment_name_zh | member_count | client_count | member_share | spend_share | definition             | definition_precision | definition_recall | silhouette  | stability | before_date | member_change | model_version | example_user_ids
        2026-05-01 | behaviour | idle       | idle         | 闲              | 3            | 2            | 0.75         | 0.4         | study_count_90d <= 2.5 | 0.666666667          | 0.666666667       | 0.55        | 0.9       | 2026-04-01  | -2            | 3             | ['bob', 'ann', 'cal']
        2026-05-01 | behaviour | busy       | busy         | 忙              | 1            | 1            | 0.25         | 0.6         | study_count_90d > 2.5  | 0.0                  | 0.0               | 0.5         | 0.9       | -           | -             | 3             | ['dan']
        2026-05-01 | job       | ops        | ops          | ops             | 1            | 1            | 1.0          | 1.0         | -                      | -                    | -                 | -           | -         | -           | -             | conf          | ['ann']
    """,
    )


def test_what_sets_a_segment_apart_is_cohens_d_of_the_tamed_feature(found) -> None:
    row = found.where("segment_id = 'idle'").first()
    inside, outside = np.log1p([1.0, 3.0, 2.0]), np.log1p([9.0])
    pooled = np.sqrt((((inside - inside.mean()) ** 2).sum()) / 2)
    d = (inside.mean() - outside.mean()) / pooled
    assert row.apart_by["idle_days"] == pytest.approx(d)
    assert row.apart_change["idle_days"] == pytest.approx(d - 0.5)


def test_a_segment_without_members_stays_with_none(spark: SparkSession) -> None:
    nobody = draw(SEGMENT_MEMBERS, "user_id\nx").limit(0)
    frames = (nobody, draw(USER_FEATURES, FEATURES), draw(ACCOUNTS, ACCOUNTS_OF), draw(IDENTITIES, "account_id\nx"))
    made = segments(*frames, draw(SEGMENTS, "scheme\nx").limit(0), as_of=DAY, schemes=schemes(), models=MODELS)
    expect(
        made,
        SEGMENTS,
        """
        segment_id | member_count | client_count | member_share | definition_recall
        idle       | 0            | 0            | 0.0          | -
        busy       | 0            | 0            | 0.0          | -
    """,
    )
