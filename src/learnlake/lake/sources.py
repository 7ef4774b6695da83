"""A source is a YAML file: how to read its raw files, and how its rows become canonical ones."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator
from pyspark.sql.types import ArrayType, DataType, MapType, StringType, StructType

from learnlake.errors import ConfError, near_match
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.ddl import schema_of
from learnlake.lake.expressions import names_in, refuse_unfit
from learnlake.lake.table import Layer, Refresh, Table
from learnlake.lake.tables import silver
from learnlake.settings import Section, Settings

TARGETS: dict[str, Table] = {
    "events": silver.EVENTS,
    "accounts": silver.ACCOUNTS,
    "items": silver.ITEMS,
    "consents": silver.CONSENTS,
}
MADE_BY_US = {
    column.name
    for column in (
        *silver.PROVENANCE,
        c.PLATFORM,
        c.EVENT_ID,
        c.EVENT_DATE,
        c.LOCAL_HOUR,
        c.ACCOUNT_ID,
        c.TO_ACCOUNT_ID,
    )
}
KEYS = ("where", "event_key", "account_key", "to_key")
NEEDED = {
    "events": ("event_key", "account_key", "event_type", "occurred_at"),
    "accounts": ("account_key", "known_from"),
    "items": ("item_id", "known_from"),
    "consents": ("account_key", "purpose", "channel", "is_granted", "basis", "known_from"),
}


PlatformKind = Literal["education", "community", "consulting", "shop"]


class Platform(Settings):
    """One platform: what kind it is, and the zone and money it lives in.

    ``closes_after``, such as `2h` or `90m`, is how long after its end a day still takes what sources that arrive live say of it;
    the nightly run must not begin earlier. ``began_on`` is the first day that counts for the age of the lake's history; else it is
    that of the first event of the platform that the lake ever knew.
    An example is live only where ``lake.platforms`` names it; any other platform where that names none.
    """

    kind: PlatformKind
    is_example: bool = False
    timezone: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    began_on: date | None = None
    closes_after: str = Field(default="0h", pattern=r"^\d{1,3}[hm]$")

    @property
    def closes_after_minutes(self) -> int:
        """Minutes from the end of a day to its closing."""
        return int(self.closes_after[:-1]) * (60 if self.closes_after.endswith("h") else 1)


class Platforms(Section):
    """conf/platforms: one file a platform."""

    where: ClassVar[str] = "platforms/"
    files: dict[str, Platform]


class Read(Settings):
    """How Spark reads the raw files."""

    format: Literal["csv", "json", "parquet"]
    path: str
    options: dict[str, str | bool | int] = {}
    schema_: str = Field(alias="schema")

    @field_validator("schema_")
    @classmethod
    def _is_ddl(cls, ddl: str) -> str:
        schema_of(ddl)
        return ddl


class Lookup(Settings):
    """Another source whose record with equal columns stands beside a row, as a struct under the lookup's name."""

    source: str
    equal: tuple[str, ...] = Field(min_length=1)


class Mapping(Settings):
    """How one raw row becomes one canonical row: an expression for each column.

    ``account_key`` is the platform's own key of the account that did it, ``to_key`` that of the account at which it was directed.
    """

    target: str
    name: str
    where: str | None = None
    event_key: tuple[str, ...] | Literal["copies"] | None = None
    account_key: str | None = None
    to_key: str | None = None
    columns: dict[str, str]

    @property
    def table(self) -> Table:
        """The silver table it feeds."""
        return TARGETS[self.target]

    @property
    def expressions(self) -> dict[str, str]:
        """Every expression by the key it stands under."""
        keys = (
            {}
            if self.event_key in (None, "copies")
            else {f"event_key.{n}": key for n, key in enumerate(self.event_key or ())}
        )
        rest = {"where": self.where, "account_key": self.account_key, "to_key": self.to_key}
        return {**keys, **{key: text for key, text in rest.items() if text is not None}, **self.columns}


