"""Raw files: found, read as their source says, and made harmless before anything is stored."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, SparkSession, Window
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from learnlake.errors import LearnlakeError
from learnlake.lake import columns as c
from learnlake.lake.key import keyed_hash, masked
from learnlake.lake.sources import Source
from learnlake.settings import NAME

CORRUPT = "_corrupt"
MALFORMED = "line_is_malformed"
UNKNOWN_SHAPE = "line_has_no_known_column"
NOT_RECEIVED = "received_at_cannot_be_read"
FILE = re.compile("^file:/+")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
GLOB = re.compile(r"[\\*?\[\]{}]")


@dataclass(frozen=True)
class RawFile:
    """One raw file.

    Attributes:
        path: where it is.
        name: its path below the source's root, in plain letters.
        uri: where it is, as Spark writes it, with blanks and signs as %20 and the like.
        modified_at: when it was last changed, UTC.
        size: in bytes.
    """

    path: str
    name: str
    uri: str
    modified_at: datetime
    size: int

    @property
    def spellings(self) -> frozenset[str]:
        """The name, and what it may be called in a lake that was begun when names were not yet told in plain letters."""
        depth = self.name.count("/") + 1
        return frozenset({self.name, "/".join(self.uri.split("/")[-depth:]), self.uri})


def found(spark: SparkSession, source: Source) -> tuple[RawFile, ...]:
    """List the raw files of a source, sorted by name.

    Raises:
        LearnlakeError: if its path names an unset variable, nothing is there, or a name cannot be read.
    """
    path = source.read.path
    unset = NAME.findall(path)
    if unset:
        raise LearnlakeError(
            f"conf/sources/{source.source}.yml: `read.path` needs ${{{unset[0]}}}, which is not set; set it in the environment."
        )
    root, pattern = _split(path)
    listing = spark.read.format("binaryFile").option("recursiveFileLookup", value=True)
    try:
        changed = F.unix_micros("modificationTime")
        listed = listing.load(pattern).select(
            "path", _name(F.col("_metadata.file_path"), root), "_metadata.file_path", changed, "length"
        )
        rows = listed.collect()  # one row a file: bounded by the folder
    except AnalysisException:
        raise LearnlakeError(
            f"conf/sources/{source.source}.yml: there is no file at {path}; put it there or mend `read.path`."
        ) from None
    files = [RawFile(path, name, uri, _at(micros), size) for path, name, uri, micros, size in rows]
    for file in files:
        if file.path.startswith("file:/") and ":" in file.name:
            raise LearnlakeError(
                f"{source.source}: Spark reads no file with a colon in its name, `{file.name}`; rename it."
            )
    return tuple(sorted((file for file in files if not file.name.startswith((".", "_"))), key=lambda file: file.name))


def _at(micros: int) -> datetime:
    """Return a moment in UTC, without saying so, whatever the zone of this machine."""
    return datetime.fromtimestamp(0, UTC).replace(tzinfo=None) + timedelta(microseconds=micros)


def literal(path: str) -> str:
    """Write a path so that Spark takes each sign of it as it stands: none of them is a pattern of names."""
    return GLOB.sub(r"\\\g<0>", path)


@contextmanager
def _looked_into(path: str) -> Iterator[str]:
    """Give a path by which the columns of a file are told: records over several lines are looked at by Hadoop, which knows no escape."""
    plain = FILE.sub("/", path)
    if not GLOB.search(plain) or SCHEME.match(plain):
        yield plain
        return
    with tempfile.TemporaryDirectory() as folder:
        link = Path(folder) / f"file{Path(plain).suffix}"  # .gz is told by the ending
        link.symlink_to(Path(plain).resolve())
        yield str(link)


def flat_table(spark: SparkSession, file: Path) -> DataFrame:
    """Read a table of a person's own: parquet, or CSV with a header, whose types are told from the values.

    Raises:
        LearnlakeError: if it cannot be read as either.
    """
    try:
        if file.suffix == ".parquet" or file.is_dir():
            return spark.read.parquet(literal(str(file)))
        options = {"header": "true", "escape": '"', "multiLine": "true"}
        with _looked_into(str(file)) as path:
            types = spark.read.options(**options, inferSchema="true").csv(path).schema
        return spark.read.options(**options).schema(types).csv(literal(str(file)))
    except AnalysisException as error:
        raise LearnlakeError(
            f"{file}: neither CSV with a header nor parquet ({str(error).splitlines()[0][:200]}); mend it."
        ) from None


def _split(path: str) -> tuple[str, str]:
    """Return the folder below which names are told, for a single file its own, and what Spark is to look for.

    What is there as it stands is meant as it stands, whatever signs its name has; what follows may be a pattern.
    """
    plain = FILE.sub("/", path)
    if SCHEME.match(plain):
        there, wanted = (GLOB.split(plain)[0].rsplit("/", 1)[0] if GLOB.search(plain) else plain), plain
    else:
        plain = os.path.abspath(plain)  # noqa: PTH100  # a link stays a link, as in what Spark lists
        there = next(str(place) for place in (Path(plain), *Path(plain).parents) if place.exists())
        wanted = literal(there) + plain[len(there) :]
    is_file = Path(there).is_file() or Path(there).suffix
    return there.rsplit("/", 1)[0] if is_file else there, wanted


def _name(uri: Column, root: str) -> Column:
    """Return the path of a file below the root in plain letters; a ``+`` in a URI is a plus and no blank."""
    plain = F.coalesce(F.try_url_decode(F.replace(uri, F.lit("+"), F.lit("%2B"))), uri)
    below = F.substr(plain, F.instr(plain, F.lit(root)) + F.lit(len(root)))
    return F.regexp_replace(F.when(F.contains(plain, F.lit(root)), below).otherwise(plain), "^/+", "")


def records(spark: SparkSession, source: Source, files: tuple[RawFile, ...], key: bytes) -> DataFrame:
    """Read files into the shape of the source's bronze table, with ``reasons`` for what cannot be used.

    Personal columns are keyed hashes and free text is masked in what is returned; the text of a malformed line is replaced
    by its keyed hash, since it could hold anything.

    Raises:
        LearnlakeError: if a file has other columns than the source says.
    """
    _refuse_other_columns(spark, source, files)
    raw = _read(spark, source, files)
    shaped = raw.withColumn(c.FILE.name, _name(F.col("_file_path"), _split(source.read.path)[0]))
    hashed = keyed_hash(key)
    harmless = shaped.select(
        *(_harmless(source, field, hashed) for field in source.raw_schema),
        c.FILE.name,
        "_modified_at",
        hashed(F.col(CORRUPT)).alias(CORRUPT),
    )
    content = F.to_json(F.struct(*source.raw_schema.fieldNames()))
    position = F.coalesce(F.col(CORRUPT), F.substring(F.sha2(content, 256), 1, 32))
    stated = F.expr(source.received_at) if source.received_at else F.lit(None)
    received = stated if source.arrives == "live" else F.coalesce(stated, F.col("_modified_at"))
    placed = harmless.withColumn(c.POSITION.name, position)
    return _numbered(placed, source).select(
        *source.raw_schema.fieldNames(),
        c.FILE.name,
        c.POSITION.name,
        received.cast("timestamp").alias(c.RECEIVED.name),
        _reasons(source, received).alias(c.REASONS.name),
    )


def _numbered(placed: DataFrame, source: Source) -> DataFrame:
    """Number equal records of one file where a mapping says that they are real repeats; elsewhere they share their place."""
    if not any(mapping.event_key == "copies" for mapping in source.mappings):
        return placed
    copy = F.row_number().over(Window.partitionBy(c.FILE.name, c.POSITION.name).orderBy("_modified_at"))
    return placed.withColumn(c.POSITION.name, F.concat_ws("#", c.POSITION.name, copy.cast("string")))


def _harmless(source: Source, field: StructField, hashed: object) -> Column:
    if field.name in source.personal:
        plain = F.trim(F.col(field.name).cast("string"))
        is_address = F.contains(plain, F.lit("@"))  # Ann@ and ann@ are one
        spelled = F.when(is_address, F.lower(plain)).otherwise(plain)
        return hashed(spelled).alias(field.name)  # type: ignore[operator, no-any-return]  # a column function
    if field.name in source.free_text:
        return masked(F.col(field.name)).alias(field.name)
    return F.col(field.name)


def _reasons(source: Source, received: Column) -> Column:
    is_empty = F.coalesce(*(F.col(name).cast("string") for name in source.raw_schema.fieldNames())).isNull()
    return F.array_compact(
        F.array(
            F.when(F.col(CORRUPT).isNotNull(), F.lit(MALFORMED)),
            F.when(F.col(CORRUPT).isNull() & is_empty, F.lit(UNKNOWN_SHAPE)),
            F.when(F.col(CORRUPT).isNull() & ~is_empty & received.isNull(), F.lit(NOT_RECEIVED)),
        )
    )


def _read(spark: SparkSession, source: Source, files: tuple[RawFile, ...]) -> DataFrame:
    paths = [literal(file.path) for file in files]
    options = {
        key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in source.read.options.items()
    }
    reader = spark.read.format(source.read.format).options(**options)
    meta = ("_metadata.file_path AS _file_path", "_metadata.file_modification_time AS _modified_at")
    if source.read.format == "parquet":
        stated = reader.load(paths).selectExpr("*", *meta)
        casts = {field.name: F.col(field.name).try_cast(field.dataType) for field in source.raw_schema}
        lost = [F.col(name).isNotNull() & cast.isNull() for name, cast in casts.items()]
        corrupt = F.when(F.greatest(F.lit(False), *lost), F.to_json(F.struct(*casts)))  # a value of another type
        return stated.select(
            *(cast.alias(name) for name, cast in casts.items()), "_file_path", "_modified_at", corrupt.alias(CORRUPT)
        )
    schema = StructType([*source.raw_schema.fields, StructField(CORRUPT, StringType())])
    if source.read.format == "csv":
        reader = reader.option("enforceSchema", value=True)
    loaded = (
        reader.schema(schema)
        .option("mode", "PERMISSIVE")
        .option("columnNameOfCorruptRecord", CORRUPT)
        .load(paths)
        .selectExpr("*", *meta)
    )
    is_packed = all(path.endswith(".gz") for path in paths) and len(paths) < spark_tasks(spark)
    return loaded.repartition(spark_tasks(spark)) if is_packed else loaded  # one task reads a .gz; several work on it


def spark_tasks(spark: SparkSession) -> int:
    """Return how many tasks a small shuffle is cut into."""
    return int(spark.conf.get("spark.sql.shuffle.partitions", "2") or 2)


def _refuse_other_columns(spark: SparkSession, source: Source, files: tuple[RawFile, ...]) -> None:
    """Compare the header of each CSV file, or the schema of each Parquet file, with what the source says."""
    promised = source.raw_schema.fieldNames()
    has_header = str(source.read.options.get("header", "false")).lower() == "true"
    if source.read.format == "json" or (source.read.format == "csv" and not has_header):
        return
    for file in files:
        reader = spark.read.format(source.read.format).options(**{k: str(v) for k, v in source.read.options.items()})
        try:
            with _looked_into(file.path) as path:
                held = reader.load(path).columns
        except AnalysisException:
            held = []  # an empty file has no header and no rows
        is_other = held and (held != promised if source.read.format == "csv" else not set(promised) <= set(held))
        if is_other:
            raise LearnlakeError(
                f"{source.source}: file {file.name} has the columns {', '.join(held)}, but conf/sources/{source.source}.yml promises "
                f"{', '.join(promised)}; mend `read.schema` or give the file a source of its own."
            )


def as_json(frame: DataFrame) -> DataFrame:
    """Turn each row into a line of JSON."""
    return frame.select(F.to_json(F.struct("*")).alias("value"))


def write_lines(lines: DataFrame, header: str | None, folder: Path, suffix: str) -> None:
    """Write raw log lines as ``folder/part-0000n.suffix``, each file beginning with the header.

    Args:
        lines: one STRING column ``value``; each partition becomes one file.
        header: first line of each file.
        folder: a folder on this machine.
        suffix: ending of the files.
    """
    lines.write.mode("overwrite").text(folder.as_posix())
    parts = sorted(folder.glob("part-*"))
    for number, part in enumerate(parts):
        target = folder / f"part-{number:05d}.{suffix}"
        if header is None:
            part.rename(target)
            continue
        with part.open("rb") as body, target.open("wb") as out:
            out.write(header.encode() + b"\n")
            while block := body.read(1 << 20):
                out.write(block)
        part.unlink()
    for leftover in (*folder.glob("_SUCCESS"), *folder.glob(".*.crc")):
        leftover.unlink()
