from copy import deepcopy
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from pyspark.sql.types import LongType, StringType

from learnlake.errors import ConfError
from learnlake.lake.sources import Mapping, Platform, Platforms, Source, Sources, checked
from learnlake.lake.table import Way
from learnlake.lake.tables import silver
from learnlake.settings import validated

CLICKS = r"""
source: clicks
platform: open_university
read:
  format: csv
  path: ${DATA}/oulad/studentVle.tsv.gz
  options: {sep: "\t", header: true}
  schema: "code_module STRING, code_presentation STRING, id_student BIGINT, id_site BIGINT, date INT, sum_click INT"
personal: [id_student]
received_at: "timestamp'2015-08-01'"
events:
  - account_key: id_student
    event_type: "'view'"
    item_id: "concat('site/', id_site)"
    occurred_at: >-
      try_to_timestamp(concat(left(code_presentation, 4), if(code_presentation LIKE '%B', '-02-01', '-10-01')))
      + make_dt_interval(date, 12)
    quantity: sum_click
    event_key: copies
"""
ACCOUNTS = [{"account_key": "id_student", "known_from": "date"}]
SCHOOL = Platform(kind="education", timezone="Europe/London", currency="GBP")


def values(**more: Any) -> dict[str, Any]:
    return {**yaml.safe_load(CLICKS), **more}


def source(**more: Any) -> Source:
    return validated(Source, values(**more), "clicks.yml")


def event(**more: Any) -> dict[str, Any]:
    """The sample's one mapping, changed; None takes a key away."""
    changed = {**values()["events"][0], **more}
    return {key: value for key, value in changed.items() if value is not None}


def refusal(**more: Any) -> str:
    with pytest.raises(ConfError, match=r"^clicks\.yml: ") as caught:
        source(**more)
    return str(caught.value).removeprefix("clicks.yml: ")


def test_the_source_of_the_design_loads():
    clicks = source()
    assert [mapping.name for mapping in clicks.mappings] == ["events"]
    assert clicks.mappings[0].table is silver.EVENTS
    assert clicks.mappings[0].event_key == "copies"
    assert clicks.mappings[0].columns["quantity"] == "sum_click"
    assert clicks.read.options == {"sep": "\t", "header": True}


def test_bronze_holds_the_raw_columns_and_where_they_came_from():
    bronze = source().bronze
    assert bronze.full_name == "bronze.clicks"
    assert [column.name for column in bronze.columns[-4:]] == ["sum_click", "_file", "_position", "_received_at"]
    assert bronze.refresh.way is Way.APPEND


def test_a_personal_column_is_a_string_in_bronze_whatever_it_was():
    types = {column.name: column.dtype for column in source().bronze.columns}
    assert types["id_student"] == StringType()
    assert types["id_site"] == LongType()


@pytest.mark.parametrize("dtype", ["ARRAY<BIGINT>", "MAP<STRING, STRING>", "STRUCT<no: BIGINT>"])
def test_only_a_plain_value_can_be_personal(dtype):
    nested = {**values()["read"], "schema": f"{values()['read']['schema']}, seats {dtype}"}
    assert "personal names `seats`, which is a " in refusal(read=nested, personal=["id_student", "seats"])


def test_one_source_may_feed_several_tables():
    assert [mapping.name for mapping in source(accounts=ACCOUNTS).mappings] == ["events", "accounts"]


def test_several_mappings_into_one_table_are_numbered():
    mappings = source(events=[event(where="date > 0"), event(where="date <= 0")]).mappings
    assert [mapping.name for mapping in mappings] == ["events-1", "events-2"]


