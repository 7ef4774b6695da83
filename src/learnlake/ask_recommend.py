"""The command that says what to show to a user: recommend."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed, refuse_unknown
from learnlake.ask_models import loaded
from learnlake.console import ERR, Format
from learnlake.errors import LearnlakeError
from learnlake.lake.store import Store
from learnlake.lake.tables.recommend import RECOMMENDATIONS
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Style, opened, said_in_a_sentence
from learnlake.recommend.lists import ListSettings, Placements, answers
from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules.lists import Maker
from learnlake.recommend.lists.training import RECOMMENDER
from learnlake.recommend.tastes.settings import AGAINST, FAMILIAR, TasteSettings
from learnlake.settings import Conf

Items = Annotated[list[str] | None, typer.Option(metavar="ITEM", help="An item the user likes; may be repeated.")]
Unwanted = Annotated[
    list[str] | None,
    typer.Option("--not-interested", metavar="ITEM", help="An item the user does not want; may be repeated."),
]
Familiar = Annotated[
    list[str] | None,
    typer.Option("--already-know", metavar="ITEM", help="An item the user knows already; may be repeated."),
]
Quality = Annotated[
    bool,
    typer.Option(
        "--quality",
        help="Say what the lists are like beside being right: coverage, popularity bias, novelty, diversity, calibration by topic.",
    ),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (recommend, lists):
        app.command()(command)


def lists(
    quality: Quality = False,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """List the placements: how many users have a list, how many items are shown, and how they were found."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        day = day_of(store, as_of, RECOMMENDATIONS)
        told = {"placements": settings.of(Placements)} if quality else {}
        question = answers.quality_of_lists if quality else answers.lists_of_a_day
        printed(asked(question, store, as_of=day, **told), style)


def recommend(
    user: Annotated[str, typer.Argument(metavar="USER", help="A user_id.")],
    placement: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only this placement, a file of conf/placements; default all.")
    ] = None,
    like: Items = None,
    not_interested: Unwanted = None,
    already_know: Familiar = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say what to show to a user now, with reasons in English and Chinese: all events so far count, and what the options say; nothing is stored or retrained."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        known = settings.of(Placements).files
        if placement is not None:
            refuse_unknown(placement, known, "--placement")
        chosen = {name: own for name, own in known.items() if placement in (None, name)}
        day = day_of(store, None, RECOMMENDATIONS)
        maker = Maker(
            model_of(settings, store, day), chosen, settings.of(ListSettings).model_copy(update={"groups": 1}), day
        )
        told = (("like", like or ()), (AGAINST, not_interested or ()), (FAMILIAR, already_know or ()))
        said = tuple((item, word) for word, items in told for item in items)
        frame = asked(answers.lists_now, store, user=user, maker=maker, tastes=settings.of(TasteSettings), said=said)
        if not printed(frame, style):
            raise LearnlakeError(
                f"there is nothing to show to user {user}: the id is unknown, or the house keeps back every item; `learnlake show "
                f"gold.recommendations --where \"user_id = '{user}'\"` says what the last lists were."
            )
        ERR.print(f"By what was known on {day}, and this user's events up to now.", markup=False)


def model_of(conf: Conf, store: Store, day: date) -> Recommender:
    """Return the model that made the newest lists."""
    rows = store.day(RECOMMENDATIONS, day).where("model_version IS NOT NULL")
    version = rows.select("model_version").first()
    model: Recommender = loaded(conf, RECOMMENDER.name, version[0]) if version else Recommender()
    return model
