"""Tables drawn as text: input and answer side by side, typed by the catalogue."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
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
    literals, strings as they are, moments as ISO texts in UTC.
    """
    columns = tuple(table.columns if isinstance(table, Table) else table)
    header, rows = cells(text)
    unknown = set(header) - {column.name for column in columns}
    assert not unknown, f"the drawing has columns that the table lacks: {unknown}"
    places = {name: place for place, name in enumerate(header)}
    data = [tuple(_value(row[places[k.name]], k.dtype) if k.name in places else None for k in columns) for row in rows]
    schema = StructType([StructField(column.name, column.dtype) for column in columns])
    return _session().createDataFrame(data, schema)


def expect(found: DataFrame, table: Table | Iterable[Named], text: str) -> None:
    """Compare the drawn columns of a frame with drawn rows, exactly and in any order; doubles to 9 decimals."""
    columns = {column.name: column for column in (table.columns if isinstance(table, Table) else table)}
    header, _ = cells(text)
    wanted = draw([columns[name] for name in header], text)
    assert_df_equality(
        _settled(found.select(*header)),
        _settled(wanted),
        ignore_row_order=True,
        ignore_nullable=True,
        ignore_metadata=True,
    )


def _settled(frame: DataFrame) -> DataFrame:
    """Round doubles and make maps sortable, so that frames can be put in order and compared; one task is enough for that."""
    out = []
    for field in frame.schema:
        column = F.col(field.name)
        if isinstance(field.dataType, DoubleType):
            column = F.round(column, 9)
        if isinstance(field.dataType, MapType):
            column = F.array_sort(F.map_entries(column))
        out.append(column.alias(field.name))
    return frame.select(*out).coalesce(1)


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
