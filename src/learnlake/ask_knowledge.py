"""The command that says what a user should learn next: path."""

from __future__ import annotations

from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed
from learnlake.console import Format
from learnlake.errors import LearnlakeError
from learnlake.lake.tables.knowledge import LEARNING_PATHS
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Style, opened, said_in_a_sentence
from learnlake.recommend.knowledge import answers


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(path)


def path(
    user: Annotated[str, typer.Argument(metavar="USER", help="A user_id.")],
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say which three items a user should learn next, why, and what is held back, in English and Chinese."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, LEARNING_PATHS)
        if not printed(asked(answers.path, store, as_of=day, user=user), style):
            raise LearnlakeError(
                f"user {user} has no path on {day}: no interest and no item of theirs is known; "
                f"`learnlake show gold.user_knowledge --where \"user_id = '{user}'\"` says what is."
            )
