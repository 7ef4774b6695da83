"""One raw line, followed to the campaign list; docs/life_of_an_event.md is what it saw."""

from __future__ import annotations

import json

from pyspark.sql import DataFrame

from learnlake.lake.tables.gold import AUDIENCES, SEGMENT_MEMBERS, USER_FEATURES
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, USER_DAYS
from learnlake.runner.run import Runner
from tests.conftest import ROOT
from tests.tiny import DAY, actions

NUMBER = 2
PAGE = ROOT / "docs" / "life_of_an_event.md"


def shown(frame: DataFrame, *columns: str) -> str:
    row = frame.select(*columns).first()
    assert row is not None
    return (
        "| "
        + " | ".join(columns)
        + " |\n|"
        + "---|" * len(columns)
        + "\n| "
        + " | ".join(str(row[name]) for name in columns)
        + " |"
    )


def printed(line: dict[str, object], bronze: DataFrame, event: DataFrame, day: DataFrame, *gold: DataFrame) -> str:
    features, member, profile, audience = gold
    return "\n\n".join(
        [
            "# The life of an event",
            "One raw line of a tiny platform, followed from its file to the campaign list. This page is printed by `tests/test_life_of_an_event.py`.",
            "## The raw line\n\n```json\n" + json.dumps(line) + "\n```",
            "## bronze.actions: as it arrived, personal columns hashed\n\n"
            + shown(bronze, "id", "login", "kind", "at", "_file", "_position"),
            "## silver.events: one thing one account did, once\n\n"
            + shown(event, "event_id", "account_id", "event_type", "occurred_at", "event_date", "duration_seconds"),
            "## silver.user_days: what the user did that day\n\n"
            + shown(day, "user_id", "platform", "event_date", "event_count", "study_count", "session_count"),
            "## gold.user_features: what is known of the user at the end of the day\n\n"
            + shown(features, "as_of_date", "ever_study_count", "study_count_90d", "active_days_30d", "idle_days"),
            "## gold.segment_members: the segment\n\n"
            + shown(member, "as_of_date", "scheme", "segment_id", "member_since"),
            "## gold.user_profile: the marketer's row\n\n"
            + shown(profile, "as_of_date", "segment_behaviour", "profession", "study_count_90d"),
            "## gold.audiences: in the campaign, in an arm\n\n"
            + shown(audience, "campaign_id", "wave", "arm", "offer", "channel", "basis", "why"),
        ]
    )


def test_one_line_becomes_an_event_a_day_a_feature_a_segment_and_a_contact(done: Runner) -> None:
    store, line = done.inputs.store, actions(NUMBER)[0]
    bronze = store.read(done.tables["bronze.actions"]).where(f"id = '{line['id']}'")
    assert bronze.count() == 1
    place = bronze.first()
    event = store.read(EVENTS).where(f"source_file = '{place._file}' AND source_position = '{place._position}'")
    assert event.count() == 1
    account = event.first().account_id
    user = store.read(IDENTITIES).where(f"account_id = '{account}'").first().user_id
    of_user = f"user_id = '{user}'"
    day = store.read(USER_DAYS).where(f"{of_user} AND event_date = '{event.first().event_date}'")
    features = store.day(USER_FEATURES, DAY).where(of_user)
    member = store.day(SEGMENT_MEMBERS, DAY).where(f"{of_user} AND scheme = 'behaviour'")
    profile = store.day(done.tables["gold.user_profile"], DAY).where(of_user)
    audience = store.read(AUDIENCES).where(of_user)
    assert day.first().study_count == 3
    assert features.first().ever_study_count == len(actions(NUMBER))
    assert profile.first().segment_behaviour == member.first().segment_id
    assert audience.first().why == "study_count_90d >= 20"
    page = printed(line, bronze, event, day, features, member, profile, audience)
    if not PAGE.exists():
        PAGE.write_text(page + "\n", encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page + "\n", (
        "delete docs/life_of_an_event.md and run this test to print it anew"
    )
