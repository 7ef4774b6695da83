"""What the live sources can give, told from their mappings before any data are read, and what of conf applies to that."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import sqlglot
from sqlglot import exp

from learnlake.lake.sources import PlatformKind, Platforms, Source, Sources
from learnlake.lake.spark_sql import DIALECT
from learnlake.settings import Conf, Section, Settings

UNKNOWN = "unknown"
"""The kind of items of which no source says what they are: known from events alone, or listed without a kind."""
Values = frozenset[str] | None
"""Values that a column can hold; None = any."""


@dataclass(frozen=True)
class Offer:
    """What the sources of one platform can give.

    Attributes:
        kind: of the platform.
        event_types: types of events that can come.
        item_kinds: kinds of items that can be listed, ``unknown`` where no source says any.
        columns: columns of silver that a mapping fills, such as ``accounts.language``.
    """

    kind: str
    event_types: Values
    item_kinds: Values
    columns: frozenset[str]

    @classmethod
    def of(cls, kind: str, sources: Iterable[Source]) -> Offer:
        """Look at the mappings of a platform's sources."""
        mapped = [(mapping, source) for source in sources for mapping in source.mappings]

        def held(target: str, column: str) -> Values:
            own = [(m.columns[column], s.derive) for m, s in mapped if m.target == target and column in m.columns]
            return _union(_values(text, derived) for text, derived in own)

        columns = frozenset(f"{mapping.target}.{column}" for mapping, _ in mapped for column in mapping.columns)
        kinds = held("items", "item_kind") if "items.item_kind" in columns else frozenset({UNKNOWN})
        return cls(kind, held("events", "event_type"), kinds, columns)

    def gives(self, events: tuple[str, ...], kinds: tuple[str, ...], columns: tuple[str, ...]) -> bool:
        """Say whether an event of one of the types can come, on an item of one of the kinds, and all the columns; empty = any."""
        has_event = not events or self.event_types is None or bool(self.event_types & set(events))
        has_kind = not kinds or (
            bool(set(kinds) - {UNKNOWN}) if self.item_kinds is None else bool(self.item_kinds & set(kinds))
        )
        return has_event and has_kind and set(columns) <= self.columns


@dataclass(frozen=True)
class Supply:
    """What each live platform can give, by its name."""

    offers: Mapping[str, Offer]

    @classmethod
    def of(cls, conf: Conf) -> Supply:
        """Look at the live sources of a conf."""
        by_platform: dict[str, list[Source]] = {}
        for _, source in sorted(conf.of(Sources).files.items()):
            by_platform.setdefault(source.platform, []).append(source)
        kinds = {name: platform.kind for name, platform in conf.of(Platforms).files.items()}
        return cls({name: Offer.of(kinds[name], sources) for name, sources in by_platform.items()})

    def on(self, names: Iterable[str]) -> Supply:
        """Return that of some platforms."""
        return Supply({name: offer for name, offer in self.offers.items() if name in set(names)})

    @property
    def has_unknown_items(self) -> bool:
        """Whether there are items of which no source says the kind."""
        return any(offer.gives((), (UNKNOWN,), ()) for offer in self.offers.values())

    def lacks(self, events: tuple[str, ...] = (), kinds: tuple[str, ...] = (), columns: tuple[str, ...] = ()) -> str:
        """Say in few words what no platform gives; empty where one gives all of it.

        Args:
            events: types of events, of which one is enough.
            kinds: kinds of the items that they are about, or of any items if there are no events; one is enough.
            columns: columns of silver, all of which are needed.
        """
        if any(offer.gives(events, kinds, columns) for offer in self.offers.values()):
            return ""
        if any(offer.gives(events, kinds, ()) for offer in self.offers.values()):
            return f"no {', '.join(column.split('.')[1] for column in columns)}"
        named = " or ".join(kind for kind in kinds if kind != UNKNOWN)
        said = " or ".join(dict.fromkeys(events)) or "item"
        return f"no {said} of kind {named}" if named else f"no {said}"


class Applying(Settings):
    """An entry of conf that applies where the live platforms give what it needs."""

    def lacks(self, supply: Supply) -> str:
        """Say in few words what it needs and no platform gives; empty = it applies."""
        raise NotImplementedError


class Placed(Applying):
    """One that is about some platforms, by their names or by what kind they are; without either, about all."""

    platforms: tuple[str, ...] = ()
    kinds: tuple[PlatformKind, ...] = ()


E = TypeVar("E", bound=Applying)


def fitted(entry: E, supply: Supply) -> tuple[E | None, str]:
    """Tell an entry which live platforms it is about, or say why it does not apply.

    What names platforms alone is about them and no others: where they are not live, nothing is said. Items of unknown kind are asked
    for only where there are some by the mappings, and not where a source that says all kinds forgot an item.
    """
    told: dict[str, object] = {}
    if isinstance(entry, Placed) and (entry.platforms or entry.kinds):
        offers = sorted(supply.offers.items())
        names = tuple(name for name, offer in offers if name in entry.platforms or offer.kind in entry.kinds)
        if not names:
            return None, f"no platform of kind {' or '.join(entry.kinds)}" if entry.kinds else ""
        supply = supply.on(names)
        told = {"platforms": names} if entry.kinds else {}
    if lacking := entry.lacks(supply):
        return None, lacking
    kinds: tuple[str, ...] = getattr(entry, "item_kinds", ())
    if UNKNOWN in kinds and not supply.has_unknown_items:
        told["item_kinds"] = tuple(kind for kind in kinds if kind != UNKNOWN)
    return (entry.model_copy(update=told) if told else entry), ""


Lacking = Callable[[Conf], str]
"""Says in few words what a conf lacks for a step to have anything to do; empty = nothing."""


def files_of(section: type[Section]) -> Lacking:
    """Return what says that no file of a folder of conf applies."""
    return lambda conf: (
        "" if getattr(conf.of(section), "files", None) else f"nothing of conf/{section.where.rstrip('/')}"
    )


def _values(text: str, derived: Mapping[str, str]) -> Values:
    """Return the values that an expression can have, told from its text alone."""
    return _held(sqlglot.parse_one(text, dialect=DIALECT), derived)


def _held(tree: exp.Expr | None, derived: Mapping[str, str]) -> Values:
    if tree is None or isinstance(tree, exp.Null):
        return frozenset()
    if isinstance(tree, exp.Literal) and tree.is_string:
        return frozenset({str(tree.this)})
    if isinstance(tree, exp.Column) and not tree.table and tree.name in derived:
        return _values(derived[tree.name], derived)
    if isinstance(tree, exp.Paren):
        return _held(tree.this, derived)
    if isinstance(tree, exp.Case):
        return _union(
            _held(one, derived) for one in (*(way.args["true"] for way in tree.args["ifs"]), tree.args.get("default"))
        )
    if isinstance(tree, exp.If):
        return _union(_held(tree.args.get(way), derived) for way in ("true", "false"))
    if isinstance(tree, exp.Coalesce):
        return _union(_held(one, derived) for one in (tree.this, *tree.expressions))
    return None


def _union(parts: Iterable[Values]) -> Values:
    held: set[str] = set()
    for part in parts:
        if part is None:
            return None
        held |= part
    return frozenset(held)
