"""Every source of conf/sources, drawn: raw lines beside what they become.

A drawing is ``sources/<name>.txt``: some prose, then sections, each under a line ``# name``.

- ``# raw``: the lines of the file, with the header of a CSV; Parquet rows are drawn as JSON lines.
- ``# lookup <source>``: raw lines of a source whose records stand beside the rows.
- ``# refused in bronze``: lines that cannot be read, where there are some.
- ``# silver.<table>``, for each table that the source feeds: every other line once for each mapping, with its ``reasons``.

``line`` is the number of the raw line, header not counted; equal lines share the number of the first. ``same_key_count`` says
how many sound rows of the table have a key: all but one of them are duplicates.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from learnlake import ingest
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.raw import found, records
from learnlake.lake.rules import is_rejected, is_sound
from learnlake.lake.sources import Platforms, Source, Sources
from learnlake.lake.stage import Arrivals, Stage
from learnlake.lake.table import Table
from learnlake.runner.inputs import Inputs
from learnlake.settings import Conf
from tests.conftest import ROOT
from tests.drawing import cells, draw, expect, sections

KEY = b"a key that is long enough"
DRAWINGS = {path.stem: path for path in sorted((Path(__file__).parent / "sources").glob("*.txt"))}
STEPS = {step.writes.full_name: step for step in ingest.STAGES if isinstance(step.reads[0], Arrivals)}
REFUSED = "refused in bronze"
PASSED = ("[]", "['not_applicable']")
LINE = Named("line", c.INTEGER, "number of the raw line, header not counted")
SAME_KEY_COUNT = Named("same_key_count", c.LONG, "sound rows of the table with this key")


@dataclass(frozen=True)
class Bronze:
    """Bronze tables in place of a lake: all that they hold has just arrived, and what is not drawn is empty."""

    frames: Mapping[str, DataFrame]

    def read(self, table: Table) -> DataFrame:
        return self.frames[table.name] if table.name in self.frames else draw(table, c.FILE.name)

    def changes(self, table: Table, since: int | None) -> DataFrame:
        assert since is None, "nothing has arrived before"
        return self.read(table)


def raw_lines(source: Source, text: str) -> tuple[list[str], list[str]]:
    """Part drawn lines into the header, where the source has one, and the records."""
    lines = text.splitlines()
    has_header = 1 if source.read.options.get("header") else 0
    return lines[:has_header], lines[has_header:]


def write(source: Source, text: str, folder: Path) -> None:
    """Write each drawn line as a file of its own in the source's format; equal lines share a file, as real repeats do."""
    folder.mkdir()
    header, lines = raw_lines(source, text)
    suffix = "".join(Path(source.read.path).suffixes) or f".{source.read.format}"
    for line, count in Counter(lines).items():
        path = folder / f"{lines.index(line) + 1}{suffix}"
        body = "".join(f"{one}\n" for one in [*header, *[line] * count]).encode()
        if source.read.format == "parquet":
            schema = to_arrow_schema(source.raw_schema)
            pq.write_table(pa.Table.from_pylist([json.loads(line)] * count, schema=schema), path)
        else:
            path.write_bytes(gzip.compress(body) if suffix.endswith(".gz") else body)


def read(spark: SparkSession, source: Source, text: str, folder: Path) -> DataFrame:
    """Read drawn lines as bronze does, with ``reasons``; they are held, for several tables are made of them."""
    write(source, text, folder)
    here = source.model_copy(update={"read": source.read.model_copy(update={"path": str(folder)})})
    return records(spark, here, found(spark, here), KEY).localCheckpoint()


def mapped(source: Source, step: Stage, conf: Conf, bronze: Bronze) -> DataFrame:
    """Hand the bronze rows to a stage as the runner does, lookups included, and tell the lines and keys apart."""
    files = conf.of(Sources).files
    near = {source.source, *(lookup.source for lookup in source.lookups.values())}
    near |= {lookup.source for name in near for lookup in files[name].lookups.values()}
    around = conf.replace(Sources(files={name: files[name] for name in near}))
    arrivals = {source.source: Inputs(cast(Any, bronze), cast(Any, None), around).arrived(source, None)}
    rows = step(arrivals, sources=Sources(files={source.source: source}), platforms=conf.of(Platforms))
    same_key = F.count_if(is_sound()).over(Window.partitionBy(*(column.name for column in step.writes.key)))
    return numbered(rows, c.SOURCE_FILE).withColumn(SAME_KEY_COUNT.name, F.when(is_sound(), same_key))


def numbered(rows: DataFrame, file: Named) -> DataFrame:
    return rows.withColumn(LINE.name, F.regexp_extract(file.name, r"^(\d+)\.", 1).cast("int"))


def drawn_lines(text: str) -> Counter[int]:
    header, rows = cells(text)
    return Counter(int(row[header.index(LINE.name)]) for row in rows)


def test_every_source_has_its_drawing() -> None:
    assert set(DRAWINGS) == {path.stem for path in (ROOT / "conf" / "sources").glob("*.yml")}


@pytest.mark.parametrize("name", DRAWINGS)
def test_raw_lines_become_what_is_drawn_beside_them(
    spark: SparkSession, shipped: Conf, tmp_path: Path, name: str
) -> None:
    drawn, files = sections(DRAWINGS[name]), shipped.of(Sources).files
    raw = {name: "raw", **{lookup.source: f"lookup {lookup.source}" for lookup in files[name].lookups.values()}}
    frames = {other: read(spark, files[other], drawn[title], tmp_path / other) for other, title in raw.items()}
    refused = numbered(frames[name].where(is_rejected()), c.FILE)
    expect(refused, (LINE, c.REASONS), drawn.get(REFUSED, "line | reasons"))
    bronze = Bronze({other: rows.where(is_sound()).drop(c.REASONS.name) for other, rows in frames.items()})
    for table in sorted(set(drawn) & set(STEPS)):
        found_rows = mapped(files[name], STEPS[table], shipped, bronze)
        expect(found_rows, (*STEPS[table].writes.columns, c.REASONS, LINE, SAME_KEY_COUNT), drawn[table])


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_tells_the_fate_of_every_raw_line_and_one_of_them_is_rejected(shipped: Conf, name: str) -> None:
    drawn, source = sections(DRAWINGS[name]), shipped.of(Sources).files[name]
    targets = Counter(mapping.table.full_name for mapping in source.mappings)
    lookups = {f"lookup {lookup.source}" for lookup in source.lookups.values()}
    assert set(drawn) - {REFUSED} == {"raw", *lookups, *targets}
    _, lines = raw_lines(source, drawn["raw"])
    every = Counter(lines.index(line) + 1 for line in lines)
    readable = every - drawn_lines(drawn.get(REFUSED, "line"))
    for table, mappings in targets.items():
        assert drawn_lines(drawn[table]) == Counter({line: count * mappings for line, count in readable.items()})
    fates = [cells(drawn[title]) for title in (*targets, REFUSED) if title in drawn]
    assert {row[header.index(c.REASONS.name)] for header, rows in fates for row in rows} - set(PASSED)
