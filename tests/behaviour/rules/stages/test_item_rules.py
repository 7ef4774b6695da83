from __future__ import annotations

from datetime import date

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from learnlake.behaviour.rules.stages.item_rules import item_rules
from learnlake.lake.conform import conform
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.rules import ITEM_RULES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.lake.tables.topics import TEXT_TOPICS
from learnlake.simulate import SimulateSettings
from learnlake.simulate.accounts import accounts
from learnlake.simulate.catalogue import items
from learnlake.simulate.days import active_days
from learnlake.simulate.topics import TOPICS
from tests.behaviour.rules.drawn import files, frames, many
from tests.drawing import draw, expect

DAY = date(2026, 5, 1)
LEARNERS = (
    {f"both{n}": ["py", "go"] for n in range(12)}
    | {f"back{n}": ["go", "py"] for n in range(3)}
    | {f"rust{n}": ["rust"] for n in range(25)}
)


def test_what_is_taken_together_more_than_chance_has_a_rule_with_what_follows(spark: SparkSession) -> None:
    """15 of 40 learners take both courses, 12 of them go after py."""
    found = item_rules(*frames(many(LEARNERS)), as_of=DAY, baskets=files(courses={"item_kinds": ["course"]}))
    expect(
        found,
        ITEM_RULES,
        """
        as_of_date | scope   | antecedent | antecedent_items | consequent | basket_unit | basket_count | antecedent_count | consequent_count | together_count | support | confidence | lift        | leverage | conviction | followed_count | followed_share
        2026-05-01 | courses | go         | ['go']           | py         | user        | 40           | 15               | 15               | 15             | 0.375   | 1.0        | 2.666666667 | 0.234375 | -          | 3              | 0.2
        2026-05-01 | courses | py         | ['py']           | go         | user        | 40           | 15               | 15               | 15             | 0.375   | 1.0        | 2.666666667 | 0.234375 | -          | 12             | 0.8
    """,
    )
    assert conform(found, ITEM_RULES).count() == 2


def test_every_scope_has_its_own_rules_and_orders_follow_nothing(spark: SparkSession) -> None:
    members = ["user_id | scheme | segment_id", *(f"{user} | level | {user[:4]}" for user in LEARNERS)]
    baskets = files(a={"schemes": ["level"]}, b={"unit": "order"}, c={"unit": "window", "window_days": 30})
    found = item_rules(*frames(many(LEARNERS), "\n".join(members)), as_of=DAY, baskets=baskets).collect()
    told = {(row.scope, row.consequent): row.followed_count for row in found}
    assert told == {("a", "go"): 12, ("a", "py"): 3, ("c", "go"): 12, ("c", "py"): 3}


def test_the_same_events_in_another_order_give_the_same_rules(spark: SparkSession) -> None:
    turned = dict(reversed(LEARNERS.items()))
    rows = [
        sorted(item_rules(*frames(many(learners)), as_of=DAY, baskets=files(c={})).collect())
        for learners in (LEARNERS, turned)
    ]
    assert rows[0] == rows[1] != []


def test_a_single_user_and_no_events_give_no_rules(spark: SparkSession) -> None:
    for learners in ({"one": ["py", "go"]}, {}):
        assert item_rules(*frames(many(learners)), as_of=DAY, baskets=files(c={})).count() == 0
    assert item_rules(*frames(many({})), as_of=DAY, baskets=files()).count() == 0


def enrolled(spark: SparkSession, world: SimulateSettings) -> DataFrame:
    """The simulated learners' enrolments and purchases of courses, as silver.events."""
    days = active_days(accounts(spark, world).where("platform = 'academy'"), world)
    takes = days.where(F.array_contains("bound", "enroll") | F.array_contains("bound", "buy_course"))
    date_ = F.date_add(F.lit(world.first_day), F.col("day").cast("int"))
    made = {
        "account_id": F.col("account_number").cast("string"),
        "event_type": F.lit("enroll"),
        "item_id": F.concat(F.lit("course/"), "course"),
        "event_date": date_,
        "occurred_at": date_.cast("timestamp"),
    }
    return takes.select(
        *(made.get(k.name, F.lit(None).cast(k.dtype)).alias(k.name) for k in EVENTS.columns)
    ).localCheckpoint()


@pytest.mark.full
def test_courses_of_one_chain_are_found_among_the_simulated_learners_and_no_strangers(spark: SparkSession) -> None:
    """Planted: who studies a technology takes its courses one after another; and a profession has its technologies.

    A course that fewer than ten learners took is below the floor, and no rule of it can be told.
    """
    events = enrolled(spark, SimulateSettings(users=1_200, days=120))
    known = draw(ITEMS, "item_id")
    kinds = items(spark, SimulateSettings()).select(
        *(
            F.col(n) if n in ("item_id", "item_kind", "tags") else F.lit(None).cast(known.schema[n].dataType).alias(n)
            for n in known.columns
        )
    )
    baskets = files(courses={"item_kinds": ["course"], "fewest_baskets": 10})
    nobody = draw(IDENTITIES, "user_id"), kinds, draw(SEGMENT_MEMBERS, "user_id"), draw(TEXT_TOPICS, "topic")
    found = item_rules(events, *nobody, as_of=DAY, baskets=baskets)
    rules = {(row.antecedent, row.consequent) for row in found.collect() if len(row.antecedent_items) == 1}
    taken = {row.item_id for row in events.groupBy("item_id").count().where("count >= 10").collect()}
    profession = {topic.tag: topic.profession for topic in TOPICS}
    topic = {course: course.split("/")[1].rsplit("-", 1)[0] for course in taken}
    planted = {(a, b) for a in taken for b in taken if a != b and topic[a] == topic[b]}
    strangers = {(a, b) for a, b in rules if profession[topic[a]] != profession[topic[b]]}
    assert len(planted) > 30
    assert len(planted & rules) >= 0.95 * len(planted)
    assert len(strangers) <= 0.1 * len(rules)
