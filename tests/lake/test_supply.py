from __future__ import annotations

import pytest

from learnlake.lake.sources import Platform, Platforms, Source, Sources
from learnlake.lake.supply import UNKNOWN, Placed, Supply, files_of, fitted
from learnlake.settings import Conf
from tests.conftest import ROOT

ZONE = {"timezone": "Europe/Berlin", "currency": "EUR"}
KINDS = {"shop": "shop", "school": "education", "talk": "community", "club": "community"}


def source(platform: str, kind: str, items: dict[str, str] | None = None, **more: object) -> Source:
    """Return a source whose rows become events of a type, and perhaps items."""
    event = {"event_key": ["a"], "account_key": "who", "event_type": kind, "occurred_at": "at", "item_id": "a"}
    listed = {"items": [{"item_id": "a", "known_from": "at", **items}]} if items is not None else {}
    read = {"format": "csv", "path": "x", "schema": "who STRING, at STRING, a STRING, b STRING"}
    told = {"source": platform, "platform": platform, "read": read, "personal": ["who"], "events": [event]}
    return Source.model_validate({**told, **listed, **more})


def supply(*sources: Source) -> Supply:
    files = {name: Platform(kind=kind, **ZONE) for name, kind in KINDS.items()}
    sections = {
        Sources: Sources.model_construct(files={s.source: s for s in sources}),
        Platforms: Platforms(files=files),
    }
    return Supply.of(Conf(ROOT, "local", sections))


SHOP = source("shop", "'purchase'")
SCHOOL = source("school", "b", {"item_kind": "b", "tags": "array(b)"})
TALK = source("talk", "if(b IS NULL, 'ask', 'comment')", {"item_kind": "'topic'"})


@pytest.mark.parametrize(
    ("text", "types"),
    [
        ("'purchase'", {"purchase"}),
        ("CASE b WHEN '1' THEN 'view' WHEN '2' THEN ('study') ELSE NULL END", {"view", "study"}),
        ("CASE WHEN b = 'x' THEN 'view' END", {"view"}),
        ("if(b IS NULL, 'ask', 'comment')", {"ask", "comment"}),
        ("coalesce(CASE b WHEN '1' THEN 'view' END, 'study')", {"view", "study"}),
        ("said", {"vote"}),
        ("b", None),
        ("lower(b)", None),
        ("coalesce(b, 'view')", None),
        ("CASE b WHEN '1' THEN 'view' ELSE a END", None),
    ],
)
def test_the_types_of_events_are_told_from_the_mapping_alone(text: str, types: set[str] | None) -> None:
    assert supply(source("shop", text, derive={"said": "'vote'"})).offers["shop"].event_types == types


def test_kinds_of_items_are_those_that_a_source_says_and_unknown_where_none_does() -> None:
    found = supply(SHOP, SCHOOL, TALK, source("club", "'ask'", {"title": "b"})).offers
    assert {name: offer.item_kinds for name, offer in found.items()} == {
        "shop": {UNKNOWN},
        "school": None,
        "talk": {"topic"},
        "club": {UNKNOWN},
    }


@pytest.mark.parametrize(
    ("needed", "said"),
    [
        ({"events": ("purchase", "enroll")}, ""),
        ({"events": ("view", "search")}, "no view or search"),
        ({"events": ("purchase",), "kinds": ("book",)}, "no purchase of kind book"),
        ({"events": ("purchase",), "kinds": ("book", UNKNOWN)}, ""),
        ({"events": ("ask",), "kinds": ("book", "topic")}, ""),
        ({"kinds": ("book",)}, "no item of kind book"),
        ({"events": ("ask",), "columns": ("events.text", "items.tags")}, "no text, tags"),
        ({"events": ("vote",), "columns": ("events.text",)}, "no vote"),
    ],
)
def test_what_no_platform_gives_is_said_in_few_words(needed: dict[str, tuple[str, ...]], said: str) -> None:
    """The shop tells of purchases alone, the community of questions and comments on topics; of either alone one is enough."""
    assert supply(SHOP, TALK).lacks(**needed) == said


def test_a_column_decides_at_run_time_so_anything_may_come_but_items_without_a_kind() -> None:
    school = supply(SCHOOL)
    assert school.lacks(("renew",), ("book",)) == ""
    assert school.lacks((), (UNKNOWN,)) == "no item"
    assert not school.has_unknown_items


class Shown(Placed):
    item_kinds: tuple[str, ...] = ("book", UNKNOWN)

    def lacks(self, supply: Supply) -> str:
        return supply.lacks(("purchase",), self.item_kinds)


def test_an_entry_is_told_which_live_platforms_are_of_its_kinds() -> None:
    held = supply(SHOP, SCHOOL, TALK)
    own, said = fitted(Shown(kinds=("education", "shop")), held)
    assert (own.platforms, own.item_kinds, said) == (("school", "shop"), ("book", UNKNOWN), "")
    own, _ = fitted(Shown(kinds=("education",)), held)
    assert (own.platforms, own.item_kinds) == (("school",), ("book",)), "a source that says kinds says them all"
    own, _ = fitted(Shown(platforms=("shop",), kinds=("education",)), held)
    assert own.platforms == ("school", "shop")
    assert fitted(Shown(), held) == (Shown(), ""), "without either it is about all"


def test_an_entry_that_does_not_apply_says_why_unless_it_names_platforms_that_are_not_live() -> None:
    held = supply(SHOP, TALK)
    assert fitted(Shown(kinds=("education", "consulting")), held) == (
        None,
        "no platform of kind education or consulting",
    )
    assert fitted(Shown(kinds=("community",)), held) == (None, "no purchase of kind book")
    assert fitted(Shown(platforms=("school",)), held) == (None, "")
    assert fitted(Shown(platforms=("school", "shop")), held)[0].platforms == ("school", "shop")


def test_a_step_over_the_files_of_a_folder_lacks_them_where_none_applies() -> None:
    class Things(Sources):
        where = "things/"

    said = files_of(Things)
    assert said(Conf(ROOT, "local", {Things: Things.model_construct(files={})})) == "nothing of conf/things"
    assert said(Conf(ROOT, "local", {Things: Things.model_construct(files={"a": SHOP})})) == ""
