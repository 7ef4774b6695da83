"""The commands that ask what users do and will do: forecast, rules, funnel, retention, survival, lifecycle."""

from __future__ import annotations

from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed, refuse_unknown
from learnlake.behaviour.journeys import answers as journeys
from learnlake.behaviour.journeys.rules.returns import KINDS
from learnlake.behaviour.journeys.settings import Funnels, JourneySettings
from learnlake.behaviour.rules import answers as taken
from learnlake.behaviour.rules.settings import Baskets
from learnlake.behaviour.series import answers as series
from learnlake.behaviour.series.rules.counted import METRICS
from learnlake.behaviour.series.settings import SeriesSettings
from learnlake.console import ERR, Format, curve, print_rows
from learnlake.errors import ConfError, LearnlakeError, near_match
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.tables.journeys import FUNNELS, LIFE_CYCLE, RETENTION, SURVIVAL
from learnlake.lake.tables.series import FORECASTS
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Scheme, Style, opened, said_in_a_sentence

Segment = Annotated[str, typer.Option("--segment", metavar="ID", help="One segment of the scheme.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (forecast, rules, funnel, retention, survival, lifecycle):
        app.command()(command)


def forecast(
    metric: Annotated[str, typer.Argument(metavar="METRIC", help="What is counted, such as minutes.")] = "active_users",
    scheme: Annotated[
        str, typer.Option("--scheme", metavar="NAME", help="`all` users, `platform`, or a scheme of conf/segments.")
    ] = EVERYBODY,
    segment: Annotated[
        str | None, typer.Option("--segment", metavar="ID", help="One segment of the scheme; default all.")
    ] = None,
    period: Annotated[str, typer.Option("--period", metavar="PERIOD", help="day or week.")] = "day",
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say what is expected of a metric, with 80 and 95 % intervals, after what was."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        wanted = settings.of(SeriesSettings).forecast
        for word, known, option in ((metric, wanted.metrics, "METRIC"), (period, tuple(wanted.ahead), "--period")):
            if word not in known:
                counted = " is counted but not forecast" if word in METRICS else ""
                raise ConfError(f"{option}: `{word}`{counted or ' is unknown'}; {near_match(word, known)}")
        day = day_of(store, as_of, FORECASTS)
        given = {"scheme": scheme, "metric": metric, "period": period, "segment": segment}
        found = asked(series.forecast, store, as_of=day, **given)
        rows = found.collect()  # few weeks of the segments of one scheme
        if not any(row.forecast is not None for row in rows):
            raise LearnlakeError(
                f"no series of {scheme}{f'/{segment}' if segment else ''} is forecast; see series.forecast in conf."
            )
        for one in dict.fromkeys(row.segment_id for row in rows):
            own = [row for row in rows if row.segment_id == one]
            was = [row.value for row in own if row.value is not None]
            line = curve([*was, *(row.forecast for row in own if row.forecast is not None)])
            ERR.print(f"{one}: {line[: len(was)]} [bold]{line[len(was) :]}[/]")
        print_rows(found.columns, rows, style)


def rules(
    item: Annotated[str | None, typer.Argument(metavar="ITEM", help="Only what has to do with this one.")] = None,
    scope: Annotated[
        str | None,
        typer.Option("--scope", metavar="SCOPE", help="A file of conf/baskets, or file/scheme/segment; default all."),
    ] = None,
    ordered: Annotated[bool, typer.Option("--ordered", help="Paths in their order in place of rules.")] = False,
    following: Annotated[bool, typer.Option("--next", help="What comes next in place of rules.")] = False,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say what is taken together (or in which order, or next), with intervals, in English and Chinese."""
    with said_in_a_sentence(debug=debug):
        if ordered and following:
            raise ConfError("--ordered and --next are two questions; ask one.")
        settings, store = opened(conf, env, lake)
        if scope is not None:
            refuse_unknown(scope.split("/")[0], settings.of(Baskets).files, "--scope")
        answer = taken.paths if ordered else taken.transitions if following else taken.rules
        day = day_of(store, as_of, answer.reads[0])
        if not printed(asked(answer, store, as_of=day, scope=scope, item=item), style):
            raise LearnlakeError(
                f"nothing is told of {item or scope or 'any basket'} on {day}: nothing was frequent and beyond chance."
            )


def funnel(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of its file in conf/funnels.")],
    scheme: Scheme = EVERYBODY,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say how many users get to each step of a funnel, with intervals and waits."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        refuse_unknown(name, settings.of(Funnels).files, "NAME")
        day = day_of(store, as_of, FUNNELS)
        if not printed(asked(journeys.funnel, store, as_of=day, name=name, scheme=scheme), style):
            raise LearnlakeError(
                f"nobody of scheme {scheme} entered the funnel {name}; see its `schemes` in conf/funnels."
            )


def retention(
    kind: Annotated[str, typer.Argument(metavar="KIND", help=f"{', '.join(KINDS)}.")] = KINDS[0],
    scheme: Scheme = EVERYBODY,
    segment: Segment = EVERYBODY,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say how many users of each cohort return at which age."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        refuse_unknown(kind, KINDS, "KIND")
        day = day_of(store, as_of, RETENTION)
        ages = settings.of(JourneySettings).ages
        found = asked(journeys.retention, store, as_of=day, kind=kind, scheme=scheme, segment=segment, ages=ages)
        if not printed(found, style):
            raise LearnlakeError(f"{scheme}/{segment} has no cohorts of {kind}; see journeys.schemes in conf.")


def survival(
    kind: Annotated[
        str, typer.Argument(metavar="KIND", help="A spell of journeys.survival in conf.")
    ] = "second_purchase",
    scheme: Scheme = EVERYBODY,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say how long it takes, or lasts: the median with its interval, how many last longer, and who differs."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        refuse_unknown(kind, settings.of(JourneySettings).survival, "KIND")
        day = day_of(store, as_of, SURVIVAL)
        if not printed(asked(journeys.survival, store, as_of=day, kind=kind, scheme=scheme), style):
            raise LearnlakeError(f"scheme {scheme} has no spells of {kind}; see journeys in conf.")


def lifecycle(
    scheme: Scheme = EVERYBODY,
    segment: Segment = EVERYBODY,
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say who is new, active, back, dormant or lost, and who was what 28 days before."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, LIFE_CYCLE)
        if not printed(asked(journeys.life_cycle, store, as_of=day, scheme=scheme, segment=segment), style):
            raise LearnlakeError(f"{scheme}/{segment} has no users; see journeys.schemes in conf.")
