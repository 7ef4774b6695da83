import pytest
from hypothesis import given
from hypothesis import strategies as st

from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.segments.rules.names import WORDS, named

APART = st.dictionaries(
    st.sampled_from(["study_count_90d", "browse_count_90d", "idle_days", "odd_thing"]), st.floats(-3, 3), min_size=1
)


@pytest.mark.parametrize(
    ("aparts", "english", "chinese"),
    [
        (
            ({"study_count_90d": 1.2, "idle_days": 0.1}, {"study_count_90d": -0.9}),
            ("users who study much", "users who study little"),
            ("学习多的用户", "学习少的用户"),
        ),
        (
            ({"study_count_90d": 0.49}, {"study_count_90d": -0.5}),
            ("average users", "users who study little"),
            ("普通用户", "学习少的用户"),
        ),
        (({"odd_thing": 2.0},), ("users who odd much",), ("odd多的用户",)),
        (
            ({"study_count_90d": 2.0, "browse_count_90d": 1.0}, {"study_count_90d": 3.0, "browse_count_90d": -1.0}),
            ("users who study much, browse much", "users who study much, browse little"),
            ("学习多、浏览多的用户", "学习多、浏览少的用户"),
        ),
        (
            ({"idle_days": 1.0}, {"idle_days": 2.0}),
            ("users who stay away much (1)", "users who stay away much (2)"),
            ("沉默多的用户（1）", "沉默多的用户（2）"),
        ),
    ],
    ids=[
        "strongest feature",
        "nothing notable",
        "unknown word",
        "longer where equal",
        "numbered where nothing tells apart",
    ],
)
def test_a_segment_is_named_by_what_sets_it_apart(aparts, english, chinese):
    assert named(aparts) == tuple(zip(english, chinese, strict=True))


def test_two_windows_of_one_thing_are_said_once():
    ((english, _),) = named(({"study_count_7d": 1.0, "study_count_90d": 1.5},))
    assert english == "users who study much"


@given(st.lists(APART, min_size=1, max_size=6).map(tuple))
def test_no_two_segments_share_a_name_in_either_language(aparts):
    names = named(aparts)
    assert len(names) == len(aparts)
    assert len({english for english, _ in names}) == len(names)
    assert len({chinese for _, chinese in names}) == len(names)


@given(APART)
def test_the_order_of_the_features_does_not_matter(apart):
    assert named((apart,)) == named((dict(reversed(apart.items())),))


def test_every_word_names_a_feature_and_no_two_words_are_equal():
    stems = {part for column in USER_FEATURES.columns for part in column.name.split("_")}
    assert set(WORDS) <= stems
    for language in (0, 1):
        assert len({words[language] for words in WORDS.values()}) == len(WORDS)
