from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.topics.answers import topics
from learnlake.behaviour.topics.stages.topic_points import topic_points
from learnlake.lake.conform import conform
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, USER_DAYS
from learnlake.lake.tables.topics import TEXT_TOPICS, TOPIC_POINTS
from tests.behaviour.topics.stages.drawn import DAY, FILES, SETTINGS
from tests.drawing import draw

HEAD = "as_of_date | topic_kind | event_id | topic | user_id | event_type | event_date | item_id | occurred_at"
NOBODY = "user_id | scheme | segment_id"


def asked(now: float, before: float, users: int = 60, seed: int = 1) -> str:
    """Draw users who ask once a day on every fifth day; `go` with one chance in the last four weeks and another one before."""
    dice, rows = np.random.default_rng(seed), [HEAD]
    for user in range(users):
        for back in range(user % 5, 56, 5):
            day = DAY - timedelta(days=back)
            topic = "go" if dice.random() < (now if back < 28 else before) else "sql"
            rows.append(
                f"{DAY} | tech | {user}-{back} | {topic} | u{user} | ask | {day} | thread-{topic} | {day}T10:00:00"
            )
    return "\n".join(rows)


def found(mentions: str, answers: str = "item_id | occurred_at", days: str = "user_id | platform | event_date"):
    answered = draw(
        EVENTS,
        "\n".join(f"{line} | {'event_type' if n == 0 else 'answer'}" for n, line in enumerate(answers.splitlines())),
    )
    nobody = draw(IDENTITIES, "account_id")
    frames = draw(TEXT_TOPICS, mentions), answered, nobody, draw(USER_DAYS, days), draw(SEGMENT_MEMBERS, NOBODY)
    return topic_points(*frames, as_of=DAY, topics=FILES, settings=SETTINGS)


def test_a_topic_that_doubled_rises_and_the_other_does_not(spark: SparkSession) -> None:
    made = found(asked(now=0.4, before=0.2)).cache()
    conform(made, TOPIC_POINTS)
    assert [row.topic for row in made.where("point = 'rising' AND is_found").collect()] == ["go"]
    row = made.where("point = 'rising' AND topic = 'go'").first()
    assert row.difference_low < 0.2 < row.difference_high
    assert row.case_hit_count == row.mention_count
    told = topics(made, as_of=DAY, kind="tech", found=True).where("topic = 'go'").first()
    assert told.name == "Go / Go 语言"
    assert told.said.count("rose from") == 1


@pytest.mark.full
def test_users_who_repeat_themselves_are_no_rise(spark: SparkSession) -> None:
    """One user who asks 60 times is one cluster: Fisher's test would call that a rise."""
    calm = asked(now=0.2, before=0.2)
    rows = [f"{DAY} | tech | loud-{n} | go | loud | ask | {DAY} | thread-go | {DAY}T10:00:00" for n in range(60)]
    made = found("\n".join([calm, *rows])).where("point = 'rising' AND topic = 'go'").first()
    assert made.difference > 0.05
    assert made.contrast_q > 0.05


@pytest.mark.full
def test_where_nothing_changed_hardly_anything_rises(spark: SparkSession) -> None:
    risen = sum(found(asked(0.3, 0.3, seed=seed)).where("point = 'rising' AND is_found").count() for seed in range(4))
    assert risen <= 1


def test_topics_without_answers_and_before_leaving_hurt(spark: SparkSession) -> None:
    """Questions about sql are answered at noon, those about go never; whoever asked about go last was never seen again."""
    rows = [HEAD]
    days = ["user_id | platform | event_date"]
    for user in range(80):
        topic, day = ("go", DAY - timedelta(days=40)) if user % 2 else ("sql", DAY - timedelta(days=40 + user % 5))
        rows.append(f"{DAY} | tech | {user} | {topic} | u{user} | ask | {day} | thread-{topic} | {day}T10:00:00")
        days.append(f"u{user} | a | {day if topic == 'go' and user % 8 else DAY}")
    answers = [f"thread-sql | helper | {DAY - timedelta(days=40 + n)}T12:00:00" for n in range(5)]
    made = found("\n".join(rows), "\n".join(["item_id | account_id | occurred_at", *answers]), "\n".join(days))
    hurts = {(row.topic, row.point): (row.case_share, row.control_share) for row in made.where("is_found").collect()}
    assert hurts == {("go", "unanswered"): (1.0, 0.0), ("go", "left_after"): (pytest.approx(1.0), 0.0)}


def test_a_lake_in_which_nobody_asks_has_no_row(spark: SparkSession) -> None:
    assert found(HEAD).count() == 0
