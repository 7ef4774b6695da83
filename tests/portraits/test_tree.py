import pytest

from learnlake.errors import ConfError
from learnlake.lake.columns import LONG, Named
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS
from learnlake.portraits import tree
from learnlake.portraits.tree import TAG_KINDS, Band, Tags
from learnlake.settings import Conf, load, validated
from tests.conftest import ROOT
from tests.portraits.drawn import NAMES, branch


def test_the_shipped_tree_has_the_branches_of_a_portrait(shipped: Conf):
    live = shipped.of(Tags).live
    assert set(live) >= {"language", "interest", "level", "goal", "purchase", "study", "hours", "device"}
    assert live["interest"].values["python"].parent == "programming_languages"


def test_the_kinds_of_tags_are_those_the_vocabulary_states():
    from learnlake.lake import columns as c

    assert all(kind in c.TAG_KIND.meaning for kind in TAG_KINDS)


def test_only_live_branches_make_tags():
    states = {state: branch(state=state) for state in ("draft", "live", "retired")}
    assert list(Tags(files=states).live) == ["live"]


@pytest.mark.parametrize(
    ("ends", "hours"), [((22, 1), (22, 23, 0)), ((6, 7), (6,)), ((5, 5), (*range(5, 24), *range(5)))]
)
def test_a_band_goes_from_its_first_hour_up_to_the_last_round_midnight(ends, hours):
    assert Band(names=NAMES, from_hour=ends[0], to_hour=ends[1]).hours == hours


def value(parent: str | None = None) -> dict[str, object]:
    return {"names": NAMES, "parent": parent}


def band(first: int, last: int) -> dict[str, object]:
    return {"names": NAMES, "from_hour": first, "to_hour": last}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"observed": ["topics"]}, "`topics` is no kind of silver.user_tags; did you mean `topic`?"),
        ({"declared": ["interest"]}, "`interest` is no word of silver.accounts; did you mean `interests`?"),
        ({"declared": ["gender"]}, "`gender` is an outcome or protected and may not make tags; take it out"),
        ({"habits": {"x": {"names": NAMES, "when": "idle_day > 3"}}}, "`habits.x.when` uses the unknown column `idle_day`; did you mean `idle_days`?"),
        ({"habits": {"x": {"names": NAMES, "when": "rand() > 0.5"}}}, "`rand` gives another answer each time"),
        ({"observed": []}, "it says neither `observed`, nor `declared`, nor `habits`"),
        ({"half_live_days": 3}, "unknown key `half_live_days`; did you mean `half_life_days`?"),
        ({"state": "alive"}, "key `state`: Input should be 'draft', 'live' or 'retired', found `alive`"),
        ({"names": {"en": "x"}}, "key `names.zh` is missing"),
        ({"values": {"go": value("langages"), "languages": value()}}, "`go` stands under the unknown tag `langages`; did you mean `languages`?"),
        ({"values": {"a": value("b"), "b": value("a")}}, "`a` stands under itself"),
        ({"is_closed": True}, "it is closed but names no `values`"),
        ({"bands": {"night": band(22, 6)}}, "`bands` are for the kind `hour`"),
        ({"observed": ["hour"], "bands": {"night": band(22, 6)}}, "`bands` must hold every hour of the day once"),
        ({"observed": ["hour"], "bands": {"day": band(6, 23), "night": band(22, 6)}}, "every hour of the day once"),
        ({"unseen_in": "interest"}, "`unseen_in` is for declared tags"),
        ({"prior_strength": 0}, "key `prior_strength`:"),
    ],
)  # fmt: skip
def test_a_branch_that_cannot_be_is_refused(more, said):
    with pytest.raises(ConfError) as caught:
        branch(**more)
    assert said in str(caught.value)


def test_goals_are_what_another_branch_observes_and_it_must_be_there():
    goal = branch(declared=["interests"], unseen_in="intrest")
    for other, hint in ((branch(), "did you mean `interest`?"), (branch(declared=["interests"]), "none is known.")):
        with pytest.raises(ConfError) as caught:
            validated(Tags, {"files": {"goal": goal, "interest": other}}, "conf/tags")
        assert f"`goal.yml`: `unseen_in: intrest` is no branch that observes; {hint}" in str(caught.value)


@pytest.mark.parametrize("mark", ["is_outcome", "is_protected"])
def test_nothing_marked_makes_tags(monkeypatch, mark):
    marked = Named("cancel_count_90d", LONG, "a marked number", **{mark: True})
    monkeypatch.setattr(tree, "USER_FEATURES", USER_FEATURES.widened((marked,)))
    with pytest.raises(ConfError, match="unknown column `cancel_count_90d`"):
        branch(habits={"x": {"names": NAMES, "when": "cancel_count_90d > 0"}})
    assert not [column for column in ACCOUNTS.profile if column.is_outcome]


def test_a_conf_without_branches_has_no_tree(tmp_path):
    for name in ("base.yml", "local.yml"):
        (tmp_path / name).write_text("")
    assert load(tmp_path, "local", (Tags,)).of(Tags).live == {}
    assert (ROOT / "conf" / "tags").is_dir()
