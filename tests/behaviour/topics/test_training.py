from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from pyspark.sql import SparkSession

from learnlake.behaviour.topics.settings import AskingSettings, Topics
from learnlake.behaviour.topics.training import texts
from learnlake.lake.tables.silver import EVENTS, ITEMS
from learnlake.modelling.gate import judge
from tests.drawing import draw

SAID = {
    "go": ("my goroutine leaks again", "this channel blocks", "Go modules are odd"),
    "rust": ("the borrow checker says no", "a lifetime too short", "Rust traits are odd"),
}
ITEMS_KNOWN = "item_id | known_from | tags\n" + "\n".join(
    f"{topic} | 2026-01-01T00:00:00 | ['{topic}', 'other']" for topic in SAID
)
KIND = {
    "name": {"en": "x", "zh": "某"},
    "of": "text",
    "event_types": ["ask"],
    "is_learned": True,
    "topics": {topic: {"name": {"en": topic, "zh": topic}, "cased": [topic.capitalize()]} for topic in SAID},
}
HEAD = "event_id | event_type | item_id | text | occurred_at"


def questions(count: int, wrong: float, seed: int = 1) -> str:
    """Draw questions, two in three without a known word; a share of them stands in the item of the other topic."""
    dice, rows = np.random.default_rng(seed), [HEAD]
    for n in range(count):
        topic, other = dice.permutation(list(SAID))
        text = SAID[topic][dice.integers(3)]
        item = other if dice.random() < wrong else topic
        rows.append(f"{n:04d} | ask | {item} | {text} | {date(2026, 1, 1) + timedelta(days=n)}T10:00:00")
    return "\n".join(rows)


def candidate(events: str, **kind: object):
    frames = draw(EVENTS, events), draw(ITEMS, ITEMS_KNOWN)
    topics = Topics.model_validate({"files": {"tech": {**KIND, **kind}}})
    return texts(*frames, topics=topics, settings=AskingSettings(), file="tech")


def test_what_jargon_gives_away_is_learned_and_adds_to_the_words(spark: SparkSession) -> None:
    found = candidate(questions(400, wrong=0.0))
    assert judge(found).is_published
    assert found.metrics["classifier_precision"] == found.metrics["recall"] == 1
    assert 0.2 < found.metrics["words_recall"] < 0.5
    assert found.metrics["classifier_precision_low"] > 0.9


def test_labels_that_are_often_wrong_teach_nothing_that_is_published(spark: SparkSession) -> None:
    found = candidate(questions(400, wrong=0.3))
    assert not judge(found).is_published
    assert found.metrics["classifier_precision"] <= 0.9


def test_without_labelled_texts_the_words_go_on_alone(spark: SparkSession) -> None:
    assert "fewer than 20 labelled texts" in judge(candidate(HEAD)).reason
