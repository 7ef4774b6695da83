"""How a raw row becomes a canonical one: a source's expressions, evaluated, typed, put in UTC, and flagged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import or_

from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StringType, TimestampNTZType, TimestampType

from learnlake.errors import ConfError
from learnlake.lake import columns as c
from learnlake.lake import sources as src
from learnlake.lake.rules import Rule, flag
from learnlake.lake.sources import Platform, Platforms, Source, Sources
from learnlake.lake.table import Table

HEX_DIGITS = 32
SEPARATOR = "\x1f"
HAS_ZONE = r"(Z|z|[+-]\d{2}:?\d{2})$"
Finish = Callable[[DataFrame, str], DataFrame]


def identifier(*parts: Column) -> Column:
    """Return the first 128 bits, in hex, of the SHA-256 of some strings; null if one of them is."""
    whole = F.substring(F.sha2(F.concat_ws(SEPARATOR, *parts), 256), 1, HEX_DIGITS)
    return F.when(reduce(or_, (part.isNull() for part in parts)), F.lit(None)).otherwise(whole)


def arrived(
    arrivals: Mapping[str, DataFrame],
    table: Table,
    rules: Mapping[str, Rule],
    conf: tuple[Sources, Platforms],
    finish: Finish,
) -> DataFrame:
    """Turn the new bronze rows of all sources into flagged rows of one silver table.

    Args:
        arrivals: source name -> its new bronze rows; a source that is not there is left out.
        table: the silver table.
        rules: the table's quality rules.
        conf: sources and platforms.
        finish: adds what only this table has, given the platform's time zone.

    Returns:
        The table's columns, ``reasons`` and ``row`` (the bronze row as JSON where it is refused). Each bronze row stands
        there once for each mapping of its source into the table.
    """
    sources, platforms = conf
    frames = []
    for source in (source for source in sources.into(table) if source.source in arrivals):
        platform = platforms.files[source.platform]
        zone = platform.timezone
        for mapping in (m for m in source.mappings if m.table is table):
            shaped = finish(_mapped(arrivals[source.source], source, mapping, zone), zone)
            dated = shaped.withColumn(c.VISIBLE_FROM.name, _visible_from(source, platform, mapping.table))
            flagged = flag(dated, rules, F.col("_is_applicable"))
            frames.append(flagged.select(*(k.name for k in table.columns), c.REASONS.name, _refused_row(source)))
    whole = frames[0]
    for frame in frames[1:]:
        whole = whole.unionByName(frame)
    return whole


def _visible_from(source: Source, platform: Platform, table: Table) -> Column:
    """Return the day that a row belongs to; of a live source the first one that was not closed yet when the row came, if later."""
    moment = c.OCCURRED_AT if c.OCCURRED_AT in table.columns else c.KNOWN_FROM
    own = F.to_date(F.from_utc_timestamp(moment.name, platform.timezone))
    if source.arrives == "bulk":
        return own
    before = F.col(c.RECEIVED_AT.name) - F.make_dt_interval(mins=F.lit(platform.closes_after_minutes))
    return F.greatest(own, F.to_date(F.from_utc_timestamp(before, platform.timezone)))


def _refused_row(source: Source) -> Column:
    as_json = F.to_json(F.struct(*(F.col(f"_raw.{name}").alias(name) for name in source.raw_schema.fieldNames())))
    return F.when(F.size(c.REASONS.name) > 0, as_json).alias(c.ROW.name)


def _mapped(raw: DataFrame, source: Source, mapping: src.Mapping, zone: str) -> DataFrame:
    """Evaluate one mapping; every column of its table that it does not fill is null."""
    derived = raw
    try:
        for name, text in source.derive.items():
            derived = derived.withColumn(name, F.expr(text))
        values = derived.select(
            F.struct(*(F.col(name) for name in source.raw_schema.fieldNames())).alias("_raw"),
            *(F.col(name) for name in (c.FILE.name, c.POSITION.name, c.RECEIVED.name)),
            F.expr(mapping.where or "true").alias("_is_applicable"),
            *(F.expr(text).alias(f"_v_{name}") for name, text in mapping.columns.items()),
            *_keys(source, mapping),
        )
    except AnalysisException as error:
        first = str(error).splitlines()[0]
        raise ConfError(f"conf/sources/{source.source}.yml: mapping {mapping.name}: {first}") from None
    return values.select("_raw", "_is_applicable", *_typed(values, source, mapping, zone))


def _keys(source: Source, mapping: src.Mapping) -> list[Column]:
    """Make event_id and the two account_ids from what the mapping says makes them; an unknown part makes the whole unknown."""
    out = []
    if mapping.table.columns[0] is c.EVENT_ID:
        own = (
            (F.col(c.FILE.name), F.col(c.POSITION.name))
            if mapping.event_key == "copies"
            else tuple(F.expr(k).cast("string") for k in mapping.event_key or ())
        )
        out.append(identifier(F.lit(source.source), F.lit(mapping.name), *own).alias(c.EVENT_ID.name))
    for column, key in ((c.ACCOUNT_ID, mapping.account_key), (c.TO_ACCOUNT_ID, mapping.to_key)):
        if key:
            out.append(identifier(F.lit(source.platform), F.expr(key).cast("string")).alias(column.name))
    return out


def _typed(values: DataFrame, source: Source, mapping: src.Mapping, zone: str) -> list[Column]:
    made = {
        c.PLATFORM.name: F.lit(source.platform),
        c.SOURCE.name: F.lit(source.source),
        c.MAPPING.name: F.lit(mapping.name),
        c.SOURCE_FILE.name: F.col(c.FILE.name),
        c.SOURCE_POSITION.name: F.col(c.POSITION.name),
        c.RECEIVED_AT.name: F.col(c.RECEIVED.name),
    }
    types = {field.name: field.dataType for field in values.schema}
    out, is_misfit = [], F.lit(False)
    for column in mapping.table.columns:
        raw = f"_v_{column.name}"
        if raw in types:
            fitted = _fitted(F.col(raw), types[raw], column.dtype, zone)
            is_misfit = is_misfit | (F.col(raw).isNotNull() & fitted.isNull())
            out.append(fitted.alias(column.name))
        elif column.name in types:
            out.append(F.col(column.name))
        else:
            out.append(made.get(column.name, F.lit(None)).cast(column.dtype).alias(column.name))
    return [*out, is_misfit.alias("_is_misfit")]


def _fitted(value: Column, found: DataType, promised: DataType, zone: str) -> Column:
    """Bring a value to its promised type; local times become UTC, a value that does not fit becomes null."""
    if isinstance(promised, TimestampType):
        return _instant(value, found, zone)
    return value if found.simpleString() == promised.simpleString() else value.try_cast(promised)


def _instant(value: Column, found: DataType, zone: str) -> Column:
    """TIMESTAMP is an instant; TIMESTAMP_NTZ, dates and texts without a zone are in the platform's zone."""
    if isinstance(found, TimestampType):
        return value
    local = F.to_utc_timestamp(value.try_cast(TimestampNTZType()).cast("timestamp"), zone)
    if isinstance(found, StringType):
        return F.when(F.rlike(F.trim(value), F.lit(HAS_ZONE)), F.trim(value).try_cast("timestamp")).otherwise(local)
    return local


def unfinished(mapped: DataFrame, zone: str) -> DataFrame:  # noqa: ARG001  # the shape of a Finish
    """Leave mapped rows as they are, for tables with nothing of their own to add."""
    return mapped
