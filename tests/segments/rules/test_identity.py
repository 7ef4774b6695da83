import numpy as np
import pytest

from learnlake.segments.rules.identity import PALETTE, Change, Compared, free_colours, fresh_ids, lineage, matched


def compared(new: list[int], old: list[int]) -> Compared:
    new_k, old_k = max(new) + 1, max(old) + 1
    return Compared(np.array(new), np.array(old), np.ones((new_k, old_k)))


def test_clusters_are_paired_by_overlap_whatever_their_numbers():
    assert matched(compared([0] * 5 + [1] * 5 + [2] * 5, [2] * 5 + [0] * 5 + [1] * 5)) == {0: 2, 1: 0, 2: 1}


def test_of_two_equal_overlaps_the_nearer_centre_decides():
    both = Compared(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([[5.0, 0.1], [0.1, 5.0]]))
    assert matched(both) == {0: 1, 1: 0}


def test_a_small_overlap_is_no_pair():
    assert matched(compared([0] * 10 + [1] * 10, [0] * 20)) in ({0: 0}, {1: 0})
    assert matched(compared([0, 0, 0, 0, 1, 2, 3], [0, 1, 2, 3, 0, 0, 0])) == {}


@pytest.mark.parametrize(
    ("new", "old", "changes"),
    [
        ([0] * 6 + [1] * 4, [0] * 10, [Change("split", "A", "y")]),
        ([0] * 10, [0] * 6 + [1] * 4, [Change("merge", "B", "x")]),
        ([0] * 10 + [1] * 2, [0] * 10 + [-1] * 2, [Change("birth", "outside", "y")]),
        ([0] * 10 + [-1] * 4, [0] * 10 + [1] * 4, [Change("death", "B", "outside")]),
        ([0] * 10 + [1] * 5, [0] * 10 + [1] * 5, []),
    ],
    ids=["split", "merge", "birth", "death", "nothing"],
)
def test_what_became_of_segments_is_told(new, old, changes):
    both = compared(new, old)
    ids, before = ("x", "y")[: max(new) + 1], ("A", "B")[: max(old) + 1]
    assert list(lineage(both, matched(both), ids, before)) == changes


def test_a_fresh_id_is_made_of_the_name_and_never_one_that_was_given():
    names = ("users who study much", "users who study much", "average users")
    assert fresh_ids(names, ("study_much",)) == ("study_much_2", "study_much_3", "average_users")


def test_a_new_segment_takes_the_first_free_colour():
    assert free_colours(2, PALETTE[:3]) == PALETTE[3:5]
    assert len(free_colours(50, ())) == 50
    assert len(set(PALETTE)) == len(PALETTE)
