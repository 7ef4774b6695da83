import ast

import pytest

from learnlake import pipeline
from tests.conftest import ROOT
from tests.golden.make import HELP, JOBS, WORDS, said_by_command, said_by_job

ROOMS = {room.__name__.rsplit(".", 1)[-1]: room for room in pipeline.ROOMS}
ANEW = "the help has changed: look at the difference, then run `python tests/golden/make.py`"


def golden(name: str) -> str:
    return (HELP / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", JOBS)
def test_a_job_says_what_it_makes(name):
    assert said_by_job(name) == golden(name), ANEW


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_a_command_says_what_it_does(words):
    assert said_by_command(*words) == golden("_".join(("learnlake", *words))), ANEW


def test_the_command_line_lists_its_commands():
    assert said_by_command() == golden("learnlake"), ANEW


def test_there_is_a_job_for_each_room_and_one_for_all():
    assert set(JOBS) == {*ROOMS, "nightly"}


def test_there_is_no_golden_help_of_what_is_gone():
    assert {path.stem for path in HELP.glob("*.txt")} == {
        *JOBS,
        *("_".join(("learnlake", *words)) for words in WORDS),
        "learnlake",
    }


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_a_job_names_every_table_of_its_room(name):
    made = {step.name for step in ROOMS[name].STAGES if hasattr(step, "writes")}
    told = {
        line.split(":")[0].strip() for line in golden(name).splitlines() if line.startswith(("  silver.", "  gold."))
    }
    assert told == made


@pytest.mark.parametrize("name", JOBS)
def test_a_job_holds_nothing_but_imports_and_one_call(name):
    tree = ast.parse((ROOT / "jobs" / f"{name}.py").read_text(encoding="utf-8"))
    docstring, *rest, last = tree.body
    assert isinstance(docstring, ast.Expr)
    assert all(isinstance(node, ast.ImportFrom) for node in rest)
    assert [ast.unparse(line).split("(")[0] for line in last.body] == ["job"]
