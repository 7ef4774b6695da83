"""What a word of the vocabulary is, and the types there are."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    IntegerType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)


@dataclass(frozen=True)
class Named:
    """One word of the vocabulary.

    ``is_protected`` marks columns that describe people but steer nothing unless conf names them;
    ``is_outcome`` marks what is known only once a story has ended, and so is no input to segments or models.
    """

    name: str
    dtype: DataType
    meaning: str
    is_protected: bool = False
    is_outcome: bool = False


STRING, LONG, INTEGER, DOUBLE = StringType(), LongType(), IntegerType(), DoubleType()
BOOLEAN, DATE, TIMESTAMP, MONEY = BooleanType(), DateType(), TimestampType(), DecimalType(18, 2)
STRINGS, LONGS, NOTES = ArrayType(StringType()), ArrayType(LongType()), MapType(StringType(), StringType())
SPANS = ArrayType(StructType([StructField("from", LongType()), StructField("until", LongType())]))
