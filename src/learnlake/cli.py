"""The command line: ``learnlake COMMAND``; each job is the same entry point for one room."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from learnlake import (
    ask,
    ask_behaviour,
    ask_goals,
    ask_habits,
    ask_knowledge,
    ask_models,
    ask_moments,
    ask_recommend,
    ask_topics,
    ask_values,
)
from learnlake import doctor as doctors
from learnlake import simulate as simulation
from learnlake.console import ERR, Format, Progress, print_rows
from learnlake.errors import ConfError, LearnlakeError, near_match
from learnlake.findings import findings
from learnlake.lake.catalogue import LakeSettings, catalogue, table_named
from learnlake.lake.expressions import refuse_unfit
from learnlake.lake.key import KeySettings, key_of
from learnlake.lake.raw import as_json, write_lines
from learnlake.lake.sources import Sources
from learnlake.lake.stage import Stage, Step, Training
from learnlake.lake.store import Store
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.tracking import Tracking
from learnlake.options import (
    CONF,
    AsOf,
    ConfFolder,
    Debug,
    Env,
    From,
    Lake,
    Only,
    Style,
    To,
    opened,
    said_in_a_sentence,
    store_of,
)
from learnlake.pipeline import STEPS, graph_of, left_out, load_conf
from learnlake.runner.inputs import Inputs
from learnlake.runner.lease import Lease
from learnlake.runner.ledger import Ledger
from learnlake.runner.plan import Planner
from learnlake.runner.run import AT_ONCE, Runner
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf


def _now() -> datetime:
    """Tell the time as the lake writes it: UTC, without saying so."""
    return datetime.now(UTC).replace(tzinfo=None)


ALL_MODELS = "all"
WIDE = {"max_content_width": 120}  # help takes the width of the terminal up to here; the default stops at 80
app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings=WIDE,
    help="From raw logs of platforms that sell knowledge to segments and campaign lists.",
)
ask.register(app)
ask_behaviour.register(app)
ask_goals.register(app)
ask_habits.register(app)
ask_knowledge.register(app)
ask_models.register(app, _now)
ask_moments.register(app)
ask_recommend.register(app)
ask_topics.register(app)
ask_values.register(app)


@app.command()
def doctor(conf: ConfFolder = CONF, env: Env = "local", lake: Lake = None) -> None:
    """Check Java, Python, Delta, conf, disk and key; say how to mend each."""
    is_fit = True
    for finding in doctors.examine(lambda: load_conf(conf, env, lake=lake)):
        ERR.print(f"  {'[green]✓[/]' if finding.is_fine else '[red]✗[/]'} {finding.what}: {finding.said}")
        is_fit = is_fit and finding.is_fine
    raise typer.Exit(0 if is_fit else 1)


@app.command()
def simulate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write to.")],
    users: Annotated[int, typer.Option(min=10, help="People on the platforms.")] = 2_000,
    days: Annotated[int, typer.Option(min=14, help="Days of history.")] = 120,
    seed: Annotated[int, typer.Option(help="Same seed, same data.")] = 7,
    conf: ConfFolder = CONF,
    env: Env = "local",
    debug: Debug = False,
) -> None:
    """Write the raw logs of three invented platforms, dirt included, and the planted truth beside them."""
    with said_in_a_sentence(debug=debug):
        spark = start(load_conf(conf, env).of(SparkSettings))
        settings = simulation.SimulateSettings(users=users, days=days, seed=seed)
        truth = {name: as_json(frame).coalesce(1) for name, frame in simulation.truth(spark, settings).items()}
        work = [(log.lines, log.header, out / log.name, log.suffix) for log in simulation.logs(spark, settings)]
        work += [(lines, None, out / "truth" / name, "json") for name, lines in truth.items()]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for (_, _, folder, _), _ in zip(work, pool.map(lambda log: write_lines(*log), work), strict=True):
                ERR.print(f"  [green]✓[/] {folder}")
        ERR.print(
            f"The logs are in {out}; the truth they were made of is in {out / 'truth'}, which the lake never reads."
        )


@app.command()
def run(
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    as_of: AsOf = None,
    from_: From = None,
    to: To = None,
    only: Only = None,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Map a source's raw rows anew; needs --source.")] = False,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="The source to map anew.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what would run and why, and run nothing.")] = False,
    stale: Annotated[bool, typer.Option("--stale", help="Make the days anew of which something has changed.")] = False,
    retrain: Annotated[
        list[str] | None, typer.Option(metavar="MODEL", help="Train a model again though its day is done; all for all.")
    ] = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Run the nightly job: everything from raw logs to audiences, with progress."""
    with said_in_a_sentence(debug=debug):
        if rebuild != (source is not None):
            raise ConfError("--rebuild and --source go together: `run --rebuild --source clicks`.")
        if stale and (as_of or from_):
            raise ConfError("--stale finds its days itself: leave --as-of, --from and --to out.")
        settings = load_conf(conf, env, lake=lake)
        how = How(plan, stale, frozenset(retrain or ()), source, style)
        _run(settings, _days(env, as_of, from_, to), frozenset(only or ()), Progress(debug=debug), how)


