from collections import Counter

from learnlake.simulate.catalogue import MEMBERSHIPS, catalogue, chapters, items
from learnlake.simulate.topics import LEVELS


def test_every_item_is_offered_once(small):
    offered = catalogue(small)
    assert len({item.item_id for item in offered}) == len(offered)


def test_the_catalogue_has_the_promised_breadth(small):
    kinds = Counter((item.platform, item.item_kind) for item in catalogue(small))
    assert kinds["academy", "course"] == 60
    assert kinds["academy", "book"] == 64
    assert kinds["academy", "article"] == 85
    assert kinds["forum", "thread"] == kinds["forum", "resource"] == kinds["forum", "article"] == 60
    assert (kinds["advisory", "service"], kinds["advisory", "solution"]) == (30, 60)


def test_what_is_not_for_everybody_has_a_level_on_every_platform(small):
    without = {item.item_id for item in catalogue(small) if item.level is None and item.withdrawn_on is None}
    assert without == set(MEMBERSHIPS)
    levels = Counter((item.platform, item.level) for item in catalogue(small) if item.platform != "academy")
    assert levels == {**{("forum", level): 60 for level in LEVELS}, **{("advisory", level): 30 for level in LEVELS}}


def test_requirements_are_easier_courses_of_the_same_topic(small):
    offered = {item.item_id: item for item in catalogue(small)}
    chains = [(item, offered[needed]) for item in offered.values() for needed in item.prerequisites]
    assert len(chains) == 40
    for item, needed in chains:
        assert item.tags == needed.tags
        assert LEVELS.index(needed.level) == LEVELS.index(item.level) - 1


def test_every_chapter_is_part_of_a_book_on_offer(small):
    offered = {item.item_id for item in catalogue(small)}
    books = [item.part_of for item in catalogue(small) if item.item_kind == "chapter"]
    assert set(books) <= offered
    assert set(Counter(books).values()) == {3, 4, 5}
    assert chapters(0, 1) == Counter(books)["book/python-1"]


def test_the_frame_holds_the_whole_catalogue(spark, small):
    assert items(spark, small).count() == len(catalogue(small))
