"""Story 2, first part: what is read after a book is bought, in its order."""

from __future__ import annotations

from statistics import median

from learnlake.lake.tables.rules import ITEM_SEQUENCES


def test_after_a_book_its_chapters_are_read_in_their_order_within_days(world) -> None:
    store = world.run.inputs.store
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