def test_a_mapping_tells_all_its_expressions_by_the_key_they_stand_under():
    mapping = Mapping(
        target="events",
        name="events",
        where="a",
        event_key=("b", "c"),
        account_key="d",
        to_key="f",
        columns={"item_id": "e"},
    )
    assert mapping.expressions == {
        "event_key.0": "b",
        "event_key.1": "c",
        "where": "a",
        "account_key": "d",
        "to_key": "f",
        "item_id": "e",
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            {"personal": []},
            "events.account_key uses `id_student`, which is not listed under `personal`; list it, so that it is hashed",
        ),
        (
            {"personal": ["id_studnt"]},
            "personal or free_text names `id_studnt`, which read.schema lacks; did you mean `id_student`?",
        ),
        ({"free_text": ["words"]}, "personal or free_text names `words`, which read.schema lacks;"),
        (
            {"events": [event(quantity="sum_clicks")]},
            "events.quantity uses the unknown column `sum_clicks`; did you mean `sum_click`?",
        ),
        (
            {"events": [event(quantty="1")]},
            "events fills `quantty`, which silver.events lacks; did you mean `quantity`?",
        ),
        ({"events": [event(event_id="id_site")]}, "events fills `event_id`, which silver.events lacks;"),
        ({"events": [event(account_key=None)]}, "events lacks `account_key`; every mapping into events needs it"),
        (
            {"events": [event(), event(event_key=None)]},
            "events-2 lacks `event_key`; every mapping into events needs it",
        ),
        ({"events": [event(event_key=["date", "sit"])]}, "events.event_key.1 uses the unknown column `sit`;"),
        (
            {"events": [event(occurred_at="cast(date AS TIMESTAMP)")]},
            "events.occurred_at: one bad value in a cast of a column would fail the whole job",
        ),
        ({"events": event()}, "`events` must be a list of mappings"),
        ({"events": ["view"]}, "`events` entry 1 must hold keys and expressions"),
        ({"events": []}, "it maps into nothing; give at least one of events, accounts, items, consents"),
        (
            {"accounts": [{"account_key": "id_student"}]},
            "accounts lacks `known_from`; every mapping into accounts needs it",
        ),
        (
            {"items": [{"item_id": "id_site", "known_from": "date", "account_key": "id_student"}]},
            "items have no `account_key`; leave it out",
        ),
        ({"events": [event(to_key="id_studnt")]}, "events.to_key uses the unknown column `id_studnt`;"),
        ({"events": [event(to_account_id="id_student")]}, "events fills `to_account_id`, which silver.events lacks;"),
        (
            {"accounts": [{**ACCOUNTS[0], "to_key": "id_student"}]},
            "accounts has a `to_key`, but only events are directed at somebody; leave it out",
        ),
        ({"received_at": "now()"}, "received_at: `now` gives another answer each time"),
        ({"received_at": "_received_at"}, "received_at uses the unknown column `_received_at`"),
        (
            {"arrives": "live", "received_at": None},
            "`arrives: live` needs `received_at`, an expression for the moment at which a record came",
        ),
        ({"arrives": "late"}, "key `arrives`:"),
        ({"derive": {"starts": "dat + 1"}}, "derive.starts uses the unknown column `dat`; did you mean `date`?"),
        (
            {"lookups": {"site": {"source": "sites", "equal": ["id_sit"]}}},
            "lookups.site joins on `id_sit`, which read.schema lacks; did you mean `id_site`?",
        ),
        ({"lookups": {"site": {"source": "sites", "equal": []}}}, "key `lookups.site.equal`:"),
        ({"persnal": []}, "unknown key `persnal`; did you mean `personal`?"),
        ({"source": "Clicks"}, "key `source`:"),
    ],
)
def test_a_source_that_does_not_fit_together_is_refused(more, said):
    assert said in refusal(**more)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": "id_student"}, "key `read.schema`: `id_student` lacks a type"),
        ({"format": "xml"}, "key `read.format`:"),
        ({"path": None}, "key `read.path`:"),
    ],
)
def test_how_files_are_read_is_checked_too(change, said):
    assert said in refusal(read={**values()["read"], **change})


def test_a_raw_identifier_may_not_reach_an_account_through_a_derived_column():
    derive = {"who": "concat('x', whose)", "whose": "id_student"}
    ordered = dict(sorted(derive.items(), reverse=True))
    assert source(derive=ordered, events=[event(account_key="who")]).derive == ordered
    said = refusal(derive=ordered, personal=[], events=[event(account_key="who")])
    assert "events.account_key uses `id_student`, which is not listed under `personal`" in said


def test_a_raw_identifier_may_not_link_accounts():
    linked = [{**ACCOUNTS[0], "link_key": "code_module"}]
    assert "accounts.link_key uses `code_module`, which is not listed under `personal`" in refusal(accounts=linked)


