"""Tables drawn as text: input and answer side by side, typed by the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from chispa.rows_comparer import assert_basic_rows_equality
from chispa.schema_comparer import assert_schema_equality
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.conversion import LocalDataToArrowConversion
from pyspark.sql.pandas.types import to_arrow_schema
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
    StructField,
    StructType,
    TimestampType,
    _parse_datatype_string,
)

from learnlake.lake.columns import Named
from learnlake.lake.table import Table


def sections(path: Path) -> dict[str, str]:
    """Read a drawing that is kept as a file: some prose, then sections, each under a line ``# name``."""
    out: dict[str, str] = {}
    for part in re.split(r"^# ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        name, _, text = part.partition("\n")
        assert name not in out, f"{path.name} draws `{name}` twice"
        out[name] = text.strip("\n")
    return out


def draw(table: Table | Iterable[Named], text: str) -> DataFrame:
    """Make a frame of drawn rows: a header, then a line a row, cells parted by ``|``.

    Columns of the table that are not drawn are null; an empty cell or ``-`` is null. Arrays and maps are written as Python
    literals, strings as they are, moments as ISO texts in UTC. The rows travel as Arrow: Spark then knows how few they are,
    and plans no shuffle for them.
    """
    columns = tuple(table.columns if isinstance(table, Table) else table)
    header, rows = cells(text)
    unknown = set(header) - {column.name for column in columns}
    assert not unknown, f"the drawing has columns that the table lacks: {unknown}"
    places = {name: place for place, name in enumerate(header)}
    data = [tuple(_value(row[places[k.name]], k.dtype) if k.name in places else None for k in columns) for row in rows]
    return framed(data, _schema(columns))


def seen(frame: DataFrame) -> DataFrame:
    """Make rows of silver visible from their own day on, in UTC, where it is not drawn otherwise."""
    own = "event_date" if "event_date" in frame.columns else "known_from"
    return frame.withColumn("visible_from", F.coalesce("visible_from", F.to_date(own)))


def framed(rows: Sequence[tuple[Any, ...]], schema: StructType | str) -> DataFrame:
    """Make a frame of a few rows of plain values, which travel as Arrow."""
    typed = schema if isinstance(schema, StructType) else _parse_datatype_string(schema)
    convert = LocalDataToArrowConversion.convert
    held = (
        convert(rows, typed, use_large_var_types=False)
        if rows
        else to_arrow_schema(typed, timezone="UTC").empty_table()
    )
    return _session().createDataFrame(held, typed)


def expect(found: DataFrame, table: Table | Iterable[Named], text: str) -> None:
    """Compare the drawn columns of a frame with drawn rows, exactly and in any order; doubles to 9 decimals."""
    columns = {column.name: column for column in (table.columns if isinstance(table, Table) else table)}
    header, rows = cells(text)
    schema = _schema(columns[name] for name in header)
    shown = found.select(*header)
    assert_schema_equality(shown.schema, schema, ignore_nullable=True, ignore_metadata=True)
    wanted = [
        Row(*header)(*(_told(_value(cell, k.dataType), k.dataType) for cell, k in zip(row, schema, strict=True)))
        for row in rows
    ]
    held = [
        Row(*header)(*(_told(value, k.dataType) for value, k in zip(row, schema, strict=True)))
        for row in shown.collect()
    ]
    assert_basic_rows_equality(sorted(held, key=repr), sorted(wanted, key=repr))


def _schema(columns: Iterable[Named]) -> StructType:
    return StructType([StructField(column.name, column.dtype) for column in columns])


def _told(value: Any, dtype: DataType) -> Any:
    """Bring a collected value and a drawn one to one form: doubles to 9 decimals, moments to UTC, maps in order."""
    if value is None:
        return None
    if isinstance(dtype, DoubleType):
        return round(float(value), 9) + 0.0
    if isinstance(dtype, TimestampType):
        return value.astimezone(UTC)
    if isinstance(dtype, DecimalType):
        return Decimal(value).quantize(Decimal(1).scaleb(-dtype.scale))
    return dict(sorted(value.items())) if isinstance(dtype, MapType) else value


def cells(text: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of drawn text, cell by cell."""
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines() if line.strip()]
    for line in lines:
        assert len(line) == len(lines[0]), f"this drawn row has {len(line)} cells, the header {len(lines[0])}: {line}"
    return lines[0], lines[1:]


def _value(cell: str, dtype: DataType) -> Any:
    if cell in ("", "-"):
        return None
    if isinstance(dtype, TimestampType):
        return datetime.fromisoformat(cell).replace(tzinfo=UTC)
    plain = {
        DateType: date.fromisoformat,
        DecimalType: Decimal,
        DoubleType: float,
        LongType: int,
        IntegerType: int,
        BooleanType: lambda word: {"true": True, "false": False}[word],
        ArrayType: ast.literal_eval,
        MapType: ast.literal_eval,
    }
    return plain.get(type(dtype), str)(cell)


def _session() -> SparkSession:
    session = SparkSession.getActiveSession()
    assert session is not None, "ask for the fixture `spark`"
    return session
