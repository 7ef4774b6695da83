"""The commands that ask what goes before a moment, and what comes after a purchase: moments, sequels."""

from __future__ import annotations

from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed, refuse_unknown
from learnlake.behaviour.moments import answers
from learnlake.behaviour.moments.settings import MomentSettings
from learnlake.console import Format
from learnlake.errors import LearnlakeError
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.tables.moments import MOMENTS, PURCHASE_SEQUELS
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Scheme, Style, opened, said_in_a_sentence


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (moments, sequels):
        app.command()(command)


def moments(
    moment: Annotated[str, typer.Argument(metavar="MOMENT", help="A moment of moments.kinds in conf.")] = "leaving",
    scheme: Scheme = EVERYBODY,
    most_q: Annotated[
        float, typer.Option("--most-q", min=0, max=1, help="Only what differs at this rate of false ones.")
    ] = 1.0,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say what users did in the days before a moment, beside those to whom it did not happen."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        refuse_unknown(moment, settings.of(MomentSettings).kinds, "MOMENT")
        day = day_of(store, as_of, MOMENTS)
        given = {"moment": moment, "scheme": scheme, "most_q": most_q}
        if not printed(asked(answers.before, store, as_of=day, **given), style):
            raise LearnlakeError(
                f"nothing is told of {moment} in scheme {scheme} on {day}; see section moments in conf."
            )


def sequels(
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="Only what comes after, or is, this one.")] = None,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say what buyers take up after a purchase, beside those who did not buy, in English and Chinese."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, PURCHASE_SEQUELS)
        if not printed(asked(answers.sequels, store, as_of=day, item=item), style):
            raise LearnlakeError(f"nothing follows {item or 'any purchase'} beyond chance on {day}.")
