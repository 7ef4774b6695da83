import numpy as np
import pytest
from sklearn.mixture import GaussianMixture
from sklearn.neighbors import KNeighborsClassifier

from learnlake.segments.models.shape import Shape

POINTS = np.random.default_rng(4).normal(0, 2, (300, 3))
CENTRES = np.array([[3.0, 0, 0], [-3.0, 0, 0], [0, 3.0, 0]])


def test_distances_to_centres_are_euclidean():
    found = Shape(CENTRES, np.arange(3)).far(POINTS)
    assert np.allclose(found, np.linalg.norm(POINTS[:, None] - CENTRES[None], axis=2))


def test_with_many_prototypes_a_user_belongs_where_the_nearest_does():
    owner = (POINTS[:, 0] > 0).astype(int)
    others = np.random.default_rng(5).normal(0, 2, (50, 3))
    reference = KNeighborsClassifier(1).fit(POINTS, owner)
    assert Shape(POINTS, owner).labels(others).tolist() == reference.predict(others).tolist()


def test_a_mixture_places_like_scikit_learn_and_states_the_same_chances():
    model = GaussianMixture(3, random_state=0).fit(POINTS)
    shape = Shape(model.means_, np.arange(3), weights=model.weights_, precisions=model.precisions_cholesky_)
    assert shape.labels(POINTS).tolist() == model.predict(POINTS).tolist()
    assert np.allclose(shape.chances(POINTS), model.predict_proba(POINTS), atol=1e-9)
    assert not shape.has_centres


def test_a_user_beyond_the_radius_is_noise():
    assert Shape(CENTRES, np.arange(3), radius=1.0).labels(np.array([[3.5, 0, 0], [50.0, 0, 0]])).tolist() == [0, -1]


def test_clusters_are_ordered_by_their_centres_whatever_order_they_came_in():
    one = Shape(CENTRES, np.arange(3), paths=("r", "ll", "lr")).in_order()
    other = Shape(CENTRES[[2, 0, 1]], np.arange(3), paths=("lr", "r", "ll")).in_order()
    assert one == other
    assert one.centres[:, 0].tolist() == [-3.0, 0.0, 3.0]
    assert one.paths == ("ll", "lr", "r")


@pytest.mark.parametrize(
    "shape", [Shape(CENTRES, np.arange(3)), Shape(CENTRES, np.array([0, 1, 1]), 2.5, paths=("l", "r"))]
)
def test_it_survives_being_arrays(shape):
    assert Shape.from_arrays(shape.arrays()) == shape
    assert shape != Shape(CENTRES + 1, shape.owner, shape.radius)
