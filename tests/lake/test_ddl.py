import pytest
from pyspark.sql import types as t

from learnlake.lake.ddl import schema_of

TYPES = [
    ("STRING", t.StringType()),
    ("VARCHAR(20)", t.StringType()),
    ("TINYINT", t.ByteType()),
    ("SMALLINT", t.ShortType()),
    ("INT", t.IntegerType()),
    ("BIGINT", t.LongType()),
    ("LONG", t.LongType()),
    ("FLOAT", t.FloatType()),
    ("DOUBLE", t.DoubleType()),
    ("BOOLEAN", t.BooleanType()),
    ("DATE", t.DateType()),
    ("TIMESTAMP", t.TimestampType()),
    ("TIMESTAMP_LTZ", t.TimestampType()),
    ("TIMESTAMP_NTZ", t.TimestampNTZType()),
    ("BINARY", t.BinaryType()),
    ("DECIMAL(18,2)", t.DecimalType(18, 2)),
    ("DECIMAL(7)", t.DecimalType(7, 0)),
    ("DECIMAL", t.DecimalType(10, 0)),
    ("ARRAY<STRING>", t.ArrayType(t.StringType())),
    ("MAP<STRING, BIGINT>", t.MapType(t.StringType(), t.LongType())),
    (
        "STRUCT<amount: DECIMAL(9,2), tags: ARRAY<INT>>",
        t.StructType(
            [t.StructField("amount", t.DecimalType(9, 2)), t.StructField("tags", t.ArrayType(t.IntegerType()))]
        ),
    ),
]


@pytest.mark.parametrize(("word", "dtype"), TYPES, ids=[word for word, _ in TYPES])
def test_a_type_is_read_as_spark_reads_it(word, dtype):
    assert schema_of(f"a {word}") == t.StructType([t.StructField("a", dtype)])


def test_columns_keep_their_order_and_their_names():
    assert schema_of("b INT, `A c` STRING, date INT").fieldNames() == ["b", "A c", "date"]


@pytest.mark.parametrize(
    ("ddl", "said"),
    [
        ("", "there is no column in it|not a list of columns"),
        ("a INT b STRING", "not a list of columns and types such as `id BIGINT, name STRING`"),
        ("a INT, b", "`b` lacks a type"),
        ("a INTERVAL", "is not one that raw files can have"),
        ("a VARIANT", "type `VARIANT` is not one that raw files can have"),
    ],
)
def test_what_is_no_list_of_columns_and_types_is_refused(ddl, said):
    with pytest.raises(ValueError, match=said):
        schema_of(ddl)
