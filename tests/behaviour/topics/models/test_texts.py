from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession
from sklearn.feature_extraction.text import TfidfVectorizer

from learnlake.behaviour.topics.models.texts import Texts, terms
from learnlake.errors import LearnlakeError

SAID = {
    "go": ("my goroutine leaks", "a goroutine never ends", "协程泄漏"),
    "sql": ("a left join is slow", "which join is right", "连接很慢"),
}
TEXTS = [f"{text} {n % 3}x" for texts in SAID.values() for text in texts for n in range(6)]
TOPICS = [[topic] for topic, texts in SAID.items() for _ in texts for _ in range(6)]


@pytest.fixture(scope="module")
def model() -> Texts:
    return Texts().learned(TEXTS, TOPICS)


def test_terms_are_words_pairs_of_words_and_pairs_of_chinese_signs_always_in_one_order() -> None:
    assert terms("Go routines, 协程泄") == ["go", "go routines", "routines", "协程", "程泄"]
    assert terms("协") == ["协"]
    assert terms("") == []


def test_unseen_texts_get_the_topic_of_their_words_and_strange_ones_none(model: Texts) -> None:
    topics, chances = model.best(["why does the goroutine hang", "three tables to join", "这个协程", "hello there"])
    assert topics[:3].tolist() == ["go", "sql", "go"]
    assert (chances[:3] > 0.5).all()
    assert chances[3] == 0


def test_texts_are_weighed_as_scikit_learn_weighs_them(model: Texts) -> None:
    wanted = TfidfVectorizer(analyzer=terms, binary=True, min_df=5).fit_transform(TEXTS)
    assert np.abs((model.points(TEXTS) - wanted).toarray()).max() < 1e-6


def test_only_probable_topics_are_told_on_spark(spark: SparkSession, model: Texts) -> None:
    frame = spark.createDataFrame(
        [("1", "a goroutine"), ("2", "nothing known"), ("3", None)], "event_id STRING, text STRING"
    )
    rows = model.score(frame).collect()
    assert [(row.event_id, row.topic) for row in rows] == [("1", "go")]
    assert rows[0].topic_probability == pytest.approx(model.best(["a goroutine"])[1][0])


def test_the_order_of_the_rows_does_not_matter(spark: SparkSession, model: Texts) -> None:
    rows = [(str(n), text, topics) for n, (text, topics) in enumerate(zip(TEXTS, TOPICS, strict=True))]
    schema = "event_id STRING, text STRING, topics ARRAY<STRING>"
    one, other = (Texts().fit(spark.createDataFrame(some, schema)) for some in (rows, rows[::-1]))
    assert one.terms_ == other.terms_
    assert np.array_equal(one.weights_, other.weights_)


def test_a_saved_model_is_the_same_again(tmp_path: Path, model: Texts) -> None:
    model.save(tmp_path)
    again = Texts.load(tmp_path)
    assert (again.topics_, again.terms_, again.rarity_, again.threshold) == (
        model.topics_,
        model.terms_,
        model.rarity_,
        model.threshold,
    )
    assert np.array_equal(again.weights_, model.weights_)


def test_too_little_is_refused_and_so_is_scoring_before_a_fit() -> None:
    with pytest.raises(LearnlakeError, match="nothing can be learned"):
        Texts().learned(["a text"], [["go"]])
    with pytest.raises(LearnlakeError, match="not fitted"):
        Texts().best(["a text"])
