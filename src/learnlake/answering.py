"""What every command that answers a question shares: the day it is asked for, the tables it is handed, and how it is printed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pyspark.sql import DataFrame

from learnlake.console import Format, print_rows
from learnlake.errors import ConfError, LearnlakeError, near_match
from learnlake.lake.stage import Answer
from learnlake.lake.store import Store


def refuse_unknown(word: str, known: Iterable[str], option: str) -> None:
    """Refuse a word that conf, or the command, does not know, with the near match."""
    if word not in known:
        raise ConfError(f"{option}: `{word}` is unknown; {near_match(word, known)}")


def day_of(store: Store, as_of: datetime | None, table: Any) -> date:
    """Return the day asked for, or the newest the table has."""
    days = store.days(table)
    if not days:
        raise LearnlakeError(f"{table.full_name} has no rows yet; `learnlake run` makes them.")
    if as_of is None:
        return days[-1]
    if as_of.date() not in days:
        raise ConfError(f"--as-of {as_of.date()}: {table.full_name} has no such day; the newest is {days[-1]}.")
    return as_of.date()


def asked(answer: Answer, store: Store, **given: Any) -> DataFrame:
    """Hand an answer its tables and what a person gave."""
    frame: DataFrame = answer(*(store.read(table) for table in answer.reads), **given)
    return frame


def printed(frame: DataFrame, style: Format, *, upright: bool = False) -> int:
    """Print the few rows of an answer; for eyes, wide rows stand upright. Returns how many there are."""
    rows = frame.collect()
    if upright and style is Format.TABLE:
        facts = [(row[0], name, value) for row in rows for name, value in zip(frame.columns[1:], row[1:], strict=True)]
        print_rows((frame.columns[0], "what", "said"), [fact for fact in facts if fact[2] not in (None, "")], style)
    elif rows:
        print_rows(frame.columns, rows, style)
    return len(rows)
