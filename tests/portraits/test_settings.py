import pytest

from learnlake.errors import ConfError
from learnlake.lake import steering
from learnlake.lake.columns import LONG, Named
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.portraits.settings import Scores, fitted
from learnlake.portraits.training import WEIGHTS
from learnlake.settings import Conf, load
from tests.portraits.drawn import score

BUY = {"features": ["idle_days"], "outcome": {"event": "purchase"}}
LINE = {"features": ["idle_days", "browse_count_30d"], "upward": "browse_count_30d"}


def test_there_is_one_model_for_each_shipped_score_that_is_not_an_experts(shipped: Conf):
    kinds = {name: one.kind for name, one in shipped.of(Scores).files.items()}
    assert kinds == {"engagement": "expert", "spread": "spread", "will_buy": "learned"}
    assert fitted(shipped) == ("spread", "will_buy")
    assert [node.name for node in WEIGHTS.members(shipped)] == ["portrait_spread", "portrait_will_buy"]


def test_a_conf_without_scores_trains_none(tmp_path):
    for name in ("base.yml", "local.yml"):
        (tmp_path / name).write_text("")
    assert WEIGHTS.members(load(tmp_path, "local", (Scores,))) == ()


@pytest.mark.parametrize(
    ("kind", "said_of_it", "said"),
    [
        ("learned", {**BUY, "features": ["idle_day"]}, "`idle_day` is no number of gold.user_features; did you mean `idle_days`?"),
        ("learned", {**BUY, "features": ["platforms"]}, "`platforms` is no number of gold.user_features;"),
        ("learned", {**BUY, "features": ["idle_days", "idle_days"]}, "a feature is named twice"),
        ("learned", {**BUY, "rule": "idle"}, "`idle` is no number of gold.user_features; did you mean `idle_days`?"),
        ("learned", {**BUY, "outcome": {"event": "purchas"}}, "`purchas` is no type of event; did you mean `purchase`?"),
        ("learned", {**BUY, "outcome": {"event": "purchase", "within_days": 29}}, "key `outcome.within_days`:"),
        ("learned", {**BUY, "featurs": []}, "unknown key `featurs`; did you mean `features`?"),
        ("learned", {"features": ["idle_days"]}, "a score of kind learned needs `outcome`"),
        ("learned", {**BUY, "weights": {"idle_days": 1}}, "a score of kind learned has no use for `weights`"),
        ("spread", {"features": LINE["features"]}, "a score of kind spread needs `upward`"),
        ("spread", {**LINE, "upward": "browse_count"}, "`upward: browse_count` is not among two features or more; did you mean `browse_count_30d`?"),
        ("spread", {"features": ["idle_days"], "upward": "idle_days"}, "is not among two features or more"),
        ("expert", {"weights": {"idle_day": 1}}, "`idle_day` is no number of gold.user_features; did you mean `idle_days`?"),
        ("expert", {}, "a score of kind expert needs `weights`"),
        ("guessed", {}, "key `kind`: Input should be 'learned', 'spread' or 'expert', found `guessed`"),
    ],
)  # fmt: skip
def test_a_score_that_cannot_be_is_refused(kind, said_of_it, said):
    with pytest.raises(ConfError) as caught:
        score(kind, **said_of_it)
    assert said in str(caught.value)


@pytest.mark.parametrize("mark", ["is_outcome", "is_protected"])
def test_no_outcome_and_nothing_protected_weighs(monkeypatch, mark):
    marked = Named("cancel_count_90d", LONG, "a marked number", **{mark: True})
    monkeypatch.setattr(steering, "USER_FEATURES", USER_FEATURES.widened((marked,)))
    for kind, said in (
        ("learned", {**BUY, "features": ["cancel_count_90d"]}),
        ("expert", {"weights": {"cancel_count_90d": 1}}),
    ):
        with pytest.raises(
            ConfError, match="`cancel_count_90d` is an outcome or protected and may not weigh in a portrait score"
        ):
            score(kind, **said)
