from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from learnlake.errors import ConfError
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.key import KeySettings
from learnlake.lake.sources import Sources
from learnlake.marketing.settings import Campaigns
from learnlake.pipeline import graph_of, load_conf
from learnlake.segments.settings import Schemes
from tests.conftest import ROOT
from tests.tiny import CONF, write_conf


def test_only_live_platforms_bring_their_sources_campaigns_and_schemes() -> None:
    oulad, demo = load_conf(ROOT / "conf", "oulad"), load_conf(ROOT / "conf", "demo")
    assert set(oulad.of(Sources).files) == {
        "clicks",
        "students",
        "registrations",
        "submissions",
        "assessments",
        "courses",
        "sites",
    }
    assert set(oulad.of(Campaigns).files) == {"next_course", "keep_going"}
    assert len(demo.of(Sources).files) == 9
    assert set(demo.of(Campaigns).files) == {"welcome_back"}
    assert {"students", "behaviour"} <= set(oulad.of(Schemes).files)
    assert {"client", "role", "behaviour"} <= set(demo.of(Schemes).files)
    assert not {"client", "role"} & set(oulad.of(Schemes).files)
    assert "students" not in demo.of(Schemes).files


@pytest.mark.parametrize("env", ["local", "dev", "prod"])
def test_what_a_newcomer_adds_is_live_beside_nothing_else(tmp_path: Path, env: str) -> None:
    """The examples wait for an environment that names them; neither their files nor their folders are needed."""
    folder = tmp_path / "conf"
    shutil.copytree(ROOT / "conf", folder)
    assert load_conf(folder, env, given={}).of(Sources).files == {}
    (folder / "platforms" / "school.yml").write_text(CONF["platforms/school.yml"])
    for name in ("members", "actions"):
        (folder / "sources" / f"{name}.yml").write_text(CONF[f"sources/{name}.yml"])
    assert set(load_conf(folder, env, given={"LOGS": "x"}).of(Sources).files) == {"members", "actions"}
    assert "actions" not in load_conf(folder, "demo", given={}).of(Sources).files


@pytest.mark.parametrize("env", sorted({path.stem for path in (ROOT / "conf").glob("*.yml")} - {"base"}))
def test_only_simulated_people_are_hashed_with_a_key_in_the_open(env) -> None:
    """What the repository holds protects nobody."""
    conf = load_conf(ROOT / "conf", env, given={"SIMULATED": "simulated"})
    settings, sources = conf.of(KeySettings), conf.of(Sources).files
    are_simulated = [source.read.path.startswith("simulated/") for source in sources.values()]
    assert (env == "demo") == (settings.file == "conf/demo.key") == any(are_simulated)
    assert env != "demo" or all(are_simulated)


def test_a_lake_given_by_hand_takes_the_place_of_root_and_catalogue() -> None:
    settings = load_conf(ROOT / "conf", "prod", lake="elsewhere").of(LakeSettings)
    assert (settings.root, settings.catalog) == ("elsewhere", None)


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        (
            "sources/actions.yml",
            "event_type: kind",
            "event_type: knd",
            "uses the unknown column `knd`; did you mean `kind`",
        ),
        ("sources/actions.yml", "personal: [login]", "personal: []", "not listed under `personal`"),
        (
            "sources/actions.yml",
            "platform: school",
            "platform: scool",
            "unknown platform `scool`; did you mean `school`",
        ),
        ("campaigns/spring.yml", "study_count_90d", "study_cont_90d", "did you mean `study_count_90d`"),
        ("segments/behaviour.yml", "study_count_90d", "study_count_91d", "is no number of gold.user_features"),
        ("funnels/starts.yml", "over_days: 50", "schemes: [zeel]", "`zeel` is unknown; did you mean `zeal`"),
        ("baskets/deeds.yml", "unit: user", "unit: user, schemes: [zeel]", "`zeel` is unknown; did you mean `zeal`"),
        ("base.yml", "root:", "rot:", "unknown key `lake.rot`; did you mean `root`"),
    ],
)
def test_a_slip_in_conf_is_said_with_its_file_and_the_near_match(
    tmp_path: Path, file: str, old: str, new: str, sentence: str
) -> None:
    folder = write_conf(tmp_path)
    path = folder / file
    path.write_text(path.read_text().replace(old, new))
    with pytest.raises(ConfError) as raised:
        load_conf(folder, "local", given={"LOGS": "x"})
    assert sentence in str(raised.value)
    assert file in str(raised.value)


def test_the_graph_ends_in_audiences_and_begins_with_raw_logs() -> None:
    nodes = [node.name for node in graph_of(load_conf(ROOT / "conf", "demo")).nodes]
    assert nodes[0].startswith("bronze.")
    assert nodes.index("gold.audiences") > nodes.index("gold.user_profile") > nodes.index("gold.segments")
    assert (
        nodes.index("gold.user_features")
        < nodes.index("model.segments_behaviour")
        < nodes.index("gold.segment_members")
    )
