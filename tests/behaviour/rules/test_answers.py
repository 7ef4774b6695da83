from __future__ import annotations

from datetime import date

from pyspark.sql import SparkSession

from learnlake.behaviour.rules.answers import paths, rules, transitions
from learnlake.lake.tables.rules import ITEM_RULES, ITEM_SEQUENCES, ITEM_TRANSITIONS
from tests.drawing import draw

DAY = date(2026, 5, 1)
RULES = """
    as_of_date | scope     | antecedent | antecedent_items | consequent | basket_unit | confidence | confidence_low | confidence_high | lift | leverage | q_value | followed_share | together_count
    2026-05-01 | c         | a          | ['a']            | b          | user        | 0.41       | 0.36           | 0.46            | 2.31 | 0.01     | 0.00012 | 0.25           | 41
    2026-05-01 | c         | a + d      | ['a', 'd']       | b          | user        | 0.5        | 0.4            | 0.6             | 2.5  | 0.02     | 0.03    | 0.3            | 20
    2026-05-01 | c/level/x | b          | ['b']            | e          | order       | 0.5        | 0.4            | 0.6             | 3    | 0.01     | 0.03    | -              | 20
    2026-04-30 | c         | a          | ['a']            | b          | user        | 0.9        | 0.8            | 0.95            | 9    | 0.9      | 0.00001 | 0.9            | 90
"""


def keys(found, *columns: str) -> list[tuple[object, ...]]:
    return [tuple(row[name] for name in columns) for row in found.collect()]


def test_rules_of_a_day_come_by_scope_the_best_first(spark: SparkSession) -> None:
    table = draw(ITEM_RULES, RULES)
    every = [("c", "a + d", "b"), ("c", "a", "b"), ("c/level/x", "b", "e")]
    assert keys(rules(table, as_of=DAY), "scope", "antecedent", "consequent") == every
    assert keys(rules(table, as_of=DAY, scope="c"), "antecedent") == [("a + d",), ("a",)]
    assert keys(rules(table, as_of=DAY, item="b"), "antecedent") == [("a + d",), ("a",), ("b",)]
    assert keys(rules(table, as_of=DAY, scope="c", item="d"), "antecedent") == [("a + d",)]
    assert keys(rules(table, as_of=DAY, item="nothing"), "antecedent") == []


def test_a_rule_is_said_in_a_sentence_of_each_language(spark: SparkSession) -> None:
    table = draw(ITEM_RULES, RULES)
    assert keys(rules(table, as_of=DAY), "said", "said_zh", "q_value")[1:] == [
        (
            "Of the users who took a, 41 % (36-46 %) took b too; 2.3 times what chance would give. "
            "25 % of the users took it afterwards, in time.",
            "选择了 a 的用户中，41 %（36–46 %）也选择了 b，是随机情形的 2.3 倍。25 % 的用户在期限内随后选择了它。",
            "0.00012",
        ),
        (
            "Of the orders with b, 50 % (40-60 %) hold e too; 3.0 times what chance would give.",
            "含有 b 的订单中，50 %（40–60 %）也含有 e，是随机情形的 3.0 倍。",
            "0.030",
        ),
    ]


def test_paths_and_transitions_are_listed_the_most_frequent_first(spark: SparkSession) -> None:
    table = draw(
        ITEM_SEQUENCES,
        """
        as_of_date | scope | sequence  | sequence_items  | user_count | support | median_days_between
        2026-05-01 | c     | a > b     | ['a', 'b']      | 5          | 0.05    | 3.04
        2026-05-01 | c     | b > c     | ['b', 'c']      | 9          | 0.09    | 1
        2026-05-01 | d     | a > b     | ['a', 'b']      | 7          | 0.7     | 1
        2026-05-02 | c     | a > b     | ['a', 'b']      | 99         | 0.7     | 1
    """,
    )
    assert keys(paths(table, as_of=DAY), "scope", "sequence") == [("c", "b > c"), ("c", "a > b"), ("d", "a > b")]
    assert keys(paths(table, as_of=DAY, scope="c", item="a"), "sequence", "median_days_between") == [("a > b", 3.0)]
    ways = draw(
        ITEM_TRANSITIONS,
        """
        as_of_date | scope | from_item | to_item | transition_count | transition_share | lift | q_value
        2026-05-01 | c     | start     | a       | 3                | 0.3333           | 1.2  | 0.5
        2026-05-01 | c     | a         | c       | 4                | 0.5              | 2    | 0.001
        2026-05-01 | c     | a         | b       | 4                | 0.5              | 2    | 0.001
        2026-04-30 | c     | a         | b       | 9                | 0.5              | 2    | 0.001
    """,
    )
    assert keys(transitions(ways, as_of=DAY), "from_item", "to_item") == [("a", "b"), ("a", "c"), ("start", "a")]
    assert keys(transitions(ways, as_of=DAY, scope="c", item="start"), "transition_share") == [(0.333,)]
