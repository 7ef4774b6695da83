"""What every command of the command line shares: its options, the lake it opens, and how errors are said."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from learnlake.console import ERR, Format
from learnlake.errors import ConfError, LearnlakeError, sentence_of
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.store import Store
from learnlake.pipeline import load_conf
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf

ConfFolder = Annotated[Path, typer.Option("--conf", metavar="DIR", help="The conf folder.")]
Env = Annotated[
    str,
    typer.Option("--env", metavar="NAME", help="The environment: local, dev, prod, or another file beside base.yml."),
]
Lake = Annotated[str | None, typer.Option("--lake", metavar="PATH", help="Lake root in place of conf's.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]
Style = Annotated[Format, typer.Option("--format", help="How rows are printed.")]
AsOf = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="The day to run for; default the last closed day in the data (prod: yesterday).",
    ),
]
From = Annotated[
    datetime | None, typer.Option("--from", metavar="DATE", formats=["%Y-%m-%d"], help="First of several days.")
]
To = Annotated[
    datetime | None, typer.Option("--to", metavar="DATE", formats=["%Y-%m-%d"], help="Last of several days.")
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="TABLE", help="Only this table and whatever stale it needs; may be given more than once."
    ),
]
Scheme = Annotated[str, typer.Option("--scheme", metavar="NAME", help="`all` users, or a scheme of conf/segments.")]
CONF = Path("conf")


def store_of(conf: Conf) -> Store:
    """Open the lake that conf names."""
    lake = conf.of(LakeSettings)
    return Store(start(conf.of(SparkSettings)), lake.root, lake.catalog)


def opened(conf: Path, env: str, lake: str | None) -> tuple[Conf, Store]:
    """Load conf and open the lake that it, or an option, names."""
    settings = load_conf(conf, env, lake=lake)
    return settings, store_of(settings)


class said_in_a_sentence:  # noqa: N801  # reads as what it is where it is used
    """Turn errors into one sentence and an exit status: 2 for wrong use, 1 for work that failed."""

    def __init__(self, *, debug: bool) -> None:
        self.debug = debug

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if self.debug or not isinstance(error, Exception) or isinstance(error, typer.Exit):
            return
        more = "" if isinstance(error, LearnlakeError | OSError) else " (--debug shows more)"
        end(sentence_of(error) + more, 2 if isinstance(error, ConfError) else 1)


def end(sentence: str, status: int) -> NoReturn:
    """Print a sentence on stderr and leave with a status."""
    ERR.print(f"[red]learnlake:[/] {escape(sentence)}", markup=True)
    raise typer.Exit(status)
