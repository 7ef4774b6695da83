from datetime import date, timedelta

import pytest
import yaml
from pydantic import ValidationError

from learnlake.errors import ConfError
from learnlake.lake import columns as c
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS
from learnlake.marketing.settings import Campaign, Campaigns, refuse_unfit_campaigns
from learnlake.pipeline import load_conf
from learnlake.settings import validated
from tests.conftest import ROOT

PROFILE = (c.AS_OF_DATE, c.USER_ID, *USER_FEATURES.profile, *ACCOUNTS.profile)
VALUES = {
    "platform": "school",
    "who": "idle_days BETWEEN 7 AND 21",
    "offer": {"en": "Come back.", "zh": "回来吧。"},
    "channel": "email",
    "starts_on": "2026-05-01",
    "ends_on": "2026-05-20",
}


def campaign(**more: object) -> Campaign:
    return validated(Campaign, {**VALUES, **more}, "back.yml")


def refusal(**more: object) -> str:
    with pytest.raises(ConfError) as caught:
        refuse_unfit_campaigns(Campaigns.model_construct(files={"back": campaign(**more)}), PROFILE, "conf")
    return str(caught.value).removeprefix("conf/campaigns/back.yml: ")


@pytest.mark.parametrize(
    ("day", "wave"),
    [
        ("2026-04-30", None),
        ("2026-05-01", 1),
        ("2026-05-07", 1),
        ("2026-05-08", 2),
        ("2026-05-20", 3),
        ("2026-05-21", None),
    ],
)
def test_a_wave_lasts_its_days_within_the_dates_of_the_campaign(day, wave):
    assert campaign().wave(date.fromisoformat(day)) == wave


def test_waves_last_as_long_as_conf_says():
    waves = [campaign(wave_days=10).wave(date(2026, 5, 1) + timedelta(days=n)) for n in range(21)]
    assert waves == [1] * 10 + [2] * 10 + [None]


def test_a_campaign_of_one_day_has_one_wave():
    assert campaign(ends_on="2026-05-01").wave(date(2026, 5, 1)) == 1


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"ends_on": "2026-04-30"}, "ends_on 2026-04-30 lies before starts_on 2026-05-01; swap them"),
        ({"holdout_share": 1}, "key `holdout_share`:"),
        ({"holdout_share": -0.1}, "key `holdout_share`:"),
        ({"wave_days": 0}, "key `wave_days`:"),
        ({"who": ""}, "key `who`:"),
        ({"offer": {"en": "Come back."}}, "key `offer.zh` is missing; add it."),
        ({"chanel": "email"}, "unknown key `chanel`; did you mean `channel`?"),
    ],
)
def test_a_campaign_that_cannot_be_is_refused(more, said):
    with pytest.raises(ConfError) as caught:
        campaign(**more)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("who", "said"),
    [
        ("idle_day > 7", "`who` uses the unknown column `idle_day`; did you mean `idle_days`?"),
        ("idle_days > 7 AND rand() < 0.5", "`who`: `rand` gives another answer each time; take it from the row"),
        ("idle_days = max(idle_days)", "`who`: `max` looks at other rows; only scalar functions are allowed"),
        ("user_id IN (SELECT user_id FROM x)", "`who`: only an expression over the row's own columns is allowed"),
        (
            "gender = 'F'",
            "`who` chooses people by the protected column `gender`; take it out, or name it under `uses_protected`.",
        ),
        ("idle_days > 7 AND Region = 'x'", "`who` chooses people by the protected column `Region`;"),
    ],
)
def test_a_condition_that_is_unfit_is_refused(who, said):
    assert refusal(who=who).startswith(said)


@pytest.mark.parametrize("who", ["age_band = '0-35'", "AGE_BAND = '0-35'"])
def test_a_protected_column_may_be_used_where_conf_names_it(who):
    named = campaign(who=who, uses_protected=["age_band"])
    refuse_unfit_campaigns(Campaigns.model_construct(files={"back": named}), PROFILE, "conf")


def test_naming_one_protected_column_permits_no_other():
    assert "protected column `gender`" in refusal(who="age_band = '0-35' AND gender = 'F'", uses_protected=["age_band"])


@pytest.mark.parametrize(
    ("env", "names"), [("local", set()), ("oulad", {"keep_going", "next_course"}), ("demo", {"welcome_back"})]
)
def test_the_shipped_campaigns_of_the_live_platforms_load(env, names):
    assert set(load_conf(ROOT / "conf", env).of(Campaigns).files) == names


def test_every_shipped_campaign_loads_somewhere():
    for path in (ROOT / "conf" / "campaigns").glob("*.yml"):
        assert validated(Campaign, yaml.safe_load(path.read_text(encoding="utf-8")), str(path)).holdout_share > 0


def test_a_campaign_is_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        campaign().who = "true"  # type: ignore[misc]  # that it is refused is the point
