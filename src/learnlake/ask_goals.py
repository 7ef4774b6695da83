"""The commands about goals: goals, chance of one user, learn from a flat table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from learnlake.answering import asked, day_of, printed, refuse_unknown
from learnlake.ask_models import loaded
from learnlake.console import ERR, Format, print_rows
from learnlake.demand.goals import Goals, answers
from learnlake.demand.goals.models.flat import Flat, learned_flat
from learnlake.demand.goals.rules.change import Change, nearest
from learnlake.demand.goals.rules.words import in_words, shown
from learnlake.errors import LearnlakeError
from learnlake.lake.raw import flat_table
from learnlake.lake.store import Store
from learnlake.lake.tables.demand import PROPENSITIES
from learnlake.modelling.gate import Candidate, judge
from learnlake.modelling.propensity import DEFAULT, LEARNERS, Propensity
from learnlake.options import CONF, AsOf, ConfFolder, Debug, Env, Lake, Style, end, opened, said_in_a_sentence
from learnlake.pipeline import load_conf
from learnlake.session import SparkSettings, start
from learnlake.settings import Conf

OTHERS = 2_000
TOLD = (
    *("rows", "base_rate", "pr_auc", "pr_auc_low", "pr_auc_high", "roc_auc", "log_loss", "base_log_loss", "brier"),
    *("calibration_error", "perfect_calibration_error", "lift_01", "gain_01", "accuracy", "precision", "recall", "f1"),
    *(
        "rule_pr_auc",
        "simple_pr_auc",
        "best_single_auc",
        "canary_auc",
        "selected_columns",
        "selection_cost",
        "small_cost",
    ),
)


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (goals, learn):
        app.command()(command)


def goals(
    as_of: AsOf = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    lake: Lake = None,
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """List the goals: how many users have a chance, how great it is, and how many are worth contacting."""
    with said_in_a_sentence(debug=debug):
        _, store = opened(conf, env, lake)
        day = day_of(store, as_of, PROPENSITIES)
        printed(asked(answers.goals, store, as_of=day), style)


def tell_chance(store: Store, conf: Conf, of: tuple[str, str], style: Format, as_of: AsOf = None) -> None:
    """Print one user's chance of a goal, its reasons, and the nearest change that would alter the prediction.

    Raises:
        ConfError: for an unknown goal.
        LearnlakeError: where the user is not at risk.
    """
    user, goal = of
    known = conf.of(Goals).files
    refuse_unknown(goal, known, "--goal")
    day = day_of(store, as_of, PROPENSITIES)
    said = asked(answers.chance, store, as_of=day, user=user, goal=goal).cache()
    if not printed(said, style, upright=True):
        raise LearnlakeError(
            f"user {user} has no chance of `{goal}` on {day}: not in its population ({known[goal].population}), or no model is published"
        )
    model: Propensity = loaded(conf, f"propensity_{goal}", said.collect()[0].model_version)
    person = asked(answers.person_at_risk, store, as_of=day, goal=known[goal], user=user).toPandas()
    others = asked(answers.people_at_risk, store, as_of=day, goal=known[goal], at_most=OTHERS).toPandas()
    if all(name in person.columns for name in model.needs):
        found = nearest(model, person, others, dict(model.quality_).get("threshold", 0.5))
        ERR.print(_changed(found), markup=False)


def _changed(change: Change | None) -> str:
    """Say the nearest change in both languages."""
    if change is None:
        return "No feature that a user's deeds could move has a say in this chance. 没有可由用户行为改变的特征。"
    before, after = (in_words(change.feature, shown(value)) for value in (change.before, change.after))
    verdict = "would alter the prediction" if change.is_enough else "would come nearest to altering it"
    verdict_zh = "会改变预测" if change.is_enough else "最接近改变预测"
    return (
        f"What {verdict}: {after[0]} in place of {before[0]} (chance {change.chance:.1%}). A property of the model, not a promised effect.\n"
        f"{verdict_zh}：由“{before[1]}”变为“{after[1]}”（概率 {change.chance:.1%}）。这是模型的性质，不是承诺的效果。"
    )


def learn(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header, or parquet.", exists=True)],
    target: Annotated[str, typer.Option(metavar="COLUMN", help="The outcome, of two values.")],
    key: Annotated[str, typer.Option(metavar="COLUMN", help="What identifies a row's user.")] = "",
    time: Annotated[str, typer.Option(metavar="COLUMN", help="When a row was known: the newest fifth judges.")] = "",
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", metavar="COLUMN", help="A column not to use; may be repeated.")
    ] = None,
    learner: Annotated[
        list[str] | None, typer.Option("--learner", metavar="NAME", help="A learner to try; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the model, its curves and rules.")] = None,
    conf: ConfFolder = CONF,
    env: Env = "local",
    style: Style = Format.TABLE,
    debug: Debug = False,
) -> None:
    """Learn the chance of a target from a flat table of your own, with the same checks and judgement as the lake's goals."""
    with said_in_a_sentence(debug=debug):
        for name in learner or ():
            refuse_unknown(name, LEARNERS, "--learner")
        spark = start(load_conf(conf, env).of(SparkSettings))
        wanted = Flat(target, key, time, tuple(leave_out or ()), tuple(learner or DEFAULT))
        candidate = learned_flat(flat_table(spark, file), wanted)
        decision = judge(candidate)
        if candidate.metrics:
            rows = [(name, f"{candidate.metrics[name]:.4f}") for name in TOLD if name in candidate.metrics]
            print_rows(("measure", "value"), rows, style)
        if candidate.model is not None:
            ERR.print(f"Learner: {candidate.params['learner']}. Columns: {candidate.params['columns']}.", markup=False)
        if out and candidate.model is not None:
            _written(candidate, out)
        if candidate.remark:
            ERR.print(f"Note: {candidate.remark}.", markup=False)
        if not decision.is_published:
            end(f"{file.name}: {decision.reason}", 1)
        ERR.print(f"{decision.reason}.", markup=False)


def _written(candidate: Candidate, out: Path) -> None:
    """Write the model, its curves, and what is to be read beside it."""
    out.mkdir(parents=True, exist_ok=True)
    if candidate.model is not None:
        candidate.model.save(out)
    for name, picture in candidate.pictures.items():
        (out / name).write_bytes(picture)
    for name, text in candidate.texts.items():
        (out / name).write_text(text, encoding="utf-8")
    ERR.print(f"The model, its curves and rules are in {out}.", markup=False)
