from collections import Counter

import pytest

from learnlake.lake import functions
from learnlake.lake.expressions import FRAGILE
from learnlake.lake.functions import (
    AGGREGATE,
    ALLOWED,
    GENERATOR,
    GRAMMAR,
    OPERATORS,
    REFUSED,
    SCALAR,
    UNSTEADY,
    WINDOW,
)

KINDS = {
    "SCALAR": SCALAR,
    "AGGREGATE": AGGREGATE,
    "WINDOW": WINDOW,
    "GENERATOR": GENERATOR,
    "UNSTEADY": UNSTEADY,
    "OPERATORS": OPERATORS,
    "REFUSED": frozenset(REFUSED),
}


def test_each_function_of_spark_is_in_exactly_one_list(spark):
    of_spark = {row[0] for row in spark.sql("SHOW FUNCTIONS").collect()}
    times = Counter(name for names in KINDS.values() for name in names)
    assert {name: times[name] for name in of_spark if times[name] != 1} == {}
    assert {kind: names - of_spark for kind, names in KINDS.items() if names - of_spark} == {}


def test_what_the_grammar_alone_knows_runs_and_is_no_function_of_spark(spark):
    asked = "SELECT try_cast('x' AS INT), timestampadd(DAY, 1, date'2026-05-01'), timestampdiff(DAY, date'2026-05-01', date'2026-05-03')"
    row = spark.sql(asked).first()
    assert (row[0], str(row[1]), row[2]) == (None, "2026-05-02 00:00:00", 2)
    assert {name for name in GRAMMAR if name not in asked} == set()
    assert GRAMMAR & frozenset().union(*KINDS.values()) == frozenset()


def test_advice_is_given_for_scalar_functions_alone():
    assert set(FRAGILE) - SCALAR == set()


def test_what_is_neither_steady_nor_safe_is_no_scalar():
    assert {"rand", "now", "uuid", "aes_encrypt"} <= UNSTEADY
    assert {"reflect", "java_method", "try_reflect", "from_xml", "table_changes_by_path"} & ALLOWED == set()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("reflect", "x: `reflect` is not allowed; it calls any method of Java"),
        ("input_file_name", "x: `input_file_name` is not allowed; it tells where files lie"),
        ("lenght", "x: unknown function `lenght`; did you mean `length`?"),
        ("read_files", "x: unknown function `read_files`; "),
    ],
)
def test_a_function_in_no_list_is_refused_with_the_reason_or_the_near_match(name, said):
    with pytest.raises(ValueError, match=r"^x: ") as caught:
        functions.refuse_unlisted(name, "x")
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize("name", ["sum", "explode", "rand", "row_number", "try_cast", "length"])
def test_a_listed_function_passes(name):
    functions.refuse_unlisted(name, "x")
