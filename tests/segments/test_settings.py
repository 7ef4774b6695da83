import pytest
import yaml

from learnlake.errors import ConfError
from learnlake.lake.columns import LONG, OUTCOME_EVENT_TYPES, Named
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.segments import settings
from learnlake.segments.settings import Scheme, Schemes
from learnlake.settings import load, validated
from tests.conftest import ROOT

FEATURES = ["browse_count_90d", "active_days_90d"]


def scheme(**more: object) -> Scheme:
    return validated(Scheme, {"features": FEATURES, **more}, "behaviour.yml")


def test_the_shipped_schemes_load():
    for path in (ROOT / "conf" / "segments").glob("*.yml"):
        assert validated(Scheme, yaml.safe_load(path.read_text(encoding="utf-8")), str(path)).k_to > 2


@pytest.mark.parametrize(
    "name", ["spend_amount_90d", "minutes_a_day_7d", "idle_days", "ever_study_count", "mean_rating"]
)
def test_any_number_of_the_features_may_form_segments(name):
    assert scheme(features=[*FEATURES, name]).features[-1] == name


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"features": [*FEATURES, "idle_day"]},
            "`idle_day` is no number of gold.user_features; did you mean `idle_days`?",
        ),
        ({"features": [*FEATURES, "platforms"]}, "`platforms` is no number of gold.user_features;"),
        ({"features": [*FEATURES, "first_date"]}, "`first_date` is no number of gold.user_features;"),
        ({"features": FEATURES[:1]}, "key `features`:"),
        ({"k_from": 5, "k_to": 4}, "k_to 4 is below k_from 5"),
        ({"k_from": 1}, "key `k_from`:"),
        ({"k_to": 21}, "key `k_to`:"),
        ({"least_silhouette": 1.0}, "key `least_silhouette`:"),
        ({"choose_on_users": 10_001}, "key `choose_on_users`:"),
        ({"k_form": 2}, "unknown key `k_form`; did you mean `k_from`?"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused(more, said):
    with pytest.raises(ConfError) as caught:
        scheme(**more)
    assert said in str(caught.value)


@pytest.mark.parametrize("mark", ["is_outcome", "is_protected"])
def test_no_outcome_and_nothing_protected_may_form_segments(monkeypatch, mark):
    marked = Named("cancel_count_90d", LONG, "a marked number", **{mark: True})
    monkeypatch.setattr(settings, "USER_FEATURES", USER_FEATURES.widened((marked,)))
    with pytest.raises(
        ConfError, match="`cancel_count_90d` is an outcome or protected and may not form segments; take it out"
    ):
        scheme(features=[*FEATURES, "cancel_count_90d"])


def test_no_feature_counts_how_a_story_ended():
    assert not [
        column.name for column in USER_FEATURES.columns for kind in OUTCOME_EVENT_TYPES if column.name.startswith(kind)
    ]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "segments: key `files`: `behaviour.yml` is missing"),
        (("behaviour", "taste"), "`taste.yml` is no scheme that is trained; the one there is is `behaviour.yml`"),
    ],
)
def test_the_schemes_of_conf_are_those_that_are_trained(tmp_path, files, said):
    (tmp_path / "base.yml").write_text("")
    (tmp_path / "local.yml").write_text("")
    for name in files:
        path = tmp_path / "segments" / f"{name}.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"features: [{', '.join(FEATURES)}]\n")
    with pytest.raises(ConfError) as caught:
        load(tmp_path, "local", (Schemes,))
    assert said in str(caught.value)
