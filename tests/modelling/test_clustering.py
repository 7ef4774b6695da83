import numpy as np
import pytest

from learnlake.modelling import clustering
from learnlake.modelling.clustering import choose_k, silhouette, stability

KS = range(2, 7)
CENTRES = np.array([[0.0, 0.0, 0.0], [8.0, 0.0, 0.0], [0.0, 8.0, 0.0], [0.0, 0.0, 8.0]])


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
    return choose_k(blobs, KS, references=3, seed=7)


def test_four_planted_clusters_are_found(chosen):
    assert chosen.k == 4
    assert chosen.silhouettes[4] == max(chosen.silhouettes.values()) > 0.5
    assert set(chosen.silhouettes) == set(KS)


def test_planted_clusters_stand_above_references_and_survive_the_bootstrap(chosen):
    assert chosen.reference < chosen.silhouettes[4] - 0.02
    assert chosen.stability > 0.95


def test_noise_shows_no_structure(noise):
    choice = choose_k(noise, KS, references=5, seed=7)
    best = choice.silhouettes[choice.k]
    assert best <= choice.reference or best < 0.25


def test_noise_is_cut_differently_from_one_sample_to_the_next(noise, blobs):
    assert stability(noise, 4, seed=7) < 0.6 < stability(blobs, 4, seed=7)


def test_the_same_seed_gives_the_same_choice(blobs, chosen):
    assert choose_k(blobs, KS, references=3, seed=7) == chosen


def test_a_k_that_the_points_cannot_fill_is_not_tried():
    few = np.array([[0.0], [0.1], [5.0], [5.1]])
    assert set(choose_k(few, range(2, 9), references=1, seed=7).silhouettes) == {2, 3}


def test_of_equal_silhouettes_the_smaller_k_is_chosen(blobs, monkeypatch):
    monkeypatch.setattr(clustering, "_silhouette_at", lambda _points, k, _seed: 0.5 if k in (3, 5) else 0.1)
    assert choose_k(blobs, KS, references=1, seed=7).k == 3


def test_one_cluster_or_one_a_point_has_no_silhouette(blobs):
    assert silhouette(blobs, np.zeros(len(blobs), dtype=np.int64)) == -1
    assert silhouette(blobs[:5], np.arange(5)) == -1


def test_the_silhouette_of_two_far_pairs_is_that_of_its_definition():
    """A point is 1 away from its own pair, and 10.5 (an outer one) or 9.5 (an inner one) from the other on average."""
    found = silhouette(np.array([[0.0], [1.0], [10.0], [11.0]]), np.array([0, 0, 1, 1]))
    assert found == pytest.approx(1 - (1 / 10.5 + 1 / 9.5) / 2)
