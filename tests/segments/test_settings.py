import pytest
import yaml

from learnlake.errors import ConfError
from learnlake.lake import steering
from learnlake.lake.columns import LONG, OUTCOME_EVENT_TYPES, Named
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.segments.settings import Scheme, Schemes, clusterings, conditions_in, tierings
from learnlake.settings import Conf, validated
from tests.conftest import ROOT

FEATURES = ["browse_count_90d", "active_days_90d"]
WORDS = {"en": "x", "zh": "y"}
TIERS = {"known": "declared_level", "tiers": {"low": WORDS, "high": WORDS}, "features": FEATURES}


def scheme(**held: object) -> Scheme:
    return validated(Scheme, {"name": WORDS, **held}, "one.yml")


def cluster(**more: object) -> Scheme:
    return scheme(cluster={"features": FEATURES, **more})


def rules(when: object, **more: object) -> Scheme:
    return scheme(rules={"segments": {"a": {"name": WORDS, "when": when}}, **more})


def test_the_shipped_schemes_load_and_are_of_every_kind():
    held = {
        path.stem: validated(Scheme, yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
        for path in (ROOT / "conf" / "segments").glob("*.yml")
    }
    assert {"behaviour", "value", "level", "role", "client", "interest", "profession", "age_band"} <= set(held)
    conf = Conf(ROOT, "local", {Schemes: Schemes(files=held)})
    assert "behaviour" in clusterings(conf)
    assert tierings(conf) == ("level",)


@pytest.mark.parametrize(
    "name", ["spend_amount_90d", "minutes_a_day_7d", "idle_days", "ever_study_count", "mean_rating"]
)
def test_any_number_of_the_features_may_form_segments(name):
    assert cluster(features=[*FEATURES, name]).cluster.features[-1] == name


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"features": [*FEATURES, "idle_day"]},
            "`idle_day` is no number of gold.user_features; did you mean `idle_days`?",
        ),
        ({"features": [*FEATURES, "platforms"]}, "`platforms` is no number of gold.user_features;"),
        ({"features": FEATURES[:1]}, "key `cluster.features`:"),
        ({"k_from": 5, "k_to": 4}, "k_to 4 is below k_from 5"),
        ({"k_from": 1}, "key `cluster.k_from`:"),
        ({"least_silhouette": 1.0}, "key `cluster.least_silhouette`:"),
        ({"method": "kmean"}, "key `cluster.method`:"),
        ({"k_form": 2}, "unknown key `cluster.k_form`; did you mean `k_from`?"),
        ({"observed": {"idle_days": "true"}}, "`idle_days` is not among the features"),
        ({"observed": {FEATURES[0]: "clicks > 0"}}, "unknown column `clicks`"),
        ({"selection": {"always": ["idle_days"]}}, "`idle_days` is not among the features"),
    ],
)
def test_a_clustering_that_cannot_be_is_refused(more, said):
    with pytest.raises(ConfError) as caught:
        cluster(**more)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        ({}, "a scheme says one of `cluster`, `tier`, `rules` or `values`, this one none"),
        ({"values": {"by": "country"}, "cluster": {"features": FEATURES}}, "this one ['cluster', 'values']"),
        ({"values": {"by": "contry"}}, "unknown column `contry`; did you mean `country`"),
        ({"values": {}}, "neither `by`"),
        ({"values": {"by": "gender"}}, "protected column `gender`"),
        ({"tier": {**TIERS, "categorical": ["gender"]}}, "`gender` is protected, or the tier itself"),
        ({"tier": {**TIERS, "categorical": ["declared_level"]}}, "is protected, or the tier itself"),
        ({"tier": {**TIERS, "multiple": ["intrests"]}}, "did you mean `interests`"),
        ({"tier": {**TIERS, "known": "level"}}, "unknown column `level`"),
        ({"values": {"by": "country"}, "outcomes": {"left": {"event": "cancl"}}}, "outcomes.left.event"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused(held, said):
    with pytest.raises(ConfError) as caught:
        scheme(**held)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("idle_day > 3", "unknown column `idle_day`; did you mean `idle_days`"),
        ({"all_of": [{"any_of": ["sum(idle_days) > 3"]}]}, "looks at other rows"),
        ("gender = 'female'", "protected column `gender`"),
        ({"happened": "aks", "times": 2}, "rules.segments.a.when"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_however_deep(when, said):
    with pytest.raises(ConfError) as caught:
        rules(when)
    assert said in str(caught.value)


def test_a_protected_column_may_describe_where_the_scheme_says_so():
    assert scheme(values={"by": "gender"}, uses_protected=["gender"]).values.by == "gender"


def test_a_score_may_be_used_by_its_rules_and_its_cuts_must_ascend():
    held = rules("fresh >= 1", scores={"fresh": {"feature": "idle_days", "at": [7, 30]}})
    assert conditions_in(held.rules.segments["a"].when) == ["fresh >= 1"]
    with pytest.raises(ConfError, match="must ascend"):
        rules("fresh >= 1", scores={"fresh": {"feature": "idle_days", "at": [30, 7]}})


@pytest.mark.parametrize("mark", ["is_outcome", "is_protected"])
def test_no_outcome_and_nothing_protected_may_form_segments(monkeypatch, mark):
    marked = Named("cancel_count_90d", LONG, "a marked number", **{mark: True})
    monkeypatch.setattr(steering, "USER_FEATURES", USER_FEATURES.widened((marked,)))
    with pytest.raises(
        ConfError, match="`cancel_count_90d` is an outcome or protected and may not form segments; take it out"
    ):
        cluster(features=[*FEATURES, "cancel_count_90d"])


def test_no_feature_counts_how_a_story_ended():
    assert not [
        column.name for column in USER_FEATURES.columns for kind in OUTCOME_EVENT_TYPES if column.name.startswith(kind)
    ]
