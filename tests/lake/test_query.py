import re

import pytest

from learnlake.errors import ConfError
from learnlake.lake.query import addressed
from learnlake.lake.table import Table
from learnlake.lake.tables import FIXED

TABLES = {table.full_name: table for table in FIXED}


def address(table: Table) -> str:
    return f"delta.`/lake/{table.layer}/{table.name}`"


def answered(query: str) -> str:
    return re.sub(r"\s+", " ", addressed(query, TABLES, address))


@pytest.mark.parametrize(
    ("query", "sent"),
    [
        ("SELECT * FROM gold.audiences", "SELECT * FROM delta.`/lake/gold/audiences` AS audiences"),
        ("SELECT * FROM audiences", "SELECT * FROM delta.`/lake/gold/audiences` AS audiences"),
        ("SELECT a.arm FROM gold.audiences AS a", "SELECT a.arm FROM delta.`/lake/gold/audiences` AS a"),
        (
            "SELECT audiences.arm FROM gold.audiences",
            "SELECT audiences.arm FROM delta.`/lake/gold/audiences` AS audiences",
        ),
        (
            "SELECT 1 FROM gold.segments JOIN silver.events e USING (platform)",
            "SELECT 1 FROM delta.`/lake/gold/segments` AS segments "
            "JOIN delta.`/lake/silver/events` AS e USING (platform)",
        ),
        (
            "SELECT 1 WHERE EXISTS (SELECT 1 FROM ops.runs)",
            "SELECT 1 WHERE EXISTS(SELECT 1 FROM delta.`/lake/ops/runs` AS runs)",
        ),
        (
            "WITH mine AS (SELECT * FROM ops.runs) SELECT * FROM mine",
            "WITH mine AS (SELECT * FROM delta.`/lake/ops/runs` AS runs) SELECT * FROM mine",
        ),
        (
            "SELECT user_id FROM gold.audiences UNION ALL SELECT user_id FROM gold.user_profile",
            "SELECT user_id FROM delta.`/lake/gold/audiences` AS audiences UNION ALL "
            "SELECT user_id FROM delta.`/lake/gold/user_profile` AS user_profile",
        ),
    ],
)
def test_tables_are_found_wherever_a_select_names_them(query, sent):
    assert answered(query) == sent


def test_functions_of_spark_are_sent_as_they_were_written():
    sent = answered("SELECT try_cast(arm AS INT), count_if(wave = 1), date_add(as_of_date, 7) FROM audiences")
    assert sent.startswith("SELECT TRY_CAST(arm AS INT), COUNT_IF(wave = 1), DATE_ADD(as_of_date, 7) FROM")


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM gold.audiences",
        "DROP TABLE gold.audiences",
        "INSERT INTO gold.audiences SELECT * FROM gold.audiences",
        "CREATE TABLE x AS SELECT 1",
        "UPDATE gold.audiences SET arm = 'contact'",
        "MERGE INTO ops.runs USING ops.runs ON true WHEN MATCHED THEN DELETE",
        "SET spark.x = 1",
        "DESCRIBE HISTORY gold.audiences",
    ],
)
def test_only_a_select_is_allowed(query):
    with pytest.raises(ConfError, match=r"only one SELECT is allowed; the lake is written by `learnlake run` alone"):
        answered(query)


def test_two_statements_are_refused():
    with pytest.raises(ConfError):
        answered("SELECT 1; DROP TABLE gold.audiences")


def test_what_cannot_be_read_says_so_in_one_line():
    with pytest.raises(ConfError, match=r"^the query cannot be read: ") as caught:
        answered("SELECT FROM WHERE (")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM gold.audience", "unknown table `gold.audience`; did you mean `gold.audiences`?"),
        ("SELECT * FROM delta.`/etc`", "unknown table `delta./etc`"),
        ("SELECT * FROM other.gold.audiences", "unknown table `other.gold.audiences`"),
        ("SELECT * FROM (SELECT * FROM evnts)", "unknown table `evnts`"),
    ],
)
def test_a_table_outside_the_catalogue_is_refused(query, said):
    with pytest.raises(ConfError) as caught:
        answered(query)
    assert str(caught.value).startswith(said)
