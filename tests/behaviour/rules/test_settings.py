from __future__ import annotations

import pytest

from learnlake.behaviour.rules.settings import Basket, Baskets
from learnlake.errors import ConfError
from learnlake.settings import load, validated
from tests.conftest import ROOT

PLAIN = {"of": "item", "event_types": ["enroll"], "unit": "user"}


def test_the_shipped_files_say_what_is_taken_together(tmp_path):
    (tmp_path / "base.yml").write_text("{}")
    (tmp_path / "local.yml").write_text("{}")
    (tmp_path / "baskets").symlink_to(ROOT / "conf" / "baskets")
    files = load(tmp_path, "local", (Baskets,), given={}).of(Baskets).files
    assert {name: basket.of for name, basket in files.items()} == {
        "courses": "item",
        "reading": "item",
        "skills": "topic",
        "requests": "request_type",
        "questions": "mentioned",
        "topics": "item",
    }
    assert files["courses"].schemes == ("level", "behaviour")
    assert all(basket.unit == "user" for basket in files.values())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"unit": "user", "order_by": "order_no"}, "`order_by` is for `unit: order`, not for `user`; take it out"),
        ({"of": "request_type", "item_kinds": ["course"]}, "`of: request_type` is about none; take them out"),
        ({"of": "mentioned"}, "`topic_kind` is needed"),
        ({"topic_kind": "technology"}, "only there"),
        ({"of": "mentioned", "topic_kind": "technology", "unit": "session"}, "a mention knows no session"),
        ({"event_types": []}, "at least 1 item"),
        ({"event_types": ["bought"]}, "Input should be 'register'"),
        ({"longest": 1}, "greater than or equal to 2"),
        ({"max_itemset": 10}, "unknown key `max_itemset`; did you mean `max_itemsets`"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(said, why):
    with pytest.raises(ConfError) as refused:
        validated(Basket, {**PLAIN, **said}, "conf/baskets/odd.yml")
    assert why in str(refused.value)
    assert str(refused.value).startswith("conf/baskets/odd.yml: ")


def test_limits_and_bars_are_those_of_conf():
    basket = Basket.model_validate({**PLAIN, "max_itemsets": 50, "longest": 3, "fewest_baskets": 7, "max_rules": 9})
    assert (basket.limits.at_most, basket.limits.longest, basket.limits.least) == (50, 3, 7)
    assert (basket.bars.least_gain, basket.bars.most_q, basket.bars.at_most) == (0.05, 0.05, 9)
