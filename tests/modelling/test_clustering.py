import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import adjusted_rand_score

from learnlake.modelling import clustering
from learnlake.modelling.clustering import Tried, choose, cutter_of, radii, silhouette, stability

KS = tuple(range(2, 7))
CENTRES = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 0.0, 8.0]])
KMEANS = cutter_of("kmeans", 5)


@pytest.fixture(scope="module")
def blobs() -> np.ndarray:
    """Four planted clusters of 60 users, three features."""
    random = np.random.default_rng(3)
    return np.vstack([centre + random.normal(0, 1, (60, 3)) for centre in CENTRES])


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    """Five columns of uniform noise for 100 users."""
    return np.random.default_rng(3).uniform(0, 1, (100, 5))


@pytest.fixture(scope="module")
def chosen(blobs):
    return choose(blobs, KMEANS, KS, "silhouette", (3, 7))


@pytest.mark.parametrize("by", ["silhouette", "calinski_harabasz", "gap", "stability"])
def test_four_planted_clusters_are_found_by_every_criterion(blobs, by):
    assert choose(blobs, KMEANS, KS, by, (2, 7)).best.clusters == 4


@pytest.mark.full
@pytest.mark.parametrize("method", ["bisecting_kmeans", "gaussian_mixture", "ward"])
def test_four_planted_clusters_are_found_by_every_method(blobs, method):
    assert choose(blobs, cutter_of(method, 5), (3, 4, 5), "silhouette", (1, 7)).best.clusters == 4


@pytest.mark.full
def test_a_mixture_finds_25_planted_clusters_from_whichever_start():
    random = np.random.default_rng(3)
    centres = np.array([(x, y) for x in range(5) for y in range(5)]) * 8.0
    points = np.vstack([centre + random.normal(size=(20, 2)) for centre in centres])
    labels = np.repeat(range(25), 20)
    alike = [adjusted_rand_score(labels, clustering.mixture(points, 25, seed).predict(points)) for seed in range(12)]
    assert min(alike) > 0.98


def test_a_mixture_of_fewer_different_points_than_clusters_is_no_error():
    points = np.repeat([[0.0, 0.0], [1.0, 1.0]], 20, axis=0)
    with pytest.warns(ConvergenceWarning):
        assert len(np.unique(clustering.mixture(points, 3, 7).predict(points))) == 2


def test_a_radius_that_shows_the_planted_clusters_is_chosen_for_dbscan(blobs):
    tried = radii(blobs, 5, (0.5, 0.8, 0.9, 0.95))
    choice = choose(blobs, cutter_of("dbscan", 5), tried, "silhouette", (1, 7))
    assert choice.best.clusters == 4
    assert choice.best.noise_share < 0.2
    assert list(tried) == sorted(tried)


def test_the_whole_choice_is_shown_and_not_only_the_winner(chosen):
    shown = chosen.metrics("k")
    for name in ("silhouette", "calinski_harabasz", "gap", "stability", "noise_share"):
        assert {f"{name}_k{k}" for k in KS} <= set(shown)
    assert shown["silhouette_k4"] == max(shown[f"silhouette_k{k}"] for k in KS) > 0.5


def test_planted_clusters_stand_above_references_and_survive_the_bootstrap(chosen):
    assert chosen.reference < chosen.best.silhouette - 0.02
    assert chosen.best.stability > 0.95


def test_noise_shows_no_structure(noise):
    choice = choose(noise, KMEANS, KS, "silhouette", (5, 7))
    assert choice.best.silhouette <= choice.reference or choice.best.silhouette < 0.25


def test_noise_is_cut_differently_from_one_sample_to_the_next(noise, blobs):
    assert stability(noise, KMEANS, 4, seed=7) < 0.6 < stability(blobs, KMEANS, 4, seed=7)


def test_the_same_seed_gives_the_same_choice(blobs, chosen):
    assert choose(blobs, KMEANS, KS, "silhouette", (3, 7)) == chosen


def test_a_k_that_the_points_cannot_fill_is_not_tried():
    few = np.array([[0.0], [0.1], [5.0], [5.1]])
    assert [t.parameter for t in choose(few, KMEANS, tuple(range(2, 9)), "silhouette", (1, 7)).tried] == [2, 3]


def test_one_point_has_no_clusters_and_says_so():
    choice = choose(np.zeros((1, 3)), KMEANS, KS, "silhouette", (1, 7))
    assert (choice.best.clusters, choice.best.silhouette, choice.tried) == (1, -1.0, ())


def test_of_equal_silhouettes_the_smaller_k_is_chosen(blobs, monkeypatch):
    def tried(_points, _uniform, _cut, k, _seed):
        return Tried(k, k, 0.5 if k in (3, 5) else 0.1, 0.0, 0.0, 0.0, 0.0, 0.0)

    monkeypatch.setattr(clustering, "_tried", tried)
    assert choose(blobs, KMEANS, KS, "silhouette", (0, 7)).best.parameter == 3


def test_one_cluster_or_one_a_point_has_no_silhouette(blobs):
    assert silhouette(blobs, np.zeros(len(blobs), dtype=np.int64)) == -1
    assert silhouette(blobs[:5], np.arange(5)) == -1


def test_the_silhouette_of_two_far_pairs_is_that_of_its_definition_and_noise_has_no_part_in_it():
    """A point is 1 away from its own pair, and 10.5 (an outer one) or 9.5 (an inner one) from the other on average."""
    points = np.array([[0.0], [1.0], [10.0], [11.0], [99.0]])
    assert silhouette(points, np.array([0, 0, 1, 1, -1])) == pytest.approx(1 - (1 / 10.5 + 1 / 9.5) / 2)


def test_references_of_the_gap_fill_the_box_along_the_principal_axes():
    """A thin cloud along (2, -1), far from the origin: so are its references."""
    random = np.random.default_rng(3)
    along, across = np.array([2.0, -1.0]) / 5**0.5, np.array([1.0, 2.0]) / 5**0.5
    points = np.outer(random.uniform(-10, 10, 400), along) + np.outer(random.uniform(-1, 1, 400), across) + [40, 70]
    drawn = clustering._uniform(points, random)
    assert np.ptp(drawn @ along) == pytest.approx(20, abs=0.5)
    assert np.ptp(drawn @ across) == pytest.approx(2, abs=0.1)
