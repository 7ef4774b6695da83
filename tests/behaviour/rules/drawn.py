"""A few learners and what they took, drawn for the tests of this part."""

from __future__ import annotations

from pyspark.sql import DataFrame

from learnlake.behaviour.rules.settings import Basket, Baskets
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from learnlake.lake.tables.topics import TEXT_TOPICS
from tests.drawing import draw

ITEMS_KNOWN = """
    item_id | known_from          | item_kind | tags
    py      | 2026-01-01T00:00:00 | article   | ['python']
    py      | 2026-01-02T00:00:00 | course    | ['python', 'basics', 'python']
    go      | 2026-01-01T00:00:00 | course    | ['go', 'basics']
    rust    | 2026-01-01T00:00:00 | course    | ['rust']
    tome    | 2026-01-01T00:00:00 | book      | ['python']
    bare    | 2026-01-01T00:00:00 | course    | -
"""


def files(**given: dict[str, object]) -> Baskets:
    """Make the section of a few files; what they leave out is enrolments in courses, by user."""
    plain = {"of": "item", "event_types": ["enroll"], "unit": "user", "fewest_baskets": 2}
    return Baskets(files={name: Basket.model_validate({**plain, **said}) for name, said in given.items()})


def events(text: str) -> DataFrame:
    return draw(EVENTS, text)


def frames(
    text: str, members: str = "user_id | scheme | segment_id"
) -> tuple[DataFrame, DataFrame, DataFrame, DataFrame, DataFrame]:
    """Return events, identities, items, members and no mentions: ann has two accounts, all others one."""
    owners = draw(IDENTITIES, "account_id | known_from | user_id\n ann2 | 2026-01-01T00:00:00 | ann")
    return events(text), owners, draw(ITEMS, ITEMS_KNOWN), draw(SEGMENT_MEMBERS, members), draw(TEXT_TOPICS, "topic")


def many(learners: dict[str, list[str]], event_type: str = "enroll") -> str:
    """Draw learners who take things one a day, from the first of March on; things taken at one moment are joined by ``&``."""
    rows = ["account_id | event_type | item_id | occurred_at | event_date"]
    for user, things in learners.items():
        for day, moment in enumerate(things, 1):
            rows += [
                f"{user} | {event_type} | {thing} | 2026-03-{day:02d}T12:00:00 | 2026-03-{day:02d}"
                for thing in moment.split("&")
                if thing
            ]
    return "\n".join(rows)
