"""The commands that ask how users study, and where they get stuck: habits, stuck."""

from __future__ import annotations

from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed
from learnlake.behaviour.habits import answers as habit
from learnlake.console import Format
from learnlake.errors import LearnlakeError
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.tables.habits import STUCK_POINTS, STUDY_HABITS
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Scheme, Style, opened, said_in_a_sentence


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (habits, stuck):
        app.command()(command)


def habits(
    scheme: Scheme = EVERYBODY,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say which study habits users have, with intervals, in English and Chinese; of a scheme beside the other segments."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, STUDY_HABITS)
        if not printed(asked(habit.habits_of_segments, store, as_of=day, scheme=scheme), style):
            raise LearnlakeError(f"nobody of scheme {scheme} studied by {day}; see gold.segment_members for its name.")


def stuck(
    course: Annotated[
        str | None, typer.Option("--course", metavar="ITEM", help="Only this item and its parts; default every item.")
    ] = None,
    everything: Annotated[bool, typer.Option("--everything", help="Items where nobody is stuck, too.")] = False,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say at which items users fail, retry or stop more than elsewhere, with intervals, in English and Chinese."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, STUCK_POINTS)
        if not printed(asked(habit.stuck, store, as_of=day, course=course, everything=everything), style):
            raise LearnlakeError(
                f"nobody is stuck {f'in {course}' if course else 'anywhere'} beyond chance on {day}; --everything lists all."
            )