@dataclass(frozen=True)
class How:
    """How a run is done: only told, for days that are stale, with models trained again, with a source mapped anew."""

    is_plan: bool = False
    is_for_stale: bool = False
    retrain: frozenset[str] = frozenset()
    rebuild: str | None = None
    style: Format = Format.TABLE


def _run(conf: Conf, days: tuple[date, ...] | None, only: frozenset[str], progress: Progress, how: How = How()) -> None:
    lake = conf.of(LakeSettings)
    if not conf.of(Sources).files:
        raise ConfError(
            f"{conf.folder} ({conf.env}): no source of a live platform, so there is nothing to run; add conf/platforms/NAME.yml and "
            "conf/sources/NAME.yml (README, `Your own logs`), or take an environment that names some, such as --env demo."
        )
    runner = runner_of(conf, store_of(conf), STEPS, progress)
    named = (table_named(name, runner.tables) for name in only)
    names = frozenset(part.full_name for table in named for part in table.parts or (table,))
    known = {node.name for node in runner.graph.nodes}
    left = left_out(conf)
    for name in sorted(names - known):
        why = next((f"it is left out, for there is {reason}" for reason, held in left.items() if name in held), "")
        raise ConfError(f"--only {name}: {why or f'no step of this job makes it; {near_match(name, known)}'}")
    if left:
        said = "; ".join(f"{reason}: {', '.join(held)}" for reason, held in left.items())
        ERR.print(f"  Left out: {escape(said)}")
    runner.retrain = _models(how.retrain, runner)
    if how.is_for_stale:
        days = runner.stale_days()
        ERR.print(f"Stale: {', '.join(map(str, days)) or 'no day'}.")
        if not days:
            return
    if how.is_plan:
        _tell_plan(runner, days, names, how.style)
        return
    if how.rebuild:
        runner.rebuild(how.rebuild)
    done_for = runner.run(days, names)
    ERR.print(
        f"As of {', '.join(map(str, done_for)) or 'now'}: {progress.summary() or 'nothing to do'}. Lake: {lake.catalog or lake.root}"
    )
    for sentence in progress.missing():
        ERR.print(f"  {escape(sentence)}")
    if runner.failed:
        raise typer.Exit(1)
    if USER_FEATURES.full_name in known and not names and done_for:
        for sentence in findings(runner.inputs.store, done_for[-1], conf.env):
            ERR.print(f"  {escape(sentence)}")


def _models(asked: frozenset[str], runner: Runner) -> frozenset[str]:
    """Return the names of the models that are to be trained again.

    Raises:
        ConfError: for an unknown one.
    """
    known = {node.makes.name for node in runner.graph.nodes if isinstance(node, Training)}
    for name in asked - known - {ALL_MODELS}:
        raise ConfError(f"--retrain {name}: no such model; {near_match(name, known)}")
    return frozenset(known) if ALL_MODELS in asked else asked


def _tell_plan(runner: Runner, days: tuple[date, ...] | None, names: frozenset[str], style: Format) -> None:
    """Print what would run and why, and which other days are stale; in a lake without events, what is known without a day."""
    try:
        asked = days if days is not None else (runner.last_closed_day(),)
    except LearnlakeError:
        asked = ()
    planned = Planner(runner).plan(asked, names)
    rows = [(one.step, one.as_of, one.why, one.seconds) for one in planned]
    print_rows(("step", "as of", "why", "seconds last time"), rows, style)
    others = sorted(set(runner.stale_days()) - set(asked))
    if others:
        ERR.print(f"Stale besides: {', '.join(map(str, others))}; `learnlake run --stale` makes them anew.")
    known = [one.seconds for one in planned if one.seconds is not None]
    when = ", ".join(map(str, asked)) or "a day that is not known yet"
    ERR.print(f"{len(planned)} steps as of {when}; last time they took {sum(known):.0f} s.")


