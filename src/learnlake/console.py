"""What people see: progress on stderr, data alone on stdout."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from traceback import format_exception
from typing import Any

from pyspark.sql import Row
from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid

from learnlake.runner.ledger import DONE, Entry
from learnlake.runner.run import SKIPPED, STARTED

OUT = Console(soft_wrap=True, markup=False)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)
BLOCKS = "▁▂▃▄▅▆▇█"


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Progress:
    """Tells of each step as it starts and ends."""

    def __init__(self, *, debug: bool = False) -> None:
        self.counts = {"done": 0, "failed": 0, "skipped": 0, "unpublished": 0}
        self.debug = debug
        self.failures: dict[str, str] = {}

    def __call__(self, name: str, happening: str, entry: Entry | None) -> None:
        """Print one line; while a step runs, on a terminal its line waits to be replaced."""
        if happening == STARTED:
            if ERR.is_terminal:
                ERR.print(f"  … {name}", end="\r")
            return
        self.counts[happening] = self.counts.get(happening, 0) + 1
        if happening == SKIPPED:
            return
        if entry and entry.error:
            self.failures[name] = entry.message
        mark = {DONE: "[green]✓[/]", "failed": "[red]✗[/]"}.get(happening, "[yellow]–[/]")
        ERR.print(f"  {mark} {name:<42} {_numbers(entry) if entry else ''}")
        if self.debug and entry and entry.error:
            ERR.print("".join(format_exception(entry.error)), markup=False)

    def missing(self) -> list[str]:
        """Say what failed by itself, a sentence each; what was left out because of it is not repeated."""
        return [f"{name} failed: {message}" for name, message in self.failures.items()]

    def summary(self) -> str:
        """Say how many steps were done, skipped and failed."""
        return ", ".join(f"{count} {word}" for word, count in self.counts.items() if count)


def _numbers(entry: Entry) -> str:
    kept = entry.total("kept") if entry.fates else entry.kept
    parts = [f"{kept:>10,} rows", f"{entry.seconds:6.1f} s"]
    for word, part in (("refused", "rejected"), ("duplicates", "duplicate"), ("not applicable", "not_applicable")):
        if entry.total(part):
            parts.append(f"{entry.total(part):,} {word}")
    return "  ".join([*parts, *([f"[dim]{escape(entry.message)}[/]"] if entry.message else [])])


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]], style: Format) -> None:
    """Print rows as a grid for eyes, or as CSV or JSON lines for programs."""
    if style is Format.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([[_plain(value) for value in row] for row in rows])
        return
    if style is Format.JSON:
        for row in rows:
            sys.stdout.write(
                json.dumps(dict(zip(columns, map(_named, row), strict=True)), default=_as_json, ensure_ascii=False)
                + "\n"
            )
        return
    grid = Grid(*columns, header_style="bold")
    for row in rows:
        grid.add_row(*(_plain(value) for value in row))
    OUT.print(grid)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list | dict):
        return json.dumps(_named(value), default=_as_json, ensure_ascii=False)
    return str(value)


def _named(value: Any) -> Any:
    """Give the fields of structs their names, however deep; a Row is a tuple to JSON."""
    if isinstance(value, Row):
        return {name: _named(inner) for name, inner in value.asDict().items()}
    if isinstance(value, list):
        return [_named(inner) for inner in value]
    return {name: _named(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def _as_json(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)


def curve(values: Sequence[float]) -> str:
    """Draw numbers as one line of blocks, the least as the lowest and the greatest as the highest."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    span = (high - low) or 1.0
    return "".join(BLOCKS[round((value - low) / span * (len(BLOCKS) - 1))] for value in values)
