import numpy as np
import pytest

from learnlake.errors import LearnlakeError
from learnlake.modelling.trees import one_a_class, read

TREE = """DecisionTreeClassificationModel: uid=x, depth=2, numNodes=5, numClasses=2, numFeatures=3
  If (feature 2 <= 0.5)
   Predict: 0.0
  Else (feature 2 > 0.5)
   If (feature 0 <= -1.5E-3)
    Predict: 1.0
   Else (feature 0 > -1.5E-3)
    Predict: 0.0
"""
BOOSTED = """GBTClassificationModel: uid = x, numTrees=2, numClasses=2, numFeatures=3
  Tree 0 (weight 1.0):
    If (feature 1 <= 4.0)
     Predict: -0.5
    Else (feature 1 > 4.0)
     Predict: 0.75
  Tree 1 (weight 0.1):
    Predict: 2.0
"""
ROWS = np.array([[0.0, 4.0, 0.5], [-0.0015, 4.1, 0.6], [0.0, 0.0, 1.0]])


def test_a_row_goes_left_up_to_the_threshold_and_right_above_it():
    trees = read(TREE)
    assert trees.leaves(ROWS).tolist() == [[1], [3], [4]]
    assert trees.scores(ROWS).tolist() == [[0.0], [1.0], [0.0]]
    assert trees.depth == 2


def test_boosted_trees_add_up_with_their_weights():
    assert read(BOOSTED).scores(ROWS)[:, 0] == pytest.approx([-0.5 + 0.2, 0.75 + 0.2, -0.5 + 0.2])


def test_trees_of_one_class_each_speak_for_their_class_only():
    joined = one_a_class((read(TREE), read(BOOSTED)), factor=2.0)
    assert joined.scores(ROWS) == pytest.approx(np.array([[0.0, -0.6], [2.0, 1.9], [0.0, -0.6]]))


def test_a_counted_leaf_answers_with_its_shares_and_one_average_row():
    """Leaf 1 holds one of each class, leaf 3 two of class 1, leaf 4 nobody: the average, a quarter of class 0."""
    counted = read(TREE).counted(np.array([[1], [1], [3], [3]]), np.array([0, 1, 1, 1]), 2)
    assert np.exp(counted.scores(ROWS)) == pytest.approx(
        np.array([[1.25 / 3, 1.75 / 3], [0.25 / 3, 2.75 / 3], [0.25, 0.75]])
    )


@pytest.mark.parametrize("line", ["If (feature 0 in {0.0,1.0})", "Predict", "If (feature 0 <= 1.0)"])
def test_an_unknown_text_is_refused(line):
    with pytest.raises(LearnlakeError, match="unknown form"):
        read(f"Model:\n {line}\n  Predict: 0.0\n")
    with pytest.raises(LearnlakeError, match="unknown form"):
        read("Model:\n")