def runner_of(conf: Conf, store: Store, steps: tuple[Step, ...], tell: Callable[..., None]) -> Runner:
    """Put a runner together: the steps' graph over a lake."""
    ledger = Ledger(store, _now)
    tracking = Tracking.of(conf.of(ModelSettings), store.root)
    tables = catalogue(conf)
    return Runner(
        graph_of(conf, steps),
        Inputs(store, ledger, conf),
        tables,
        tracking,
        lambda: key_of(conf.of(KeySettings), store.root),
        tell,
        Lease(store, tables, ledger.run_id, _now).held,
    )


def _days(env: str, as_of: datetime | None, from_: datetime | None, to: datetime | None) -> tuple[date, ...] | None:
    """Return the days asked for; where none is, yesterday in production, and elsewhere None: the last closed day."""
    if as_of and (from_ or to):
        raise ConfError("--as-of is one day, --from and --to are several: give one or the other.")
    if as_of:
        return (as_of.date(),)
    if (from_ is None) != (to is None):
        raise ConfError("--from and --to go together; give both.")
    if from_ is None or to is None:
        return ((datetime.now(UTC) - timedelta(days=1)).date(),) if env == "prod" else None
    if to < from_:
        raise ConfError(f"--to {to.date()} lies before --from {from_.date()}; swap them.")
    return tuple(from_.date() + timedelta(days=n) for n in range((to - from_).days + 1))


@app.command()
def tables(
    conf: ConfFolder = CONF, env: Env = "local", lake: Lake = None, style: Style = Format.TABLE, debug: Debug = False
) -> None:
    """List the tables of the lake: what one row is, how many there are, and when the table was last written."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        rows = []
        for name, table in catalogue(settings).items():
            version = store.version(table)
            is_there = version is not None or any(store.version(part) is not None for part in table.parts)
            rows.append((name, table.grain, store.read(table).count() if is_there else None, version))
        print_rows(("table", "one row is", "rows", "version"), rows, style)


@app.command()
def show(
    table: Annotated[str, typer.Argument(metavar="TABLE", help="A table, such as gold.audiences.")],
    where: Annotated[str | None, typer.Option(metavar="SQL", help="A condition in SQL.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 20,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Print rows of one table."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        chosen = table_named(table, catalogue(settings))
        if where:
            try:
                refuse_unfit(where, [column.name for column in chosen.columns], "--where")
            except ValueError as error:
                raise ConfError(str(error)) from None
        frame = store.read(chosen)
        rows = (frame.where(where) if where else frame).limit(limit).collect()
        print_rows(frame.columns, rows, style)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="A query; tables are named layer.table.")],
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    limit: Annotated[int, typer.Option(min=1, help="Rows at most.")] = 1_000,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Print the answer to one SELECT over the lake's tables."""
    with said_in_a_sentence(debug=debug):
        settings, store = opened(conf, env, lake)
        frame = store.query(query, catalogue(settings)).limit(limit)
        print_rows(frame.columns, frame.collect(), style)


def job(steps: tuple[Step, ...], about: str | None = None) -> None:
    """Run one room's steps, and whatever stale they need, as a job of its own."""
    one = typer.Typer(
        add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False, context_settings=WIDE
    )

    def room(
        conf: ConfFolder = CONF,
        env: Env = "local",
        lake: Lake = None,
        as_of: AsOf = None,
        from_: From = None,
        to: To = None,
        only: Only = None,
        debug: Debug = False,
    ) -> None:
        with said_in_a_sentence(debug=debug):
            settings = load_conf(conf, env, lake=lake)
            days = _days(env, as_of, from_, to)
            fed = {node.name for node in graph_of(settings, steps).nodes}  # no source may give what a table is about
            made = frozenset(step.name for step in steps if isinstance(step, Stage) and step.name in fed)
            if settings.of(Sources).files and not made:
                ERR.print("  No step of this room has anything to do: no live platform gives what they are about.")
                return
            for name in only or ():
                if name not in made:
                    raise ConfError(f"--only {name}: this job does not make it; {near_match(name, made)}")
            _run(settings, days, frozenset(only or made), Progress(debug=debug))

    one.command(help=about or help_of(steps))(room)
    try:
        one()
    except SystemExit as end:
        if (
            end.code
        ):  # a job that went well returns: a host that runs it in its own process may take any exit for a failure
            raise


def help_of(steps: tuple[Step, ...]) -> str:
    """Say what a job makes, in the catalogue's words."""
    lines = [f"{step.name}: {step.writes.grain}." for step in steps if isinstance(step, Stage)]
    return "Make these tables, and whatever stale they need:\n\n" + "\n\n".join(lines)


def main() -> Any:
    """Run the command line."""
    return app()


if __name__ == "__main__":
    sys.exit(main())
