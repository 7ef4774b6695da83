"""The command that asks what customers are worth: values."""

from __future__ import annotations

from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed
from learnlake.console import Format
from learnlake.demand.values import answers as value
from learnlake.errors import LearnlakeError
from learnlake.lake.tables.values import CUSTOMER_VALUES
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Style, opened, said_in_a_sentence


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(values)


def values(
    limit: Annotated[int, typer.Option(min=1, help="Customers at most.")] = 20,
    tenths: Annotated[
        bool, typer.Option("--tenths", help="Each tenth of the customers in place of single ones.")
    ] = False,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say which customers most is expected of in a year, with intervals, or how the worth is spread, in English and Chinese."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, CUSTOMER_VALUES)
        told = (
            asked(value.value_deciles, store, as_of=day)
            if tenths
            else asked(value.values, store, as_of=day, limit=limit)
        )
        if not printed(told, style):
            raise LearnlakeError(
                f"nothing is expected of any customer on {day}: no model is published; "
                "`learnlake show ops.models` says why."
            )
