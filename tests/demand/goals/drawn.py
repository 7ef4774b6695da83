"""Goals and logs for the tests of the room."""

from __future__ import annotations

from datetime import date

from pyspark.sql import DataFrame

from learnlake.demand.goals.rules.labelled import Log
from learnlake.demand.goals.settings import Goal
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS, USER_DAYS
from tests.drawing import draw

DAY = date(2026, 3, 31)


def goal(**changed: object) -> Goal:
    said = {
        "names": {"en": "buys", "zh": "购买"},
        "population": "active_days_90d > 0",
        "success": {"event_types": ["purchase"]},
        "window_days": 14,
    }
    return Goal.model_validate({**said, **changed})


def log(
    days: str = "user_id | event_date | event_count",
    events: str = "account_id | event_type | item_id | event_date",
    items: str = "item_id | item_kind | tags | creator_id | level | published_at | known_from",
    identities: str = "account_id | known_from | user_id",
) -> Log:
    counts = draw(USER_DAYS, days)
    filled = counts.fillna(0)
    return Log(filled, draw(EVENTS, events), draw(IDENTITIES, identities), draw(ITEMS, items))


def people(frame: DataFrame) -> dict[tuple[str, str], int]:
    return {(row.user_id, str(row.as_of_date)): row.label for row in frame.collect()}
