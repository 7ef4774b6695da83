"""DDL: read from source files without a session, so that conf can be checked early, and written for Delta tables."""

from __future__ import annotations

import sqlglot
from pyspark.sql import types as t
from sqlglot import exp

from learnlake.errors import ContractError
from learnlake.lake.columns import Named
from learnlake.lake.table import Table

OURS = "learnlake."
PLAIN: dict[object, t.DataType] = {
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
    listed = table.find(exp.Schema)
    fields = [_field(column) for column in listed.expressions] if listed else []
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


def quoted(text: str) -> str:
    """Escape a text for a SQL string literal."""
    return text.replace("\\", "\\\\").replace("'", "\\'")


def columns_of(columns: tuple[Named, ...]) -> str:
    """Write columns with their types and meanings as DDL."""
    return ", ".join(f"`{k.name}` {k.dtype.simpleString()} COMMENT '{quoted(k.meaning)}'" for k in columns)


def definition_of(table: Table, notes: dict[str, str]) -> str:
    """Write what follows CREATE TABLE: columns, partitions, grain, key, how the table is refreshed, and notes beside them."""
    parts = f" PARTITIONED BY ({', '.join(k.name for k in table.partition_by)})" if table.partition_by else ""
    own = {"key": ", ".join(k.name for k in table.key), "refresh": str(table.refresh.way), **notes}
    feed = ", 'delta.enableChangeDataFeed' = 'true'" if table.tracks_changes else ""
    stated = f"{properties_of(own)}{feed}"
    return f"({columns_of(table.columns)}) USING delta{parts} COMMENT 'One row is {quoted(table.grain)}' TBLPROPERTIES ({stated})"


def properties_of(notes: dict[str, str]) -> str:
    """Write notes as properties of a table."""
    return ", ".join(f"'{OURS}{name}' = '{quoted(value)}'" for name, value in notes.items())


def gained_columns(table: Table, stored: t.StructType) -> tuple[Named, ...]:
    """Return the columns that the catalogue has gained over a stored table.

    Raises:
        ContractError: if the stored table has a column or type that the catalogue no longer promises.
    """
    held = {field.name: field.dataType.simpleString() for field in stored}
    for column in table.columns:
        if held.get(column.name, column.dtype.simpleString()) != column.dtype.simpleString():
            raise ContractError(
                f"{table.full_name}: stored {column.name} is {held[column.name]}, promised {column.dtype.simpleString()}; "
                "rename the new column, or rebuild the table from its inputs in an empty lake."
            )
    lost = sorted(set(held) - {column.name for column in table.columns})
    if lost:
        raise ContractError(
            f"{table.full_name}: the stored column {lost[0]} is no longer promised; keep it in the catalogue or conf, or take a new lake."
        )
    return tuple(column for column in table.columns if column.name not in held)


def insert_of(names: list[str]) -> str:
    """Write the clause of a MERGE that adds rows of ``new``."""
    return f"WHEN NOT MATCHED THEN INSERT ({', '.join(names)}) VALUES ({', '.join(f'new.{n}' for n in names)})"


def update_of(names: list[str]) -> str:
    """Write the clause of a MERGE that puts rows of ``new`` in the place of those with their key."""
    return f"WHEN MATCHED THEN UPDATE SET {', '.join(f'{n} = new.{n}' for n in names)} "
