"""The page of tables: the catalogue as Markdown, for people who read the lake."""

from __future__ import annotations

from collections.abc import Iterable

from learnlake.lake.catalogue import Catalogue
from learnlake.lake.columns import Named
from learnlake.lake.table import Layer, Refresh, Table, Way

LAYERS = {
    Layer.BRONZE: "Raw records as they arrived, one table a source.",
    Layer.SILVER: "One concept each, cleaned, no opinion.",
    Layer.GOLD: "Named by entity, dated, what others may read.",
    Layer.OPS: "What ran, what was refused, what was checked, what the gate decided.",
}


def tables_page(tables: Catalogue) -> str:
    """Return a Markdown page of every table of a catalogue, layer by layer: grain, key, refresh, warnings, columns."""
    parts = ["# Tables", "Each table of the lake, from the catalogue and the shipped conf. Generated: do not edit."]
    for layer, about in LAYERS.items():
        held = [table for table in tables.values() if table.layer is layer]
        parts += [f"## {layer.capitalize()}", about, *(_entry(table) for table in held)]
    return "\n\n".join(parts) + "\n"


def _entry(table: Table) -> str:
    facts = [
        f"One row is {table.grain}.",
        f"- Key: {_names(table.key) or 'none'}\n- Refresh: {_way(table.refresh)}"
        + "".join(f"\n- Mind: {warning}" for warning in table.warns),
        "\n".join(["| column | type | meaning |", "|---|---|---|", *(_row(column) for column in table.columns)]),
    ]
    return "\n\n".join([f"### {table.full_name}", *facts])


def _way(refresh: Refresh) -> str:
    """Say how a re-run leaves the same rows."""
    by = _names(refresh.by)
    match refresh.way:
        case Way.REPLACE_DAY:
            return f"all rows of a day ({by}) are replaced"
        case Way.REPLACE_SLICES:
            return f"all rows of a day ({by}) of whose sources something has changed are replaced"
        case Way.REPLACE_ALL:
            return "the whole table is replaced"
        case Way.AT_READ:
            return "nothing is stored; it is put together at every read"
        case Way.MERGE:
            return "new keys are added" + (f"; of several rows with one key the first by {by} stays" if by else "")
        case Way.APPEND:
            return "rows are added once and stay"


def _names(columns: Iterable[Named]) -> str:
    return ", ".join(f"`{column.name}`" for column in columns)


def _row(column: Named) -> str:
    marks = [word for word, holds in (("protected", column.is_protected), ("outcome", column.is_outcome)) if holds]
    meaning = column.meaning.replace("|", "\\|") + (f" (**{', '.join(marks)}**)" if marks else "")
    return f"| `{column.name}` | {column.dtype.simpleString()} | {meaning} |"