class Source(Settings):
    """One source file.

    Of a source that ``arrives`` in bulk, the history, each row belongs to its own day, however late it comes. Of one that arrives
    live, night by night, a late row is seen from the day of its arrival on, and leaves closed days as they are.
    """

    source: str = Field(pattern="^[a-z][a-z0-9_]*$")
    platform: str
    arrives: Literal["bulk", "live"] = "bulk"
    read: Read
    personal: tuple[str, ...] = ()
    free_text: tuple[str, ...] = ()
    received_at: str | None = None
    lookups: dict[str, Lookup] = {}
    derive: dict[str, str] = {}
    mappings: tuple[Mapping, ...]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, values: dict[str, object]) -> dict[str, object]:
        """Turn the four lists of the file into one list of mappings."""
        rest = {key: value for key, value in values.items() if key not in TARGETS}
        mappings = []
        for target in TARGETS:
            entries = values.get(target) or []
            if not isinstance(entries, list):
                raise ValueError(f"`{target}` must be a list of mappings")
            for number, entry in enumerate(entries, 1):
                mappings.append(_mapping(target, number, len(entries), entry))
        if not mappings:
            raise ValueError(f"it maps into nothing; give at least one of {', '.join(TARGETS)}")
        return {**rest, "mappings": mappings}

    @model_validator(mode="after")
    def _fits_together(self) -> Source:
        raw = schema_of(self.read.schema_)
        for key in (*self.personal, *self.free_text):
            if key not in raw.fieldNames():
                raise ValueError(
                    f"personal or free_text names `{key}`, which read.schema lacks; {near_match(key, raw.fieldNames())}"
                )
        for key in self.personal:
            if isinstance(raw[key].dataType, ArrayType | MapType | StructType):
                raise ValueError(
                    f"personal names `{key}`, which is a {raw[key].dataType.typeName()}; only plain values can be hashed"
                )
        known = set(raw.fieldNames()) | {c.FILE.name, c.RECEIVED.name}
        if self.arrives == "live" and not self.received_at:
            raise ValueError(
                "`arrives: live` needs `received_at`, an expression for the moment at which a record came: the time of a file does not survive a copy"
            )
        if self.received_at:
            refuse_unfit(self.received_at, known - {c.RECEIVED.name}, "received_at")
        for name, lookup in self.lookups.items():
            for key in (key for key in lookup.equal if key not in raw.fieldNames()):
                raise ValueError(
                    f"lookups.{name} joins on `{key}`, which read.schema lacks; {near_match(key, raw.fieldNames())}"
                )
            known.add(name)
        for name, expression in self.derive.items():
            refuse_unfit(expression, known, f"derive.{name}")
            known.add(name)
        for mapping in self.mappings:
            for key, expression in mapping.expressions.items():
                refuse_unfit(expression, known, f"{mapping.name}.{key}")
            self._refuse_raw_account(mapping)
        return self

    def _refuse_raw_account(self, mapping: Mapping) -> None:
        """No raw identifier may become an account: every column behind account_key, to_key and link_key must be hashed."""
        for key in ("account_key", "to_key", "link_key"):
            expression = mapping.expressions.get(key)
            for column in sorted(self._behind(expression) - set(self.personal)) if expression else ():
                raise ValueError(
                    f"{mapping.name}.{key} uses `{column}`, which is not listed under `personal`; list it, so that it is hashed"
                )

    def _behind(self, expression: str) -> set[str]:
        used = names_in(expression)
        return {raw for name in used for raw in (self._behind(self.derive[name]) if name in self.derive else {name})}

    @property
    def bronze(self) -> Table:
        """The bronze table of its raw records."""
        return Table(
            layer=Layer.BRONZE,
            name=self.source,
            grain=f"one raw record of {self.source} as it arrived, personal columns hashed",
            columns=(*self._raw_columns(), c.FILE, c.POSITION, c.RECEIVED),
            key=(),
            refresh=Refresh.append(),
            tracks_changes=True,
            warns=("equal records of one file share their _position",),
        )

    def _raw_columns(self) -> tuple[Named, ...]:
        def named(name: str, dtype: DataType) -> Named:
            if name in self.personal:
                return Named(name, StringType(), "keyed hash of the raw value")
            return Named(name, dtype, "as it arrived" + (", personal data masked" if name in self.free_text else ""))

        return tuple(named(field.name, field.dataType) for field in self.raw_schema.fields)

    @property
    def raw_schema(self) -> StructType:
        """The columns of the raw files."""
        return schema_of(self.read.schema_)

    def fingerprint(self) -> str:
        """Hash of all that decides what its rows become."""
        return hashlib.sha256(self.model_dump_json(exclude={"read": {"path"}}).encode()).hexdigest()[:16]


class Sources(Section):
    """conf/sources: one file a source."""

    where: ClassVar[str] = "sources/"
    files: dict[str, Source]

    def into(self, target: Table) -> tuple[Source, ...]:
        """Return the sources with a mapping into a table, by name."""
        return tuple(s for _, s in sorted(self.files.items()) if any(m.table is target for m in s.mappings))


def _mapping(target: str, number: int, count: int, entry: object) -> dict[str, object]:
    if not isinstance(entry, dict):
        raise ValueError(f"`{target}` entry {number} must hold keys and expressions")
    name = target if count == 1 else f"{target}-{number}"
    special = {key: entry[key] for key in KEYS if key in entry}
    columns = {key: str(text) for key, text in entry.items() if key not in special}
    fillable = {column.name for column in TARGETS[target].columns} - MADE_BY_US
    for key in columns:
        if key not in fillable:
            raise ValueError(
                f"{name} fills `{key}`, which {TARGETS[target].full_name} lacks; {near_match(key, fillable)}"
            )
    if "account_key" in special and target == "items":
        raise ValueError("items have no `account_key`; leave it out")
    if "to_key" in special and target != "events":
        raise ValueError(f"{name} has a `to_key`, but only events are directed at somebody; leave it out")
    for key in NEEDED[target]:
        if key not in entry:
            raise ValueError(f"{name} lacks `{key}`; every mapping into {target} needs it")
    return {"target": target, "name": name, **special, "columns": columns}


def checked(sources: Sources, platforms: Platforms, live: tuple[str, ...], folder: str) -> Sources:
    """Keep the sources of the live platforms: those that are named, or where none is, all but the examples.

    Raises:
        ConfError: for a source whose file name differs, whose platform is not declared, or whose event columns clash.
    """
    for name, source in sources.files.items():
        if source.source != name:
            raise ConfError(
                f"{folder}/sources/{name}.yml: `source: {source.source}` differs from the file's name; make them equal."
            )
        if source.platform not in platforms.files:
            raise ConfError(
                f"{folder}/sources/{name}.yml: unknown platform `{source.platform}`; {near_match(source.platform, platforms.files)}"
            )
    for name in live:
        if name not in platforms.files:
            raise ConfError(
                f"{folder}/base.yml: key `lake.platforms`: unknown platform `{name}`; {near_match(name, platforms.files)}"
            )
    is_live = {name: name in live if live else not platform.is_example for name, platform in platforms.files.items()}
    chosen = {name: source for name, source in sources.files.items() if is_live[source.platform]}
    for name, source in chosen.items():
        for alias, lookup in source.lookups.items():
            if lookup.source not in chosen:
                raise ConfError(
                    f"{folder}/sources/{name}.yml: lookups.{alias} names `{lookup.source}`, no source of a live platform; {near_match(lookup.source, chosen)}"
                )
    return Sources.model_construct(files=chosen)
