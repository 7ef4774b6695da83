from pathlib import Path

import pytest

from learnlake.errors import ConfError
from learnlake.lake import columns as c
from learnlake.lake.catalogue import LakeSettings, catalogue, profile_columns, table_named
from learnlake.lake.sources import Source, Sources
from learnlake.lake.tables import FIXED
from learnlake.lake.tables.gold import FEATURES, PORTRAITS, USER_PROFILE
from learnlake.lake.tables.habits import STUDY_HABITS
from learnlake.lake.tables.journeys import USER_STATES
from learnlake.lake.tables.silver import ACCOUNTS
from learnlake.lake.tables.values import CUSTOMER_VALUES
from learnlake.settings import Conf

CLICKS = Source.model_validate(
    {
        "source": "clicks",
        "platform": "school",
        "read": {"format": "csv", "path": "x", "schema": "who STRING, at STRING"},
        "personal": ["who"],
        "events": [{"event_key": "copies", "account_key": "who", "event_type": "'view'", "occurred_at": "at"}],
    }
)


@pytest.fixture
def conf(tmp_path: Path) -> Conf:
    (tmp_path / "segments").mkdir()
    for scheme in ("loyalty", "behaviour"):
        (tmp_path / "segments" / f"{scheme}.yml").touch()
    return Conf(
        tmp_path, "local", {LakeSettings: LakeSettings(), Sources: Sources.model_construct(files={"clicks": CLICKS})}
    )


def test_the_catalogue_is_the_fixed_tables_and_one_bronze_table_a_source(conf):
    assert set(catalogue(conf)) == {*(table.full_name for table in FIXED), "bronze.clicks"}
    assert catalogue(conf)["bronze.clicks"] == CLICKS.bronze


def test_every_scheme_of_conf_becomes_a_column_of_the_profile(conf):
    pivoted = [column for column in profile_columns(conf) if column.name.startswith("segment_")]
    assert [column.name for column in pivoted] == ["segment_behaviour", "segment_loyalty"]
    assert {column.dtype for column in pivoted} == {c.SEGMENT_ID.dtype}
    assert pivoted[1].meaning == "segment, scheme loyalty"


def test_the_profile_is_widened_by_what_tables_mark_as_part_of_it(conf):
    wide = catalogue(conf)["gold.user_profile"]
    added = wide.columns[len(USER_PROFILE.columns) :]
    assert wide.columns[: len(USER_PROFILE.columns)] == USER_PROFILE.columns
    assert {column.name for column in added} == {
        *(
            column.name
            for column in (
                *FEATURES,
                *ACCOUNTS.profile,
                *PORTRAITS.profile,
                *USER_STATES.profile,
                *STUDY_HABITS.profile,
                *CUSTOMER_VALUES.profile,
            )
        ),
        "segment_behaviour",
        "segment_loyalty",
    }


def test_no_column_of_the_profile_occurs_twice(conf):
    names = [column.name for column in catalogue(conf)["gold.user_profile"].columns]
    assert len(set(names)) == len(names)


def test_protected_columns_stay_marked_in_the_profile(conf):
    marked = {column.name for column in catalogue(conf)["gold.user_profile"].columns if column.is_protected}
    assert marked == {"region", "age_band", "gender", "income_band"}


@pytest.mark.parametrize("name", ["gold.audiences", "audiences"])
def test_a_table_is_found_by_its_full_or_bare_name(conf, name):
    assert table_named(name, catalogue(conf)).full_name == "gold.audiences"


def test_an_unknown_table_is_answered_by_its_near_match(conf):
    with pytest.raises(ConfError, match=r"unknown table `gold\.audience`; did you mean `gold\.audiences`\?"):
        table_named("gold.audience", catalogue(conf))


def test_a_bare_name_that_two_layers_share_is_refused(conf):
    doubled = Sources.model_construct(files={"events": CLICKS.model_copy(update={"source": "events"})})
    with pytest.raises(ConfError, match="unknown table `events`"):
        table_named("events", catalogue(conf.replace(doubled)))
