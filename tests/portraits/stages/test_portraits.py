from __future__ import annotations

import numpy as np
import pytest
from pyspark.sql import DataFrame, Row, SparkSession

from learnlake.lake.conform import conform
from learnlake.lake.stage import Published
from learnlake.lake.tables.gold import PORTRAITS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_TAGS
from learnlake.portraits.models.weights import Weights
from learnlake.portraits.settings import Scores
from learnlake.portraits.stages.portraits import portraits
from learnlake.portraits.tree import Tags
from tests.drawing import draw, expect
from tests.portraits.drawn import MAY_1, NAMES, branch, score

TREE = Tags(
    files={
        "goal": branch(declared=["interests"], unseen_in="interest", version=3),
        "interest": branch(observed=["topic"], declared=["interests"], prior_strength=4.0, prior_users=1, version=2),
        "level": branch(observed=["level"], declared=["declared_level"]),
        "old": branch(state="retired"),
        "study": branch(habits={"weekend": {"names": NAMES, "when": "weekend_share > 0.5"}}),
    }
)
NO_TREE, NO_SCORES = Tags(files={}), Scores(files={})
TAGS = """
    user_id | platform | event_date | tag_kind | tag    | tag_count
    ann     | school   | 2026-05-01 | topic    | python | 3
    ann     | school   | 2026-04-21 | topic    | go     | 2
    ann     | school   | 2026-05-01 | device   | mobile | 9
    bob     | school   | 2026-05-01 | topic    | go     | 1
    eve     | forum    | 2026-05-01 | topic    | figma  | 1
"""
FEATURES = """
    as_of_date | user_id | platforms  | idle_days | weekend_share
    2026-05-01 | ann     | ['school'] | 2         | 0.7
    2026-05-01 | bob     | ['school'] | 0         | 0.5
    2026-05-01 | new     | ['school'] | 5         | -
"""
ACCOUNTS_OF_ANN = """
    account_id | known_from | platform | interests        | declared_level | referrer
    a1         | 2026-01-01 | school   | ['python', 'go'] | -              | search
    a2         | 2026-02-01 | forum    | ['rust','go']    | senior         | friend
"""


def drawn(tree: Tags = NO_TREE, scores: Scores = NO_SCORES, models=None, tags: str = TAGS) -> DataFrame:
    identities = draw(IDENTITIES, "account_id | known_from | user_id\na1 | 2026-01-01 | ann\na2 | 2026-02-01 | ann")
    frames = (draw(USER_TAGS, tags), draw(USER_FEATURES, FEATURES), draw(ACCOUNTS, ACCOUNTS_OF_ANN), identities)
    return conform(portraits(*frames, as_of=MAY_1, tree=tree, scores=scores, models=models or {}), PORTRAITS)


def rows(frame: DataFrame) -> dict[str, Row]:
    return {row.user_id: row for row in frame.collect()}


def said(row: Row) -> list[tuple[object, ...]]:
    return [(tag.branch, tag.tag, tag.weight, tag.event_count, tag.basis) for tag in row.portrait_tags]


@pytest.fixture(scope="module")
def found(spark: SparkSession) -> dict[str, Row]:
    return rows(drawn(TREE))


def test_own_events_shrunk_towards_the_source_stand_beside_what_was_declared(found) -> None:
    """Ann came to the school through search, where her own shares are the prior: 3 of 4 python, 1 of 4 go."""
    assert said(found["ann"]) == [
        ("goal", "rust", 1.0, None, "declared"),
        ("interest", "python", 0.75, 3, "observed"),
        ("interest", "go", 0.5, None, "declared"),
        ("interest", "rust", 0.5, None, "declared"),
        ("interest", "go", 0.25, 2, "observed"),
        ("level", "senior", 1.0, None, "declared"),
        ("study", "weekend", 1.0, None, "observed"),
    ]


