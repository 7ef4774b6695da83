from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from learnlake.modelling.content import Content, item_vectors, matrix, words
from learnlake.modelling.scoring import Asked
from learnlake.modelling.vectors import alike, near

ITEMS = "item_id string, tags array<string>, level string, language string, creator_id string, title string, description string"
ROWS = [
    ("py1", ["python"], "beginner", "en", "ann", "Python for beginners", None),
    ("py2", ["python", "data"], "advanced", "en", "bob", "Data science in Python", "numbers and frames"),
    ("java", ["java"], "beginner", "en", "cat", "Java for beginners", None),
    ("zh1", None, "beginner", "zh", "dan", "数据结构与算法", None),
    ("zh2", None, "advanced", "zh", "eve", "高级数据结构", None),
    ("new", ["python"], None, "en", "ann", "Python on the web", None),
    ("bare", None, None, None, None, None, None),
]


@pytest.fixture(scope="module")
def vectors(spark):
    made = item_vectors(spark.createDataFrame(ROWS, ITEMS), Content()).cache()
    yield made
    made.unpersist()


def test_words_are_lower_case_and_chinese_goes_by_two_characters():
    assert words("Learn C++ and C#, 数据结构!") == ["learn", "c++", "and", "c#", "数据", "据结", "结构"]
    assert words("书 a_b 深入Java") == ["书", "a", "b", "深入", "java"]
    assert words("") == []


def test_weights_of_a_text_are_those_of_scikit_learn():
    texts = ["one two two", "two three", "three four one"]
    content = Content(lists=(), values=(), texts=(("title", 1.0),), least_items=1, most_share=1.0)
    found = matrix({"title": list(texts)}, 3, content).toarray()
    assert found == pytest.approx(TfidfVectorizer(sublinear_tf=True).fit_transform(texts).toarray())


def test_rare_and_frequent_words_do_not_count_and_the_most_frequent_are_kept():
    texts = ["all one two", "all one two", "all one three", "all four five"]
    held = Content(lists=(), values=(), texts=(("title", 1.0),), least_items=2, most_share=0.75, most_words=1)
    found = matrix({"title": list(texts)}, 4, held).toarray()
    assert found.tolist() == [[1.0], [1.0], [1.0], [0.0]]


def test_blocks_weigh_what_the_settings_say():
    content = Content(lists=(("tags", 1.0),), values=(("level", 0.5),), texts=())
    found = matrix({"tags": [["a", "b"], None], "level": ["x", "x"]}, 2, content).toarray()
    cosine = float(found[0] @ found[1])
    assert np.linalg.norm(found, axis=1) == pytest.approx([1.0, 1.0])
    assert cosine == pytest.approx(0.25 / (np.sqrt(1.25) * 0.5))


def test_an_item_is_most_like_what_shares_its_tags_and_words_also_in_chinese(vectors):
    nearest = {row.item_id: row.other_id for row in alike(vectors, 1).collect()}
    assert nearest["new"] == "py1"
    assert (nearest["zh1"], nearest["zh2"]) == ("zh2", "zh1")
    assert "bare" not in nearest


def test_a_new_item_that_nobody_has_is_offered_to_whom_it_fits(spark, vectors):
    rows = [("ann", "py1", 1.0), ("ann", "py2", 1.0), ("bob", "zh1", 1.0)]
    preferences = spark.createDataFrame(rows, "user_id string, item_id string, weight double")
    found = {row.user_id: row.item_id for row in near(preferences, vectors, Asked(1, parts=1)).collect()}
    assert found == {"ann": "new", "bob": "zh2"}
