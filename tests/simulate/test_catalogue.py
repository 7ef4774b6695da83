from collections import Counter

from learnlake.simulate.catalogue import catalogue, chapters, items
from learnlake.simulate.topics import LEVELS


def test_every_item_is_offered_once(small):
    offered = catalogue(small)
    assert len({item.item_id for item in offered}) == len(offered)


def test_the_catalogue_has_the_promised_breadth(small):
    kinds = Counter((item.platform, item.item_kind) for item in catalogue(small))
    assert kinds["academy", "course"] == 60
    assert kinds["academy", "book"] == 64
    assert kinds["academy", "article"] == 85
    assert kinds["forum", "thread"] == kinds["forum", "resource"] == 40
    assert (kinds["advisory", "service"], kinds["advisory", "solution"]) == (10, 20)


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
