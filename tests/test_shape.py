"""The bars of size and shape: short files and functions, few parameters, documented, nothing suppressed in silence."""

import ast
import io
import re
import tokenize

import pytest

from tests.conftest import ROOT
from tests.syntax import OURS, PYTHON, TREES, functions, word

WRITTEN = [*PYTHON, *(path for kind in ("conf/**/*.yml", "*.yml", "*.toml", "Makefile") for path in ROOT.glob(kind))]
UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
SUPPRESSED = re.compile(r"noqa|type: ?ignore|pragma:")
REASONED = re.compile(r"# (noqa: [A-Z]+\d+(, [A-Z]+\d+)*|type: ignore\[[a-z, -]+\]|pragma: no cover)  # \w.{5,}")
FUNCTIONS = {f"{name}:{made.lineno} {made.name}": made for name, tree in TREES.items() for made in functions(tree)}
FOLDERS = pytest.mark.parametrize("folder", ["src/", "tests/", ""], ids=["src", "tests", "everything"])


def p90(sizes: dict[str, int], folder: str) -> int:
    """The smallest size that nine in ten do not exceed."""
    held = sorted(size for name, size in sizes.items() if name.startswith(folder))
    return held[-(-9 * len(held) // 10) - 1]


def length(function: ast.FunctionDef) -> int:
    """Lines of a function, its docstring not counted."""
    first = function.body[0]
    docstring = first.end_lineno - first.lineno + 1 if ast.get_docstring(function) is not None else 0
    return function.end_lineno - function.lineno + 1 - docstring


LINES = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in PYTHON}
LENGTHS = {name: length(function) for name, function in FUNCTIONS.items()}


def test_no_file_exceeds_400_lines():
    assert {name: size for name, size in LINES.items() if size > 400} == {}


@FOLDERS
def test_nine_files_in_ten_have_200_lines_at_most(folder):
    assert p90(LINES, folder) <= 200


def test_no_function_exceeds_40_lines():
    assert {name: size for name, size in LENGTHS.items() if size > 40} == {}


@FOLDERS
def test_nine_functions_in_ten_have_20_lines_at_most(folder):
    assert p90(LENGTHS, folder) <= 20


def parameters(function: ast.FunctionDef) -> list[str]:
    """What a caller must give; of a stage, training or answer nothing: its frames are its ``reads``, and the rest comes by name."""
    declared = ("stage", "train", "answer")
    if any(isinstance(made, ast.Call) and word(made.func) in declared for made in function.decorator_list):
        return []
    held = function.args
    named = [*held.posonlyargs, *held.args, *held.kwonlyargs]
    return [argument.arg for argument in named if argument.arg not in ("self", "cls")]


def is_command(function: ast.FunctionDef) -> bool:
    """Say whether a function's parameters are the options of a command: one of them is the conf folder."""
    return any(word(argument.annotation) == "ConfFolder" for argument in function.args.args if argument.annotation)


def test_no_function_takes_more_than_five_parameters():
    """Commands and tests apart: a command has the options it has, a test the cells of its table."""
    many = {name for name, function in FUNCTIONS.items() if len(parameters(function)) > 5 and not is_command(function)}
    assert {name for name in many if not name.startswith("tests/")} == set()


def test_every_module_and_public_class_and_function_says_what_it_promises():
    mute = [name for name, tree in OURS.items() if not ast.get_docstring(tree)]
    for name, tree in OURS.items():
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        public = [node for node in classes if not node.name.startswith("_")]
        members = [node for held in (tree, *public) for node in held.body if isinstance(node, ast.FunctionDef)]
        said = [node for node in (*public, *members) if not node.name.startswith("_")]
        mute += [f"{name}:{node.lineno} {node.name}" for node in said if not ast.get_docstring(node)]
    assert mute == []


def test_nothing_is_left_to_do():
    undone = [path for path in WRITTEN if UNDONE.search(path.read_text(encoding="utf-8"))]
    assert [path.relative_to(ROOT).as_posix() for path in undone] == []


def test_every_suppression_has_its_code_and_its_reason():
    bare = []
    for path in PYTHON:
        text = io.StringIO(path.read_text(encoding="utf-8"))
        comments = [token for token in tokenize.generate_tokens(text.readline) if token.type == tokenize.COMMENT]
        silent = [made for made in comments if SUPPRESSED.search(made.string) and not REASONED.match(made.string)]
        bare += [f"{path.relative_to(ROOT)}:{made.start[0]} {made.string}" for made in silent]
    assert bare == []
