from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from pyspark.sql import SparkSession

from learnlake.behaviour.moments.answers import sequels
from learnlake.behaviour.moments.settings import MomentSettings, Sequels
from learnlake.behaviour.moments.stages.purchase_sequels import purchase_sequels
from learnlake.lake.conform import conform
from learnlake.lake.tables.moments import PURCHASE_SEQUELS
from learnlake.lake.tables.silver import EVENTS, IDENTITIES, ITEMS
from tests.drawing import draw, expect

DAY = date(2026, 5, 31)
KNOWN = "item_id | known_from | item_kind\n book | 2026-01-01T00:00:00 | book\n other | 2026-01-01T00:00:00 | chapter"
NOBODY = "account_id | known_from | user_id"
HEAD = "account_id | platform | event_id | event_type | item_id | occurred_at | event_date"


def found(events: str, **conf: object):
    settings = MomentSettings(after_purchase=Sequels.model_validate(conf))
    frames = draw(EVENTS, events), draw(IDENTITIES, NOBODY), draw(ITEMS, KNOWN)
    return purchase_sequels(*frames, as_of=DAY, settings=settings)


def line(user: object, kind: str, item: str, day: int) -> str:
    at = DAY - timedelta(days=45 - day)
    return f"u{user} | a | {user}-{item}-{day}-{kind} | {kind} | {item} | {at}T12:00:00 | {at}"


def readers(users: int, lag: int, seed: int = 5) -> str:
    """Draw users who look at something every third day; every second one buys the book on day 15 and reads a chapter ``lag`` days later."""
    dice, rows = np.random.default_rng(seed), [HEAD]
    for user in range(users):
        rows += [line(user, "view", f"page-{dice.integers(4)}", day) for day in range(0, 31, 3)]
        if user % 2 == 0:
            rows += [line(user, "purchase", "book", 15), line(user, "view", "chapter", 15 + lag)]
    return "\n".join(rows)


def test_what_follows_a_purchase_is_told_beside_the_others_with_its_lag(spark: SparkSession) -> None:
    made = found(readers(24, lag=2))
    conform(made, PURCHASE_SEQUELS)
    expect(
        made,
        PURCHASE_SEQUELS,
        """
        as_of_date | platform | bought_item | next_item | case_count | case_hit_count | control_count | control_hit_count | median_lag | after_count | before_count
        2026-05-31 | a        | book        | chapter   | 12         | 12             | 12            | 0                 | 2.0        | 12          | 0
        """,
    )
    said = sequels(made, as_of=DAY, item="chapter").first()
    assert said.said == "Of the buyers of book, 100 % take up chapter, after 2.0 days in the median; of others 0 %."
    assert said["after : before"] == "12 : 0"


def test_what_goes_before_a_purchase_does_not_follow_it(spark: SparkSession) -> None:
    assert found(readers(24, lag=-2)).count() == 0


@pytest.mark.full
def test_what_everybody_does_is_no_sequel(spark: SparkSession) -> None:
    rows = readers(24, lag=2).replace("| chapter |", "| page-0 |")
    assert found(rows).count() == 0


@pytest.mark.full
def test_a_purchase_counts_when_its_whole_window_has_passed(spark: SparkSession) -> None:
    """The purchases are 30 days old: a window of 30 days has passed, one of 31 has not."""
    assert found(readers(24, lag=2), window_days=30).count() == 1
    assert found(readers(24, lag=2), window_days=31).count() == 0


@pytest.mark.full
def test_without_order_nothing_is_told(spark: SparkSession) -> None:
    """Buyers alone read 20 chapters, each before the purchase or after it by a coin: at most one is told."""
    dice = np.random.default_rng(2)
    rows = [row for row in readers(80, lag=2).splitlines() if "| chapter |" not in row]
    for user in range(0, 80, 2):
        rows += [line(user, "view", f"chapter-{n}", int(15 + dice.choice([-2, 2]))) for n in range(20)]
    assert found("\n".join(rows)).count() <= 1


@pytest.mark.full
def test_a_lake_without_purchases_has_no_row(spark: SparkSession) -> None:
    assert found(HEAD).count() == 0
    assert found("\n".join([HEAD, line(1, "view", "page", 3)])).count() == 0
