"""The command that asks what people ask about: topics."""

from __future__ import annotations

from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed, refuse_unknown
from learnlake.behaviour.topics import answers
from learnlake.behaviour.topics.settings import Topics
from learnlake.console import Format
from learnlake.errors import ConfError, LearnlakeError
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.tables.topics import TOPIC_POINTS, TOPIC_WEEKS
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Style, opened, said_in_a_sentence


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command()(topics)


def topics(
    kind: Annotated[str, typer.Argument(metavar="KIND", help="A file of conf/topics.")] = "technology",
    scheme: Annotated[
        str, typer.Option("--scheme", metavar="NAME", help="`all` users, or a scheme of asking.schemes in conf.")
    ] = EVERYBODY,
    segment: Annotated[str | None, typer.Option("--segment", metavar="ID", help="One segment of the scheme.")] = None,
    found: Annotated[bool, typer.Option("--found", help="Only topics that rise, or that hurt.")] = False,
    weekly: Annotated[bool, typer.Option("--weeks", help="Week by week, with users, clients and hours.")] = False,
    topic: Annotated[str | None, typer.Option("--topic", metavar="TOPIC", help="With --weeks: only this one.")] = None,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say what is asked about, what rises, and what is asked again, unanswered or followed by leaving; in English and Chinese."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        refuse_unknown(kind, settings.of(Topics).files, "KIND")
        if (found and weekly) or (topic is not None and not weekly):
            raise ConfError("--found tells of topics, --weeks and --topic of their weeks; ask one of the two.")
        day = day_of(store, as_of, TOPIC_WEEKS if weekly else TOPIC_POINTS)
        given = {"kind": kind, "scheme": scheme, "segment": segment}
        told = (
            asked(answers.weeks, store, as_of=day, topic=topic, **given)
            if weekly
            else asked(answers.topics, store, as_of=day, found=found, **given)
        )
        if not printed(told, style):
            raise LearnlakeError(
                f"nothing of {kind} is told of scheme {scheme} on {day}; see conf/topics, and asking in conf."
            )
