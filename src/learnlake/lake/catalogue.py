"""The catalogue of one installation: the fixed tables, and what conf adds to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from learnlake.errors import ConfError, near_match
from learnlake.lake.columns import Named
from learnlake.lake.sources import Sources
from learnlake.lake.table import Table
from learnlake.lake.tables import FIXED
from learnlake.lake.tables.gold import USER_PROFILE
from learnlake.settings import Conf, Section


class LakeSettings(Section):
    """Where the lake lies, and which platforms are live: those named, or where none is, all but the examples."""

    where: ClassVar[str] = "lake"
    root: str = "lake"
    catalog: str | None = None
    platforms: tuple[str, ...] = ()


Catalogue = Mapping[str, Table]


def folder_of(root: str) -> Path:
    """Return the folder of this machine that a lake root names, with or without ``file://``."""
    return Path(root.removeprefix("file://")).resolve()


def catalogue(conf: Conf) -> Catalogue:
    """Return every table by its full name, as this conf makes it."""
    bronze = [source.bronze for _, source in sorted(conf.of(Sources).files.items())]
    widened = {USER_PROFILE.full_name: USER_PROFILE.widened(profile_columns(conf))}
    return {table.full_name: widened.get(table.full_name, table) for table in (*bronze, *FIXED)}


def profile_columns(conf: Conf) -> tuple[Named, ...]:
    """Return the columns of gold.user_profile that tables mark as part of it, pivots spread out.

    A column that stands for a file of conf which uses protected columns is protected itself.
    """
    out: list[Named] = []
    for table in FIXED:
        out += table.profile
        if table.pivot:
            pivot = table.pivot
            for name in conf.names(pivot.folder):
                meaning = f"{pivot.value.meaning.split(';')[0]}, {pivot.by.name} {name}"
                is_protected = bool(getattr(conf.file(pivot.folder, name), "uses_protected", ()))
                column = pivot.pattern.format(name)
                out.append(Named(column, pivot.value.dtype, meaning, is_protected=is_protected))
    return tuple(out)


def table_named(name: str, tables: Catalogue) -> Table:
    """Find a table by its full name, or by its bare name where that is enough.

    Raises:
        ConfError: if there is none; names the near match.
    """
    found = [table for full, table in tables.items() if name in (full, table.name)]
    if len(found) != 1:
        raise ConfError(f"unknown table `{name}`; {near_match(name, tables)}")
    return found[0]
