from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from pyspark.sql import DataFrame, SparkSession

from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES, ITEM_PROGRESS
from learnlake.lake.tables.silver import ITEMS
from learnlake.recommend.knowledge import KnowledgeSettings
from learnlake.recommend.knowledge.stages.item_prerequisites import item_prerequisites
from tests.drawing import draw, expect

AS_OF = date(2026, 5, 31)
START = datetime(2026, 1, 1, tzinfo=UTC)
NOTHING_STATED = "item_id | known_from | item_kind"


def way(who: str, *items: str, fails: frozenset[str] = frozenset()) -> list[str]:
    """Somebody who takes items one after the other, a day each, and completes them but for those that fail."""
    lines = []
    for place, item in enumerate(items):
        begun, done = (START + timedelta(days=place, hours=hour) for hour in (9, 18))
        lines.append(f"{who} | {item} | {begun:%Y-%m-%dT%H:%M} | {'-' if item in fails else f'{done:%Y-%m-%dT%H:%M}'}")
    return lines


def told(ways: list[list[str]], stated: str = NOTHING_STATED, **settings) -> DataFrame:
    rows = "\n".join(["user_id | item_id | begun_at | done_at", *(line for lines in ways for line in lines)])
    given = KnowledgeSettings(**settings)
    return item_prerequisites(draw(ITEM_PROGRESS, rows), draw(ITEMS, stated), as_of=AS_OF, settings=given)


def chain(count: int = 24) -> list[list[str]]:
    """All go a > b > c, and x and y stand now here, now there."""
    orders = (
        ("x", "a", "b", "c", "y"),
        ("a", "y", "b", "x", "c"),
        ("y", "a", "b", "c", "x"),
        ("a", "x", "b", "y", "c"),
    )
    return [way(f"u{n}", *orders[n % 4]) for n in range(count)]


def test_a_chain_that_all_keep_is_mined_link_by_link(spark: SparkSession) -> None:
    """a comes early and c late anyway, so that of the one before the other nothing more is told; x and y come anywhere."""
    expect(
        told(chain()),
        ITEM_PREREQUISITES,
        """
        as_of_date | item_id | prerequisite_id | is_stated | is_mined | is_transitive | is_circular | both_count | prior_count | prior_share | sooner_share | other_success_share | success_lift
        2026-05-31 | b       | a               | false     | true     | false         | false       | 24         | 24          | 1.0         | 1.0          | -                   | -
        2026-05-31 | c       | b               | false     | true     | false         | false       | 24         | 24          | 1.0         | 1.0          | -                   | -
        """,
    )


def test_too_few_users_prove_nothing(spark: SparkSession) -> None:
    assert told(chain(4), fewest_takers=5).collect() == []


STATED = """
    item_id | known_from          | item_kind | prerequisites
    b       | 2026-01-01T00:00:00 | course    | ['c', 'b', '', 'nobody']
    c       | 2026-01-01T00:00:00 | course    | ['a', 'b']
    page    | 2026-01-01T00:00:00 | chapter   | ['b']
"""


def test_what_is_stated_stands_beside_what_is_mined_and_the_weaker_link_of_a_circle_is_circular(
    spark: SparkSession,
) -> None:
    """b states that it needs c, c that it needs b; the order says that c needs b, so that the other is cut."""
    expect(
        told(chain(), STATED),
        ITEM_PREREQUISITES,
        """
        item_id | prerequisite_id | is_stated | is_mined | is_transitive | is_circular | both_count | prior_count | prior_share
        b       | a               | false     | true     | false         | false  | 24         | 24          | 1.0
        b       | c               | true      | false    | false         | true   | 24         | 0           | 0.0
        b       | nobody          | true      | false    | false         | false  | 0          | 0           | -
        c       | b               | true      | true     | false         | false  | 24         | 24          | 1.0
        c       | a               | true      | false    | true          | false  | 24         | 24          | 1.0
        """,
    )


def with_success(of_those_who_knew: int, of_others: int) -> list[list[str]]:
    """Twenty go a > b, and twenty only b; so many of each complete b. z is taken by all, before or after."""
    knew = [
        way(
            f"k{n}",
            *(("z", "a", "b") if n % 2 else ("a", "b", "z")),
            fails=frozenset() if n < of_those_who_knew else frozenset("b"),
        )
        for n in range(20)
    ]
    others = [
        way(f"o{n}", *(("z", "b") if n % 2 else ("b", "z")), fails=frozenset() if n < of_others else frozenset("b"))
        for n in range(20)
    ]
    return [*knew, *others]


def test_success_after_it_is_told_beside_success_without_it(spark: SparkSession) -> None:
    found = told(with_success(18, 6)).where("item_id = 'b' AND prerequisite_id = 'a'")
    expect(
        found,
        ITEM_PREREQUISITES,
        "is_mined | prior_success_share | other_success_share | success_lift\ntrue | 0.9 | 0.3 | 3.0",
    )


def test_beside_few_who_did_without_it_nothing_is_said_of_success(spark: SparkSession) -> None:
    (row,) = told(with_success(18, 6)[:23]).where("item_id = 'b' AND prerequisite_id = 'a'").collect()
    assert (row.prior_success_share, row.other_success_share, row.success_lift) == (0.9, 1.0, None)


@pytest.mark.parametrize(("of_others", "found"), [(8, 1), (20, 0)])
def test_who_does_better_without_it_does_not_need_it(spark: SparkSession, of_others: int, found: int) -> None:
    rows = told(with_success(6, of_others)).where("item_id = 'b' AND prerequisite_id = 'a'").collect()
    assert len(rows) == found


def test_the_bars_of_conf_hold(spark: SparkSession) -> None:
    """Ten of forty go the other way: a share of 0.75 is mined only where conf lets it."""
    ways = [way(f"u{n}", *(("a", "b") if n % 4 else ("b", "a"))) for n in range(40)]
    assert told(ways, least_prior_share=0.7).collect() == []
    assert [row.prior_share for row in told(ways, least_prior_share=0.7, least_sooner_share=0.7).collect()] == [0.75]
    assert told(ways, least_prior_share=0.7, least_sooner_share=0.7, most_q=1e-6).collect() == []
