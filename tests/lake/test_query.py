import re

import pytest

from learnlake.errors import ConfError
from learnlake.lake.query import addressed
from learnlake.lake.store import Store
from learnlake.lake.table import Table
from learnlake.lake.tables import FIXED
from learnlake.lake.tables.gold import AUDIENCES, SEGMENTS

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
            "WITH Mine AS (SELECT 1 AS x), more AS (SELECT * FROM mine) SELECT (SELECT max(x) FROM more) AS y",
            "WITH Mine AS (SELECT 1 AS x), more AS (SELECT * FROM mine) SELECT (SELECT MAX(x) FROM more) AS y",
        ),
        (
            "WITH audiences AS (SELECT * FROM audiences) SELECT * FROM audiences",
            "WITH audiences AS (SELECT * FROM delta.`/lake/gold/audiences` AS audiences) SELECT * FROM audiences",
        ),
        (
            "FROM audiences |> WHERE arm = 'x' |> SELECT arm",
            "WITH __tmp1 AS (SELECT arm FROM delta.`/lake/gold/audiences` AS audiences WHERE arm = 'x') "
            "SELECT * FROM __tmp1",
        ),
        (
            "SELECT * FROM audiences VERSION AS OF 3",
            "SELECT * FROM delta.`/lake/gold/audiences` VERSION AS OF 3 AS audiences",
        ),
        (
            "SELECT * FROM audiences PIVOT (count(*) FOR arm IN ('a', 'b'))",
            "SELECT * FROM delta.`/lake/gold/audiences` AS audiences PIVOT(COUNT(*) FOR arm IN ('a', 'b'))",
        ),
        (
            "SELECT 1 -- reflect(1)\n FROM audiences /* , other */",
            "SELECT 1 FROM delta.`/lake/gold/audiences` AS audiences",
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


@pytest.mark.parametrize(
    ("query", "said"),
    [
        # functions
        ("SELECT reflect('java.lang.System', 'getenv', 'X')", "`reflect` is not allowed; it calls any method of Java"),
        ("SELECT java_method('java.lang.System', 'getenv', 'X')", "`java_method` is not allowed"),
        ("SELECT try_reflect('java.lang.System', 'getenv', 'X')", "`try_reflect` is not allowed"),
        ("SELECT Reflect\n ('x')", "`reflect` is not allowed"),
        ("SELECT reflect/* */('x')", "`reflect` is not allowed"),
        ("SELECT `reflect`('x')", "`reflect` is not allowed"),
        ("SELECT system.builtin.reflect('x')", "`reflect` must be written without a schema"),
        ("SELECT `spark_catalog`.`x`.`f`(1)", "`f` must be written without a schema"),
        ("WITH reflect(a) AS (SELECT 1) SELECT reflect('x')", "`reflect` is not allowed"),
        ("SELECT * FROM audiences AS f(a) WHERE f(a) = 1", "unknown function `f`; did you mean `if`?"),
        ("SELECT 1 FROM audiences ORDER BY reflect('x')", "`reflect` is not allowed"),
        ("SELECT 1 FROM audiences TABLESAMPLE (BUCKET 1 OUT OF 2 ON reflect('x'))", "`reflect` is not allowed"),
        ("SELECT transform(array(1), x -> reflect('x'))", "`reflect` is not allowed"),
        ("SELECT * FROM audiences LATERAL VIEW explode(array(reflect('x'))) t AS a", "`reflect` is not allowed"),
        ("SELECT IDENTIFIER('a') FROM audiences", "unknown function `identifier`"),
        ("SELECT secret('a', 'b')", "unknown function `secret`"),
        ("SELECT ai_query('a', 'b')", "unknown function `ai_query`"),
        ("SELECT http_request(url => 'http://x')", "unknown function `http_request`"),
        ("SELECT lenght(arm) FROM audiences", "unknown function `lenght`; did you mean `length`?"),
        ("SELECT from_xml('<a/>', 'b INT', map('rowValidationXSDPath', '/etc/passwd'))", "`from_xml` is not allowed"),
        ("SELECT from_protobuf(arm, 'x', '/etc/x.desc') FROM audiences", "`from_protobuf` is not allowed"),
        ("SELECT from_avro(arm, '', map('avroSchemaUrl', '/etc/x')) FROM audiences", "`from_avro` is not allowed"),
        ("SELECT version()", "`version` is not allowed; it tells of Spark and nothing of the lake"),
        ("SELECT current_user", "`current_user` is not allowed; it tells who runs Spark"),
        ("SELECT session_user()", "`session_user` is not allowed"),
        ("SELECT input_file_name() FROM audiences", "`input_file_name` is not allowed; it tells where files lie"),
        # names that Spark answers by itself
        ("SELECT user FROM audiences", "`user` is no column of its tables; it tells who runs Spark"),
        ("SELECT `session_user` FROM audiences", "`session_user` is no column of its tables"),
        ("SELECT _metadata.file_path FROM audiences", "`_metadata` is no column of its tables"),
        ("SELECT a.`_METADATA`.file_path FROM audiences AS a", "`_metadata` is no column of its tables"),
        # tables of functions
        ("SELECT * FROM read_files('/etc/passwd')", "unknown function `read_files`"),
        ("SELECT * FROM table_changes_by_path('/x', 1)", "`table_changes_by_path` is not allowed"),
        ("SELECT * FROM gold.explode(array(1))", "`explode` must be written without a schema"),
        ("SELECT * FROM explode(TABLE(other.x))", "unknown function `table`"),
        ("SELECT * FROM IDENTIFIER('other.x')", "unknown function `identifier`"),
        # what is put in its place before Spark reads it
        ("SELECT '${env:X}'", "`${` is not allowed; Spark would put a setting of the machine in its place"),
        ("SELECT '\\u0024{env:X}'", "`${` is not allowed"),
        ("SELECT 1 AS `${env:X}`", "`${` is not allowed"),
        ("SELECT * FROM audiences AS t(`${env:X}`)", "`${` is not allowed"),
        ("SELECT * FROM audiences@v1", "is not allowed; only a SELECT over tables is"),
        ("SELECT :x", "`:x` is not allowed; only a SELECT over tables is"),
        # what is no plain SELECT
        ("SELECT TRANSFORM(arm) USING 'sh' FROM audiences", "is not allowed; only a SELECT over tables is"),
        ("FROM audiences MAP arm USING 'sh'", "cannot be read"),
        ("FROM audiences REDUCE arm USING 'sh'", "cannot be read"),
        ("SELECT /*+ REPARTITION(1) */ 1 FROM audiences", "is not allowed; only a SELECT over tables is"),
        ("EXECUTE IMMEDIATE 'SELECT 1'", "only one SELECT is allowed"),
        ("BEGIN SELECT 1; END", "cannot be read"),
        ("TABLE audiences", "only one SELECT is allowed"),
        ("FROM audiences INSERT INTO x SELECT arm", "only one SELECT is allowed"),
        ("WITH x AS (SELECT 1) INSERT INTO y SELECT * FROM x", "only one SELECT is allowed"),
        # tables past the catalogue
        ("SELECT * FROM text.`/etc/passwd`", "unknown table `text./etc/passwd`"),
        ("SELECT * FROM binaryFile.`/etc`", "unknown table `binaryFile./etc`"),
        ("SELECT * FROM information_schema.tables", "unknown table `information_schema.tables`"),
        ("WITH x AS (SELECT * FROM x) SELECT * FROM x", "unknown table `x`"),
        ("WITH x AS (SELECT * FROM y), y AS (SELECT 1) SELECT * FROM x", "unknown table `y`"),
        ("SELECT * FROM x WHERE EXISTS (WITH x AS (SELECT 1) SELECT * FROM x)", "unknown table `x`"),
        ("WITH x AS (SELECT 1) SELECT * FROM other.x", "unknown table `other.x`"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_no_query_leaves_the_lake(query, said):
    with pytest.raises(ConfError) as caught:
        answered(query)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.fixture(scope="module")
def lake(spark, tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Two empty tables."""
    made = Store(spark, str(tmp_path_factory.mktemp("asked")))
    made.ensure(AUDIENCES)
    made.ensure(SEGMENTS)
    return made


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT count(*) FROM audiences VERSION AS OF 0 AS t", [(0,)]),
        ("SELECT count(*) FROM audiences TABLESAMPLE (10 PERCENT) AS t", [(0,)]),
        ("SELECT * FROM (SELECT arm, wave FROM audiences) PIVOT (count(wave) FOR arm IN ('a', 'b'))", []),
        ("SELECT arm FROM audiences |> WHERE arm = 'x' |> SELECT arm", []),
        ("SELECT count(*) FROM audiences AS t JOIN LATERAL (SELECT t.arm AS own) AS z ON true", [(0,)]),
        ("SELECT count(*) FROM (audiences JOIN segments USING (as_of_date))", [(0,)]),
        ("SELECT t.a, b FROM VALUES (1, array(2, 3)) AS t(a, c) LATERAL VIEW explode(c) AS b", [(1, 2), (1, 3)]),
        ("SELECT * FROM explode(array(1, 2)) AS t(a)", [(1,), (2,)]),
        ("SELECT max(id) FROM range(3)", [(2,)]),
        (
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n",
            [(1,), (2,), (3,)],
        ),
        (
            "SELECT a FROM VALUES (1), (2) AS t(a) QUALIFY row_number() OVER (ORDER BY a DESC) = 1",
            [(2,)],
        ),
        (
            "SELECT sum(a) FILTER (WHERE a > 1), percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM VALUES (1), (2) AS t(a)",
            [(2, 1.5)],
        ),
        ("SELECT a, sum(a) FROM VALUES (1) AS t(a) GROUP BY GROUPING SETS ((a), ()) ORDER BY a", [(None, 1), (1, 1)]),
        ("SELECT listagg(a), max_by(a, a, 2) FROM VALUES ('x'), ('y') AS t(a)", [("xy", ["y", "x"])]),
        ("SELECT count_if(x > now()) FROM VALUES (date'2020-01-01') AS t(x)", [(0,)]),
        ("SELECT a.user, `a$b` FROM (SELECT 1 AS user, 'reflect(1)' AS `a$b`) AS a", [(1, "reflect(1)")]),
        ("SELECT try_cast('7' AS DECIMAL(3, 1)) % 4, 'a' LIKE ANY ('a', 'b'), struct(1 AS a).a", [(3, True, 1)]),
    ],
)
def test_what_is_allowed_runs(lake, query, rows):
    assert [tuple(row) for row in lake.query(query, TABLES).collect()] == rows
