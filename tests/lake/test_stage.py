from datetime import date
from typing import ClassVar

import pytest

from learnlake.lake.stage import (
    Arrivals,
    Before,
    EachSlice,
    ModelNode,
    Recent,
    Stage,
    Training,
    asked,
    sections_of,
    stage,
    tables_of,
    train,
)
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNT_DAYS, ACCOUNT_TAGS, EVENTS, IDENTITIES, ITEMS, USER_DAYS, USER_TAGS
from learnlake.settings import Section


class Wishes(Section):
    where: ClassVar[str] = "wishes"
    count: int = 3


def built(days: str, others: str, *, as_of: date, wishes: Wishes, extra: int = 0) -> tuple[object, ...]:
    return (days, others, as_of, wishes.count, extra)


NODE = ModelNode("guess", dict)
STAGE = stage(reads=(USER_DAYS, Before(SEGMENT_MEMBERS)), writes=USER_FEATURES, uses=(NODE,), eager="it must")(built)
TRAINING = train(reads=(USER_FEATURES.at(every="28d", back=1),), makes=NODE)(built)
TODAY = date(2026, 5, 1)


def test_a_stage_is_a_record_of_what_was_declared():
    assert Stage(built, (USER_DAYS, Before(SEGMENT_MEMBERS)), USER_FEATURES, (NODE,), "it must") == STAGE
    assert STAGE.name == "gold.user_features"


def test_a_training_is_a_record_of_what_was_declared():
    assert Training(built, (USER_FEATURES.at(every="28d", back=1),), NODE) == TRAINING
    assert TRAINING.name == "model.guess"


@pytest.mark.parametrize("record", [STAGE, TRAINING])
def test_a_record_is_called_like_its_function_and_wraps_nothing(record):
    assert record("a", "b", as_of=TODAY, wishes=Wishes()) == built("a", "b", as_of=TODAY, wishes=Wishes())
    assert (record.build if isinstance(record, Stage) else record.fit) is built


@pytest.mark.parametrize("record", [STAGE, TRAINING])
def test_a_record_is_frozen(record):
    with pytest.raises(AttributeError):
        record.reads = ()


def test_what_is_asked_for_by_keyword_is_read_from_the_signature():
    assert asked(built) == {"as_of": date, "wishes": Wishes, "extra": int}


def test_what_is_handed_over_by_position_is_not_asked_for():
    assert asked(lambda frame: frame) == {}


def test_sections_are_found_by_their_class():
    assert sections_of(built) == {"wishes": Wishes}


def test_the_tables_behind_reads_are_told_with_their_sides():
    by_slice = EachSlice(EVENTS, beside=(ITEMS,))
    reads = (
        USER_DAYS,
        Before(SEGMENT_MEMBERS),
        USER_FEATURES.at(every="7d", back=2),
        by_slice,
        Recent(USER_TAGS, days=7),
    )
    assert tables_of(reads) == (
        ACCOUNT_DAYS,
        IDENTITIES,
        SEGMENT_MEMBERS,
        USER_FEATURES,
        EVENTS,
        ITEMS,
        ACCOUNT_TAGS,
        IDENTITIES,
    )


def test_arrivals_are_named_by_conf_and_so_stand_for_no_fixed_table():
    assert tables_of((Arrivals(EVENTS), ITEMS)) == (ITEMS,)
