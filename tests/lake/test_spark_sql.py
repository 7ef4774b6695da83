import pytest
import sqlglot

from learnlake.lake.spark_sql import DIALECT, calls, words_of


def called(text: str) -> list[str]:
    return [name for name, _ in calls(words_of(text, "x"), "x")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Sum(a) + length(trim(b))", ["sum", "length", "trim"]),
        ("reflect ('a')", ["reflect"]),
        ("reflect\n('a')", ["reflect"]),
        ("`Reflect`('a')", ["reflect"]),
        ("`in`(1)", ["in"]),
        ("2x(1)", ["2x"]),
        ("current_date + a.current_date + `current_date`", ["current_date"]),
        ("now + now()", ["now"]),
        ("'reflect(1)' || \"reflect(1)\" || r'reflect(1)'", []),
        ("a IN (1) AND (b) OR NOT (c) BETWEEN (1) AND (2)", []),
        ("try_cast(a AS VARCHAR(3))", ["try_cast"]),
        ("`reflect` + 1", []),
    ],
)
def test_the_functions_of_a_text_are_found_however_they_are_written(text, names):
    assert called(text) == names


@pytest.mark.parametrize("text", ["system.builtin.reflect('a')", "`system`.`builtin`.`reflect`('a')", "s.f(1)"])
def test_a_function_of_a_schema_is_refused(text):
    with pytest.raises(ValueError, match=r"^x: `\w+` must be written without a schema, as each function"):
        called(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("'${env:HOME}'", "`${` is not allowed; Spark would put a setting of the machine in its place"),
        ("a -- \\\n ' \n OR reflect(1) -- '", "comments are not allowed"),
        ("a -- x\r OR b", "comments are not allowed"),
        ("a /* b */", "comments are not allowed"),
        ("a {# b #}", "comments are not allowed"),
        ("名", "`名` must be written in backticks"),
        ("reflect\u200b('x')", "must be written in backticks"),
    ],
)
def test_what_may_hide_from_us_what_spark_sees_is_refused(text, said):
    with pytest.raises(ValueError, match=r"^x: ") as caught:
        words_of(text, "x")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY a)",
        "PERCENTILE_DISC(0.5) WITHIN GROUP (ORDER BY a)",
        "LISTAGG(a)",
        "STRING_AGG(DISTINCT a)",
        "MAX_BY(a, b, 2)",
        "MIN_BY(a, b, 2)",
        "LOCALTIMESTAMP()",
        "COLLECT_LIST(a ORDER BY b)",
        "ARRAY_AGG(a ORDER BY b)",
        "ARRAY(1, 2)[a]",
    ],
)
def test_no_function_is_sent_as_another_one(text):
    assert sqlglot.parse_one(text, dialect=DIALECT).sql(dialect=DIALECT) == text
