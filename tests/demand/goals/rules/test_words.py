"""Every feature that a goal may know is said in both languages, with its value."""

from __future__ import annotations

import re

import pytest

from learnlake.demand.goals.rules.words import in_words, shown
from learnlake.demand.goals.settings import KNOWN

SAID = (
    ("idle_days", 21, ("no visit for 21 days", "21 天没有来访")),
    ("deed_complaint_count_14d", 2, ("complained 2 times in 14 days", "近 14 天投诉 2 次")),
    ("study_count_30d", 12, ("studied or practised 12 times in 30 days", "近 30 天学习或练习 12 次")),
    (
        "since_purchase_days",
        None,
        ("nothing known: ? days since the user last bought or paid", "无记录：上次购买或付费距今 ? 天"),
    ),
    ("profession", "testing", ("works in testing", "职业 testing")),
    ("interests", ["go", "sql"], ("interested in go, sql", "兴趣 go, sql")),
    ("mean_rating", 0.8125, ("rates 0.812 on average (0 to 1)", "平均评分 0.812（0 到 1）")),
    ("column_of_my_own", 3.0, ("column_of_my_own is 3", "column_of_my_own 为 3")),
)


@pytest.mark.parametrize(("feature", "value", "said"), SAID, ids=[held[0] for held in SAID])
def test_a_feature_and_its_value_are_said(feature, value, said) -> None:
    assert in_words(feature, shown(value)) == said


def test_a_value_that_is_no_number_is_none() -> None:
    assert shown(float("nan")) is None
    assert shown([]) is None


@pytest.mark.parametrize("name", KNOWN)
def test_every_feature_has_words_in_both_languages(name) -> None:
    english, chinese = in_words(name, "7")
    assert "7" in english
    assert "7" in chinese
    assert re.search("[\u4e00-\u9fff]", chinese)
    assert f"{name} is" not in english, "not its bare name"