def test_a_raw_identifier_may_not_reach_the_account_at_which_an_event_is_directed():
    assert source(events=[event(to_key="id_student")]).mappings[0].to_key == "id_student"
    said = refusal(derive={"whom": "id_site"}, events=[event(to_key="whom")])
    assert "events.to_key uses `id_site`, which is not listed under `personal`; list it, so that it is hashed" in said


def test_a_derived_column_may_use_those_above_it_only():
    assert "derive.one uses the unknown column `two`" in refusal(derive={"one": "two + 1", "two": "date"})


def test_a_lookup_stands_beside_the_row_under_its_name():
    lookups = {"site": {"source": "sites", "equal": ["id_site"]}}
    mapped = source(lookups=lookups, events=[event(where="site.activity_type = 'quiz'")])
    assert mapped.mappings[0].where == "site.activity_type = 'quiz'"


def test_the_fingerprint_follows_the_mapping_and_not_the_place_of_the_files():
    moved = source(read={**values()["read"], "path": "/elsewhere"})
    assert source().fingerprint() == moved.fingerprint()
    assert source().fingerprint() != source(events=[event(quantity="sum_click * 2")]).fingerprint()
    assert source().fingerprint() != source(personal=["id_student", "id_site"]).fingerprint()


def sources(**files: Source) -> Sources:
    return Sources.model_construct(files=files)


def platforms(*names: str) -> Platforms:
    return Platforms.model_construct(files=dict.fromkeys(names, SCHOOL))


def test_the_sources_of_the_live_platforms_are_kept():
    other = source(source="other", platform="forum")
    both, known = sources(clicks=source(), other=other), platforms("open_university", "forum")
    assert set(checked(both, known, ("forum",), "conf").files) == {"other"}
    assert set(checked(both, known, (), "conf").files) == {"clicks", "other"}


def test_a_lookup_into_a_source_of_a_platform_that_is_not_live_is_refused():
    looking = source(lookups={"site": {"source": "other", "equal": ["id_site"]}})
    both, known = (
        sources(clicks=looking, other=source(source="other", platform="forum")),
        platforms("open_university", "forum"),
    )
    assert set(checked(both, known, (), "conf").files) == {"clicks", "other"}
    with pytest.raises(ConfError, match=r"lookups.site names `other`, no source of a live platform"):
        checked(both, known, ("open_university",), "conf")


@pytest.mark.parametrize(
    ("held", "live", "said"),
    [
        ({"click": {}}, (), "conf/sources/click.yml: `source: clicks` differs from the file's name; make them equal."),
        (
            {"clicks": {"platform": "open_univrsity"}},
            (),
            "conf/sources/clicks.yml: unknown platform `open_univrsity`; did you mean `open_university`?",
        ),
        (
            {"clicks": {}},
            ("forum",),
            "conf/base.yml: key `lake.platforms`: unknown platform `forum`; known: open_university.",
        ),
        (
            {"clicks": {"lookups": {"site": {"source": "site", "equal": ["id_site"]}}}},
            (),
            "conf/sources/clicks.yml: lookups.site names `site`, no source of a live platform; known: clicks.",
        ),
    ],
)
def test_sources_that_contradict_the_rest_of_conf_are_refused(held, live, said):
    made = sources(**{name: source(**deepcopy(more)) for name, more in held.items()})
    with pytest.raises(ConfError) as caught:
        checked(made, platforms("open_university"), live, "conf")
    assert str(caught.value) == said


def test_sources_into_a_table_come_in_the_order_of_their_names():
    held = sources(b=source(source="b"), a=source(source="a"), c=source(source="c", events=[], accounts=ACCOUNTS))
    assert [found.source for found in held.into(silver.EVENTS)] == ["a", "b"]
    assert [found.source for found in held.into(silver.ACCOUNTS)] == ["c"]
    assert held.into(silver.ITEMS) == ()


@pytest.mark.parametrize(("said", "minutes"), [("0h", 0), ("2h", 120), ("90m", 90)])
def test_a_day_closes_so_long_after_its_end(said, minutes):
    assert SCHOOL.model_copy(update={"closes_after": said}).closes_after_minutes == minutes


@pytest.mark.parametrize("said", ["2", "-1h", "2 h", "1d"])
def test_how_long_a_day_stays_open_is_said_in_hours_or_minutes(said):
    with pytest.raises(ValidationError):
        Platform(kind="education", timezone="Europe/London", currency="GBP", closes_after=said)
