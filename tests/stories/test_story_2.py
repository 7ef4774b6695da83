"""Story 2: what goes before a purchase, and what is read after it, in its order."""

from __future__ import annotations

from statistics import median

from learnlake.lake.tables.moments import MOMENTS, PURCHASE_SEQUELS
from learnlake.lake.tables.rules import ITEM_SEQUENCES


def test_after_a_book_its_chapters_are_read_in_their_order_within_days(world) -> None:
    store = world.store
    told = store.read(ITEM_SEQUENCES).where("scope = 'reading' AND sequence_length >= 3").collect()
    own = [row for row in told if row.sequence_items[0].startswith("book/") and _is_of_one_book(row.sequence_items)]
    assert len(own) > 100
    for row in own:
        numbers = [int(item.rsplit("-", 1)[1]) for item in row.sequence_items[1:] if item.startswith("chapter/")]
        assert numbers == sorted(numbers), row.sequence
    assert median(row.median_days_between for row in own) <= 5, (
        "the planted lag is one or two days, then a chapter a day"
    )
    backwards = [
        row for row in told if row.sequence_items[-1].startswith("book/") and _is_of_one_book(row.sequence_items)
    ]
    assert len(backwards) <= 0.1 * len(own)


def _is_of_one_book(items: list[str]) -> bool:
    """Say whether a path is about one book: book/x and chapter/x-1, chapter/x-2, ..."""
    books = {
        item.removeprefix("book/") if item.startswith("book/") else item.removeprefix("chapter/").rsplit("-", 1)[0]
        for item in items
    }
    return len(books) == 1


def test_what_buyers_read_and_others_do_not_are_the_chapters_of_what_they_bought(world) -> None:
    """Planted: 70 % of buyers read the chapters, the first after one or two days; buyers also go through their list in order."""
    told = world.store.read(PURCHASE_SEQUELS).where("bought_item LIKE 'book/%'").collect()
    own = [row for row in told if _is_of_one_book([row.bought_item, row.next_item])]
    assert len(own) >= 20
    assert len(told) - len(own) <= 0.05 * len(told)
    for row in own:
        assert row.difference_low > 0.3
        assert 1 <= row.median_lag <= 5
        assert row.contrast_q <= 0.05 >= row.order_q


def test_before_their_first_purchase_some_search_much_more_than_others(world) -> None:
    rows = world.store.read(MOMENTS).where("moment = 'first_purchase' AND scheme = 'all'").collect()
    largest = max(rows, key=lambda row: row.effect_size)
    assert (largest.deed, largest.contrast_q < 0.01) == ("search", True)
