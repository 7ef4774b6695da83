"""The commands about trained models: models, models show, models rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from learnlake.console import ERR, Format, print_rows
from learnlake.errors import ConfError, LearnlakeError, near_match
from learnlake.lake.catalogue import LakeSettings
from learnlake.lake.stage import ModelNode, Training
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.tracking import Tracking
from learnlake.modelling.versions import Version, in_force, standing
from learnlake.options import CONF, ConfFolder, Debug, Env, Lake, Style, said_in_a_sentence, store_of
from learnlake.pipeline import STEPS, graph_of, load_conf
from learnlake.runner.ledger import Ledger
from learnlake.settings import Conf

Clock = Callable[[], datetime]
COLUMNS = ("model", "version", "train_day", "status", "measured", "reason")
Model = Annotated[
    str, typer.Argument(metavar="MODEL", help="A model's name, or that of its file in conf, such as renewal.")
]


def register(app: typer.Typer, now: Clock) -> None:
    """Add these commands to the command line.

    Args:
        app: the command line.
        now: tells the time of a decision, in UTC.
    """
    models = typer.Typer(rich_markup_mode=None, context_settings={"obj": now})
    models.callback(invoke_without_command=True)(listed)
    models.command()(show)
    models.command()(rollback)
    app.add_typer(models, name="models")


def listed(
    ctx: typer.Context,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """List the trained models: versions, which one scores, what the gate measured, and why it decided so."""
    with said_in_a_sentence(debug=debug):
        if ctx.invoked_subcommand is not None:
            _refuse_misplaced(ctx)
            return
        settings = load_conf(conf, env, lake=lake)
        tracking = tracking_of(settings)
        rows = []
        for node in nodes_of(settings):
            versions = tracking.versions(node)
            rows += [(node.name, *_told(version, versions)) for version in reversed(versions)]
        if not rows:
            raise LearnlakeError("no model has been trained yet; `learnlake run` trains them.")
        print_rows(COLUMNS, rows, style)


def show(
    model: Model,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Say all about the version of a model that scores now, and where its pictures are."""
    with said_in_a_sentence(debug=debug):
        settings = load_conf(conf, env, lake=lake)
        tracking, node = tracking_of(settings), named(model, nodes_of(settings))
        versions = tracking.versions(node)
        champion = in_force(versions)
        if champion is None:
            raise LearnlakeError(f"{node.name} has no version in force; `learnlake models` says why.")
        logged = tracking.logged(champion)
        rows: list[tuple[str, str, object]] = [
            ("version", *pair) for pair in zip(COLUMNS, (node.name, *_told(champion, versions)), strict=True)
        ]
        for part, values in (
            ("metric", logged.metrics),
            ("setting", logged.params),
            ("cost", logged.cost),
            ("Delta version of", logged.data),
        ):
            rows += [(part, name, value) for name, value in sorted(values.items())]
        rows += [("picture", Path(path).name, f"{logged.address}/{path}") for path in logged.pictures]
        print_rows(("what", "name", "value"), rows, style)


def rollback(
    ctx: typer.Context,
    model: Model,
    because: Annotated[str, typer.Option("--because", metavar="WHY", help="The reason, to be kept.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first.")] = False,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    debug: Debug = False,
) -> None:
    """Withdraw the version of a model that scores now: from the next run on the one before it scores."""
    with said_in_a_sentence(debug=debug):
        settings = load_conf(conf, env, lake=lake)
        tracking, node = tracking_of(settings), named(model, nodes_of(settings))
        gone, then = tracking.replacement(node)
        ERR.print(f"{node.name} scores by {_said(gone)}; it would go back to {_said(then)}.", markup=False)
        if not yes and not typer.confirm(f"Withdraw version {gone.number}?", err=True):
            ERR.print("Nothing was changed.")
            return
        reason = f"withdrawn{f': {because}' if because else ' by hand'}; version {then.number} scores in its place"
        tracking.rollback(node, reason)
        Ledger(store_of(settings), ctx.obj).withdrawn(node.name, gone, reason)
        ERR.print(
            f"Version {gone.number} is withdrawn. `learnlake run` scores anew by version {then.number}; earlier days: "
            f"`learnlake run --from {gone.train_day} --to DATE`.",
            markup=False,
        )


def tracking_of(conf: Conf) -> Tracking:
    """Open the registry of the lake that conf names."""
    return Tracking.of(conf.of(ModelSettings), conf.of(LakeSettings).root)


def nodes_of(conf: Conf) -> tuple[ModelNode, ...]:
    """Return the models that conf asks for, by name."""
    made = [node.makes for node in graph_of(conf, STEPS).nodes if isinstance(node, Training)]
    return tuple(sorted(made, key=lambda node: node.name))


def named(word: str, nodes: Iterable[ModelNode]) -> ModelNode:
    """Return the model of this name, or the only one that is made for the file of conf of this name.

    Raises:
        ConfError: if there is none, or more than one for that file.
    """
    known = {node.name: node for node in nodes}
    if word in known:
        return known[word]
    found = [node for node in known.values() if node.file and node.file == word]
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfError(f"MODEL: `{word}` is several models: {', '.join(node.name for node in found)}; say which.")
    words = {*known, *(node.file for node in known.values() if node.file)}
    raise ConfError(f"MODEL: `{word}` is unknown; {near_match(word, words)}")


def loaded(conf: Conf, name: str, version: str) -> Any:
    """Load a version of a model, such as the one that made some rows."""
    tracking, node = tracking_of(conf), named(name, nodes_of(conf))
    return tracking.load(node, next(held for held in tracking.versions(node) if held.number == version))


def _told(version: Version, versions: tuple[Version, ...]) -> tuple[str, str, str, str, str]:
    said = standing(version, versions)
    return version.number, version.train_day.isoformat(), said, version.measured, version.reason


def _said(version: Version) -> str:
    measured = f" ({version.measured})" if version.measured else ""
    return f"version {version.number} of {version.train_day}{measured}"


def _refuse_misplaced(ctx: typer.Context) -> None:
    """Refuse options before a subcommand, for they would be lost: the wrong lake would be asked, or changed."""
    sources = [ctx.get_parameter_source(name) for name in ctx.params]
    if any(source is not None and source.name == "COMMANDLINE" for source in sources):
        raise ConfError(f"options go behind the command: `learnlake models {ctx.invoked_subcommand} MODEL --...`.")
