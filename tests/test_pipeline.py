from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from learnlake.behaviour.journeys import Funnels
from learnlake.behaviour.rules import Baskets
from learnlake.demand.goals import Goals
from learnlake.errors import ConfError
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.key import KeySettings
from learnlake.lake.sources import Sources
from learnlake.marketing.settings import Campaigns
from learnlake.pipeline import graph_of, left_out, load_conf
from learnlake.recommend.lists import Placements
from learnlake.segments.settings import Schemes
from learnlake.settings import Conf
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


@pytest.mark.parametrize("env", ["local", *(pytest.param(env, marks=pytest.mark.full) for env in ("dev", "prod"))])
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


BOOKSHOP = """
source: orders
platform: bookshop
read: {format: csv, path: x, schema: "order_no STRING, customer STRING, book STRING, paid STRING, paid_at STRING"}
personal: [customer]
events:
  - {event_key: [order_no], account_key: customer, event_type: "'purchase'", item_id: book, occurred_at: paid_at, amount: paid}
"""
COMMUNITY = """
source: posts
platform: talk
read: {format: csv, path: x, schema: "post STRING, member STRING, parent STRING, topic STRING, at STRING"}
personal: [member]
events:
  - {event_key: [post], account_key: member, event_type: "if(parent IS NULL, 'ask', 'comment')", item_id: topic, occurred_at: at}
"""
KNOWLEDGE = {
    "gold.item_progress",
    "gold.item_prerequisites",
    "gold.topic_links",
    "gold.user_knowledge",
    "gold.learning_paths",
}


def conf_with(folder: Path, platform: str, kind: str, source: str) -> Conf:
    """Return the conf as shipped with one platform and one source added."""
    shutil.copytree(ROOT / "conf", folder / "conf")
    (folder / "conf" / "platforms" / f"{platform}.yml").write_text(
        f"{{kind: {kind}, timezone: Asia/Shanghai, currency: CNY}}"
    )
    (folder / "conf" / "sources" / f"{source.split()[1]}.yml").write_text(source)
    return load_conf(folder / "conf", "local", given={})


def test_a_bookshop_gets_what_a_shop_can_have_and_is_told_the_rest(tmp_path: Path) -> None:
    conf = conf_with(tmp_path, "bookshop", "shop", BOOKSHOP)
    assert set(conf.of(Placements).files) == {"bookshelf"}
    assert conf.of(Placements).files["bookshelf"].platforms == ("bookshop",)
    assert set(conf.of(Baskets).files) == {"reading"}
    assert set(conf.of(Goals).files) == {"buys", "lapse"}
    assert set(conf.of(Schemes).files) == {"behaviour", "habits", "value"}
    names = {node.name for node in graph_of(conf).nodes}
    assert {"gold.item_rules", "gold.recommendations", "model.recommender", "gold.customer_values"} <= names
    gone = {
        *KNOWLEDGE,
        "gold.study_habits",
        "gold.stuck_points",
        "gold.funnels",
        "gold.text_topics",
        "model.segments_level",
    }
    assert not gone & names
    left = left_out(conf)
    assert left["no tags"] == ("baskets/skills", "segments/interest")
    assert left["no renew"] == ("goals/renewal",)
    assert set(left["no enroll or study or submit or attempt or complete of kind course"]) == KNOWLEDGE
    said = {name for held in left.values() for name in held}
    assert not {name for name in said if name.split("/")[-1] in ("withdrawal", "presentation", "students")}, "examples"


def test_a_community_that_asks_and_comments_gets_rules_and_lists(tmp_path: Path) -> None:
    conf = conf_with(tmp_path, "talk", "community", COMMUNITY)
    assert set(conf.of(Placements).files) == {"community"}
    assert "topics" in conf.of(Baskets).files
    assert "role" in conf.of(Schemes).files
    names = {node.name for node in graph_of(conf).nodes}
    assert {"gold.item_rules", "gold.recommendations", "gold.preferences"} <= names
    assert (
        not {"gold.customer_values", "model.customer_values", "model.propensity_buys", "gold.purchase_sequels"} & names
    )


def test_in_the_demo_every_step_has_something_to_do_and_each_list_is_of_its_platforms() -> None:
    conf = load_conf(ROOT / "conf", "demo", given={})
    assert left_out(conf) == {}
    assert {name: (own.platforms, own.item_kinds) for name, own in conf.of(Placements).files.items()} == {
        "bookshelf": (("academy",), ("book",)),
        "community": (("forum",), ("thread", "topic", "resource")),
        "next_course": (("academy",), ("course",)),
        "reading": (("academy", "forum"), ("article",)),
        "solutions": (("advisory",), ("solution", "service")),
    }
    assert {name: own.platforms for name, own in conf.of(Funnels).files.items()} == {
        "buys_again": ("academy",),
        "first_course": ("academy",),
        "gets_help": ("forum",),
    }
    assert set(conf.of(Goals).files) == {"buys", "lapse", "new_book", "renewal"}
    assert {name: own.platforms for name, own in conf.of(Schemes).files.items() if own.platforms} == {
        "client": ("advisory",),
        "role": ("forum",),
    }


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
