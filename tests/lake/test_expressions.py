import pytest

from learnlake.lake.expressions import names_in, parsed, refuse_unfit

KNOWN = ("a", "b", "tags", "notes", "date", "now", "visit")
ACCEPTED = [
    "a + 1",
    "A + 1",
    "`a`",
    "visit.session",
    "'current_date'",
    "date",
    "now > 3",
    "a / 2",
    "a % 2",
    "(a - 1) / 4",
    "a DIV 2",
    "try_divide(a, b)",
    "try_mod(a, b)",
    "cast('1' AS INT)",
    "cast(NULL AS STRING)",
    "try_cast(a AS INT)",
    "try_cast(a AS DECIMAL(18,2))",
    "try_to_timestamp(a)",
    "to_utc_timestamp(try_to_timestamp(a), 'Europe/Berlin')",
    "a >= DATE '2024-01-01'",
    "coalesce(a, timestamp'2026-05-06')",
    "a + make_dt_interval(b, 12)",
    "a IN ('x', 'y') AND b BETWEEN 1 AND 2 OR NOT a LIKE '%x'",
    "CASE WHEN a > 1 THEN 'x' ELSE if(b, 'y', 'z') END",
    "split(a, ';')",
    "map('a', a, 'b', try_cast(b AS STRING))",
    "notes['x']",
    "get(tags, 0)",
    "try_element_at(tags, 1)",
    "transform(tags, x -> concat(x, a))",
    "filter(tags, a -> a = b)",
]
REFUSED = [
    # another answer each time
    ("now()", "`now` gives another answer each time; take it from the row"),
    ("current_date", "`current_date` gives another answer each time"),
    ("coalesce(a, CURRENT_TIMESTAMP())", "`current_timestamp` gives another answer each time"),
    ("unix_timestamp()", "`unix_timestamp` gives another answer each time"),
    ("rand()", "`rand` gives another answer each time"),
    ("uuid()", "`uuid` gives another answer each time"),
    ("monotonically_increasing_id()", "gives another answer each time"),
    ("uniform(0, 1)", "`uniform` gives another answer each time"),
    ("aes_encrypt(a, b)", "`aes_encrypt` gives another answer each time"),
    # no function of the list
    ("input_file_name()", "`input_file_name` is not allowed; it tells where files lie"),
    ("reflect('java.lang.System', 'nanoTime')", "`reflect` is not allowed; it calls any method of Java"),
    ("`reflect`('java.lang.System', 'nanoTime')", "`reflect` is not allowed"),
    ("system.builtin.reflect('x')", "`reflect` must be written without a schema, as each function"),
    ("current_user", "`current_user` is not allowed; it tells who runs Spark"),
    ("current_user()", "`current_user` is not allowed"),
    ("lenght(a)", "unknown function `lenght`; did you mean `length`?"),
    ("ai_query('x', a)", "unknown function `ai_query`"),
    # what may hide what Spark sees
    ("a = '${env:HOME}'", "`${` is not allowed; Spark would put a setting of the machine in its place"),
    ("a = -- \\\n ' \n OR reflect(1) -- '", "comments are not allowed"),
    # other rows
    ("sum(a)", "`sum` looks at other rows; only scalar functions are allowed"),
    ("count(*)", "`count` looks at other rows"),
    ("try_sum(a)", "looks at other rows"),
    ("every(a)", "looks at other rows"),
    ("row_number() OVER (PARTITION BY a ORDER BY b)", "looks at other rows"),
    ("lag(a) OVER (ORDER BY b)", "looks at other rows"),
    ("explode(tags)", "`explode` makes several rows of one; only scalar functions are allowed"),
    ("stack(2, a, b)", "`stack` makes several rows of one"),
    # no expression over the row
    ("(SELECT 1)", "only an expression over the row's own columns is allowed"),
    ("a IN (SELECT b FROM c)", "only an expression over the row's own columns is allowed"),
    ("a AS b", "only an expression over the row's own columns is allowed"),
    ("*", "only an expression over the row's own columns is allowed"),
    ("a; DROP TABLE x", "only an expression over the row's own columns is allowed"),
    ("a b c", "`a b c` is not a Spark SQL expression"),
    ("SET a", "only an expression over the row's own columns is allowed"),
    (":a", "only an expression over the row's own columns is allowed"),
    ("a IS NULL OR EXISTS(SELECT 1)", "only an expression over the row's own columns is allowed"),
    ("", "`` is not a Spark SQL expression"),
    # one bad value fails the job
    ("cast(a AS INT)", "one bad value in a cast of a column would fail the whole job; write try_cast(... AS ...)"),
    ("a::int", "one bad value in a cast of a column would fail the whole job"),
    ("int(a)", "one bad value in `int` would fail the whole job; write try_cast(... AS int)"),
    ("decimal(a)", "one bad value in `decimal` would fail the whole job"),
    ("to_timestamp(a)", "one bad value in `to_timestamp` would fail the whole job; write try_to_timestamp"),
    ("date(a)", "one bad value in `date` would fail the whole job; write try_to_date"),
    ("unix_timestamp(a)", "one bad value in `unix_timestamp` would fail the whole job"),
    ("raise_error('x')", "one bad value in `raise_error` would fail the whole job"),
    ("a / b", "a zero in `a / b` would fail the whole job; write try_divide or try_mod"),
    ("a / 0", "a zero in `a / 0` would fail the whole job"),
    ("a % b", "a zero in `a % b` would fail the whole job"),
    ("mod(a, b)", "a zero in `a % b` would fail the whole job"),
    ("a DIV b", "a zero in `a DIV b` would fail the whole job"),
    ("tags[0]", "a short array in `tags[0]` would fail the whole job; write get(array, n)"),
    ("tags[a]", "a short array in `tags[a]` would fail the whole job"),
    ("element_at(tags, 1)", "a short array in `ELEMENT_AT(tags, 1)` would fail the whole job"),
    # columns
    ("exists(tags, _file -> true) AND _file = 'x'", "where uses the unknown column `_file`"),
    ("tag", "where uses the unknown column `tag`; did you mean `tags`?"),
    ("zzz + 1", "where uses the unknown column `zzz`; known: a, b, date, notes, now, tags, visit."),
    ("`current_date`", "where uses the unknown column `current_date`"),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_deterministic_scalar_over_known_columns_is_accepted(text):
    refuse_unfit(text, KNOWN, "where")


@pytest.mark.parametrize(("text", "said"), REFUSED, ids=[text or "nothing" for text, _ in REFUSED])
def test_what_would_fail_or_differ_is_refused_with_what_to_write(text, said):
    with pytest.raises(ValueError, match=r"^where") as caught:
        refuse_unfit(text, KNOWN, "where")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("a + b * a", {"a", "b"}),
        ("visit.session", {"visit"}),
        ("`A b` + 1", {"A b"}),
        ("transform(tags, x -> x || b)", {"tags", "b"}),
        ("aggregate(tags, 0, (sum, tag) -> sum + a)", {"tags", "a"}),
        ("exists(tags, b -> b = a) AND b", {"tags", "a", "b"}),
        ("transform(tags, x -> transform(notes, y -> x || y || b))", {"tags", "notes", "b"}),
        ("'a'", set()),
    ],
)
def test_the_columns_of_an_expression_are_found_and_variables_of_lambdas_are_none(text, names):
    assert names_in(text) == names


def test_what_does_not_parse_says_where_it_stands():
    with pytest.raises(ValueError, match=r"^derive\.x: `a \+` is not a Spark SQL expression$"):
        parsed("a +", "derive.x")
