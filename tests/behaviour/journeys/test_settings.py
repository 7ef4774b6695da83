from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from learnlake.behaviour.journeys.settings import Funnel, Funnels, JourneySettings
from learnlake.errors import ConfError
from learnlake.settings import load, validated
from tests.conftest import ROOT

STEP = {"name": {"en": "a", "zh": "b"}, "types": ["view"]}
FUNNEL = {"name": {"en": "a", "zh": "b"}, "within_days": 7, "steps": [STEP, STEP]}


def test_every_shipped_funnel_is_sound_and_names_schemes_and_platforms_that_there_are():
    paths = sorted((ROOT / "conf" / "funnels").glob("*.yml"))
    assert len(paths) >= 3
    for path in paths:
        funnel = validated(Funnel, yaml.safe_load(path.read_text(encoding="utf-8")), str(path))
        for folder, names in (("segments", funnel.schemes), ("platforms", funnel.platforms)):
            assert [name for name in names if not (ROOT / "conf" / folder / f"{name}.yml").is_file()] == []


def test_conf_is_read_from_its_folder_and_its_section(tmp_path: Path):
    (tmp_path / "funnels").mkdir()
    (tmp_path / "funnels" / "buys.yml").write_text(yaml.safe_dump(FUNNEL), encoding="utf-8")
    (tmp_path / "base.yml").write_text("journeys: {cohort_by: month}\n", encoding="utf-8")
    (tmp_path / "local.yml").write_text("journeys: {life_cycle: {lost_days: 60}}\n", encoding="utf-8")
    conf = load(tmp_path, "local", (Funnels, JourneySettings), given={})
    assert list(conf.of(Funnels).files) == ["buys"]
    assert (conf.of(JourneySettings).cohort_by, conf.of(JourneySettings).life_cycle.lost_days) == ("month", 60)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"steps": [STEP]}, "at least 2 items"),
        ({"steps": [STEP, {**STEP, "types": ["views"]}]}, "views"),
        ({"steps": [STEP, {**STEP, "types": []}]}, "at least 1 item"),
        ({"steps": [STEP, {**STEP, "where": "amout > 5"}]}, "unknown column `amout`; did you mean `amount`"),
        ({"steps": [STEP, {**STEP, "where": "rand() > 5"}]}, "`rand` gives another answer each time"),
        ({"within_days": 0}, "greater than or equal to 1"),
        ({"withindays": 3}, "unknown key `withindays`"),
    ],
)
def test_a_funnel_that_cannot_be_walked_is_refused(change, said):
    with pytest.raises(ConfError, match=said):
        validated(Funnel, {**FUNNEL, **change}, "conf/funnels/x.yml")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"cohorts": 12, "ages": 12}, "no cohort of the last 12 can reach age 12"),
        ({"cohorts": 61}, "less than or equal to 60"),
        ({"life_cycle": {"active_days": 90}}, "lost_days 90 must exceed active_days 90"),
        ({"survival": {"stays": {"start": ["subscribe"], "end": []}}}, "at least 1 item"),
    ],
)
def test_rules_that_leave_no_room_are_refused(given, said):
    with pytest.raises(ConfError, match=said):
        validated(JourneySettings, given, "conf/base.yml", "journeys")
