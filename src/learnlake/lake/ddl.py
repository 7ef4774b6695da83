"""Spark types from the DDL of a source file, without a session, so that conf can be checked before anything starts."""

from __future__ import annotations

import sqlglot
from pyspark.sql import types as t
from sqlglot import exp

PLAIN: dict[exp.DataType.Type, t.DataType] = {
    exp.DataType.Type.TEXT: t.StringType(),
    exp.DataType.Type.VARCHAR: t.StringType(),
    exp.DataType.Type.TINYINT: t.ByteType(),
    exp.DataType.Type.SMALLINT: t.ShortType(),
    exp.DataType.Type.INT: t.IntegerType(),
    exp.DataType.Type.BIGINT: t.LongType(),
    exp.DataType.Type.FLOAT: t.FloatType(),
    exp.DataType.Type.DOUBLE: t.DoubleType(),
    exp.DataType.Type.BOOLEAN: t.BooleanType(),
    exp.DataType.Type.DATE: t.DateType(),
    exp.DataType.Type.TIMESTAMP: t.TimestampType(),
    exp.DataType.Type.TIMESTAMPTZ: t.TimestampType(),
    exp.DataType.Type.TIMESTAMPLTZ: t.TimestampType(),
    exp.DataType.Type.TIMESTAMPNTZ: t.TimestampNTZType(),
    exp.DataType.Type.BINARY: t.BinaryType(),
}


def schema_of(ddl: str) -> t.StructType:
    """Read a Spark DDL list of columns such as ``"id BIGINT, tags ARRAY<STRING>"``.

    Raises:
        ValueError: if it is no such list, or names a type that raw files cannot have.
    """
    try:
        table = sqlglot.parse_one(f"CREATE TABLE t ({ddl})", dialect="spark")
    except sqlglot.ParseError:
        raise ValueError("this is not a list of columns and types such as `id BIGINT, name STRING`") from None
    fields = [_field(column) for column in table.find(exp.Schema).expressions] if table.find(exp.Schema) else []
    if not fields:
        raise ValueError("there is no column in it")
    return t.StructType(fields)


def _field(column: exp.Expression) -> t.StructField:
    kind = column.args.get("kind")
    if not isinstance(column, exp.ColumnDef) or kind is None:
        raise ValueError(f"`{column.sql()}` lacks a type")
    return t.StructField(column.name, _type(kind))


def _type(kind: exp.DataType) -> t.DataType:
    inner = kind.expressions
    match kind.this:
        case exp.DataType.Type.DECIMAL:
            sizes = [int(size.name) for size in inner] or [10, 0]
            return t.DecimalType(sizes[0], sizes[1] if len(sizes) > 1 else 0)
        case exp.DataType.Type.ARRAY:
            return t.ArrayType(_type(inner[0]))
        case exp.DataType.Type.MAP:
            return t.MapType(_type(inner[0]), _type(inner[1]))
        case exp.DataType.Type.STRUCT:
            return t.StructType([_field(field) for field in inner])
    if kind.this not in PLAIN:
        raise ValueError(f"type `{kind.sql(dialect='spark')}` is not one that raw files can have")
    return PLAIN[kind.this]