def test_few_events_lean_on_the_platform_and_none_are_the_prior_alone(found) -> None:
    """Of the school, ann has a voice of 3/4 python and 1/4 go, bob one of go: 3/8 and 5/8."""
    assert said(found["bob"]) == [("interest", "go", pytest.approx((1 + 4 * 0.625) / 5), 1, "observed")]
    assert said(found["new"]) == [
        ("interest", "go", 0.625, 0, "prior"),
        ("interest", "python", 0.375, 0, "prior"),
    ]
    bob, new = (found[user].portrait_tags[0].deviation for user in ("bob", "new"))
    assert new == pytest.approx((0.625 * 0.375 / 5) ** 0.5)
    assert bob == pytest.approx((0.7 * 0.3 / 6) ** 0.5)


def test_the_scalars_say_how_much_is_known_and_the_priors_tag_is_not_the_users(spark: SparkSession) -> None:
    expect(
        drawn(TREE),
        PORTRAITS,
        """
        as_of_date | user_id | top_interest | top_level | portrait_event_count | portrait_evidence | portrait_certainty
        2026-05-01 | ann     | python       | senior    | 5                    | 4.0               | 0.25
        2026-05-01 | bob     | go           | -         | 1                    | 1.0               | 0.1
        2026-05-01 | new     | -            | -         | 0                    | 0.0               | 0.0
    """,
    )


def test_a_retired_branch_makes_no_tags_and_has_no_version(found) -> None:
    assert {tag.branch for row in found.values() for tag in row.portrait_tags} == {"goal", "interest", "level", "study"}
    assert found["ann"].branch_versions == {"goal": 3, "interest": 2, "level": 1, "study": 1}


def test_parts_add_up_to_their_score_and_one_without_a_model_is_absent(spark: SparkSession) -> None:
    features = ["idle_days", "browse_count_30d"]
    scores = Scores(
        files={
            "buy": score("learned", features=features[:1], outcome={"event": "purchase"}),
            "engaged": score("expert", weights={"idle_days": -2.0}, intercept=1.0),
            "line": score("spread", features=features, upward="idle_days"),
        }
    )
    buy = Weights(("idle_days",), "x", "", 9, (1.0,), (0.5,), (3.0,), -1.0)
    got = rows(drawn(scores=scores, models={"buy": Published(buy, "7")}))
    assert set(got["ann"].scores) == {"buy", "engaged"}
    assert got["ann"].score_versions == {"buy": "7", "engaged": "conf"}
    assert got["ann"].score_parts["buy"] == pytest.approx({"intercept": -1.0, "idle_days": 3 * (np.log(3) - 1) / 0.5})
    for row in got.values():
        assert row.scores == pytest.approx({name: sum(parts.values()) for name, parts in row.score_parts.items()})
        assert row.scores["engaged"] == pytest.approx(1 - 2 * np.log1p({"ann": 2, "bob": 0, "new": 5}[row.user_id]))


def test_without_branches_and_scores_there_is_a_row_a_user_and_nothing_on_it(spark: SparkSession) -> None:
    found = rows(drawn())
    assert set(found) == {"ann", "bob", "new"}
    for row in found.values():
        nothing = {name: value for name, value in row.asDict().items() if value}
        assert nothing == {"as_of_date": MAY_1, "user_id": row.user_id}
        assert (row.portrait_tags, row.scores, row.portrait_event_count, row.portrait_certainty) == ([], {}, 0, None)


def test_where_nobody_did_anything_what_was_declared_is_left(spark: SparkSession) -> None:
    got = rows(drawn(TREE, tags=TAGS.splitlines()[1]))
    assert {tag.basis for tag in got["ann"].portrait_tags} == {"declared", "observed"}, "a habit is observed"
    assert got["ann"].top_interest == "go"
    assert got["new"].portrait_tags == []


def test_events_after_the_day_change_nothing(spark: SparkSession) -> None:
    later = f"{TAGS.rstrip()}\n    ann     | school   | 2026-05-02 | topic    | rust   | 99\n"
    assert rows(drawn(TREE, tags=later)) == rows(drawn(TREE))
