import json

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from learnlake.segments.models.preparation import Preparation, tame, untame
from learnlake.segments.settings import Selection

NAMES = ("a", "b", "c", "d")


@pytest.fixture(scope="module")
def raw() -> np.ndarray:
    random = np.random.default_rng(5)
    a = random.lognormal(2, 1, 400)
    return np.column_stack([a, a * 1.01, random.poisson(5, 400), np.full(400, 3.0)])


def test_taming_keeps_the_sign_and_can_be_undone():
    values = np.array([-100.0, -1.0, 0.0, 2.0, 1e6])
    assert np.sign(tame(values)).tolist() == np.sign(values).tolist()
    assert np.allclose(untame(tame(values)), values)


def test_scales_are_those_of_scikit_learn_on_tamed_values(raw):
    prepared = Preparation.of(raw[:, [0, 2]], ("a", "c"), Selection(), 7)
    assert np.allclose(prepared.scaled(raw[:, [0, 2]]), StandardScaler().fit_transform(tame(raw[:, [0, 2]])))


def test_a_constant_a_twin_and_an_empty_column_are_dropped_with_why(raw):
    with_empty = np.column_stack([raw, np.full(400, np.nan)])
    prepared = Preparation.of(with_empty, (*NAMES, "e"), Selection(), 7)
    assert prepared.names == ("a", "c")
    why = dict(prepared.dropped)
    assert "correlates" in why["b"]
    assert "with a" in why["b"]
    assert "variance" in why["d"]
    assert why["e"] == "no user has a value"


def test_what_an_expert_wants_is_kept_before_its_twin(raw):
    assert Preparation.of(raw, NAMES, Selection(always=("b",)), 7).names == ("b", "c")


def test_a_feature_that_tells_little_of_the_clusters_is_dropped_where_conf_asks():
    """Eight corners of three features are the clusters; the fourth feature has nothing to do with them."""
    random = np.random.default_rng(1)
    corners = np.array([[x, y, z] for x in (0, 99) for y in (0, 99) for z in (0, 99)], dtype=float)
    raw = np.column_stack([corners[np.arange(400) % 8] + random.uniform(0, 1, (400, 3)), random.uniform(0, 1, 400)])
    assert Preparation.of(raw, NAMES, Selection(), 7).names == NAMES
    told = Preparation.of(raw, NAMES, Selection(least_information=0.15), 7)
    assert told.names == ("a", "b", "c")
    assert "of its information" in dict(told.dropped)["d"]
    assert Preparation.of(raw, NAMES, Selection(least_information=0.15, always=("d",)), 7).names == NAMES


def test_a_missing_value_is_the_mean_and_moves_no_scale(raw):
    holed = raw[:, [0, 2]].copy()
    holed[::3, 0] = np.nan
    prepared = Preparation.of(holed, ("a", "c"), Selection(), 7)
    assert (prepared.scaled(holed)[::3, 0] == 0).all()
    assert prepared.means[0] == pytest.approx(np.nanmean(tame(holed[:, 0])))


def test_compression_keeps_the_variance_that_is_asked_for_states_the_loss_and_agrees_with_scikit_learn():
    random = np.random.default_rng(2)
    base = random.normal(0, 1, (500, 2))
    raw = np.exp(np.column_stack([base[:, 0], base[:, 0] + 0.3 * base[:, 1], base[:, 1], random.normal(0, 0.5, 500)]))
    prepared = Preparation.of(raw, NAMES, Selection(keep_variance=0.8), 7)
    reference = PCA(0.8).fit(prepared.scaled(raw))
    assert prepared.axes.shape[1] == reference.n_components_ < 4
    assert prepared.loss_share == pytest.approx(1 - reference.explained_variance_ratio_.sum())
    assert np.allclose(np.abs(prepared.axes.T), np.abs(reference.components_), atol=1e-8)
    assert (prepared.axes[np.abs(prepared.axes).argmax(axis=0), range(prepared.axes.shape[1])] > 0).all()


def test_it_survives_a_way_through_json(raw):
    prepared = Preparation.of(raw, NAMES, Selection(), 7)
    assert Preparation.from_plain(json.loads(json.dumps(prepared.plain()))) == prepared


def test_users_without_any_varying_feature_keep_none():
    assert Preparation.of(np.full((5, 2), 1.0), ("a", "b"), Selection(), 7).kept == ()
