"""The tool that makes mutants: what it draws, which tests it chooses, how it reads a run, and that the tree is only read."""

from __future__ import annotations

import ast
import signal
import subprocess
from pathlib import Path
from textwrap import dedent

import bench.mutants.__main__ as main
import pytest
from bench.mutants.choosing import Record, fitting, near, touching, twin
from bench.mutants.drawing import GROUPS, Mutant, digest, drawn, is_another, mutants
from bench.mutants.edits import Edit, Source
from bench.mutants.page import page
from bench.mutants.showing import Copy, Outcome, copied, outcome

PATH = "src/learnlake/features/stages/user_days.py"
CHANGES = {
    "is_late = day < as_of": {"is_late = day <= as_of"},
    "is_odd = 0 < n <= most": {"is_odd = 0 <= n <= most", "is_odd = 0 < n < most", "is_odd = 1 < n <= most"},
    "has = kind in known": {"has = kind not in known"},
    "has = kind not in known": {"has = kind in known"},
    "lacks = day is None": {"lacks = day is not None"},
    "both = a and b and c": {"both = a or b and c", "both = a and b or c"},
    "both = (a) & (b)": {"both = (a) | (b)"},
    "rest = ~paid": {"rest = paid"},
    "rest = not paid": {"rest = paid"},
    "mean = total / (days - 1)": {
        "mean = total * (days - 1)",
        "mean = total / (days + 1)",
        "mean = total / (days - 2)",
    },
    "half = n // 2": {"half = n * 2", "half = n // 3"},
    "n += step": {"n -= step"},
    "day = end - timedelta(days=n)": {"day = end + timedelta(days=n)", "day = end - timedelta(days=(n) + 1)"},
    'out = left.join(right, on="user_id", how="left")': {'out = left.join(right, on="user_id", how="inner")'},
    'worth = F.sum("paid")': {'worth = F.count("paid")'},
    'last = F.max("day").alias("day")': {'last = F.min("day").alias("day")'},
    'by = F.col("n").desc()': {'by = F.col("n").asc()'},
    'out = rows.where("n > 0").select("n")': {'out = rows.select("n")'},
    'out = rows.orderBy("day", "user_id")': {'out = rows.orderBy("day")'},
    "known = F.coalesce(said, F.lit(False))": {"known = F.coalesce(said, F.lit(True))"},
    "n = 1 if first else m": {"n = 2 if first else m", "n = 1 if not (first) else m"},
    "out = [day for day in days if day]": {"out = [day for day in days if not (day)]"},
    '名 = "学习" if 甲 < 乙 else ""': {'名 = "学习" if 甲 <= 乙 else ""', '名 = "学习" if not (甲 < 乙) else ""'},
}
SILENT = '''
"""A module of 2 < 3 words."""
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    n = 1 + 2

@dataclass(order=1 < 2)
class Held(Section):
    """Of 3 things."""

    share: int | float = Field(description="above 0" + "!", title=f"{1 + 1}")

    def __repr__(self) -> str:
        return "a" * (1 + 2)

def held(rows: list[int | None], seed: int | None = None) -> tuple[int, 2]:
    log.info("so many: %s", len(rows) + 1)
    SEED = 7
    found = fit(rows, seed=7, random_state=1 + 1)
    first, last = rows[0], rows[-1]
    text = f"{len(rows) + 1} rows" + "."
    counted = F.count(F.lit(1)).alias("n")
    raise ValueError(f"give {len(rows) - 1}", rows[1 + 1])
'''


def of(text: str, path: str = PATH) -> list[Mutant]:
    return [mutant for mutant in mutants(path, text) if is_another(text, mutant.edit)]


@pytest.mark.parametrize("line", CHANGES, ids=range(len(CHANGES)))
def test_each_kind_of_change_is_made_and_no_other(line: str) -> None:
    assert {mutant.now for mutant in of(line)} == CHANGES[line]


def test_what_changes_nothing_that_the_code_does_is_not_drawn() -> None:
    assert [mutant.now for mutant in of(SILENT)] == []


def test_a_body_is_emptied_and_its_condition_turned() -> None:
    text = "def f(n):\n    if n:\n        n = g(n)\n        n = h(n)\n    return n\n"
    made = {mutant.edit.kind: Source.of(text).edited(mutant.edit) for mutant in of(text)}
    assert made == {
        "body": "def f(n):\n    if n:\n        pass\n    return n\n",
        "condition": text.replace("if n:", "if not (n):"),
    }


def test_a_mutant_knows_its_line_and_the_lines_of_its_statement() -> None:
    (made,) = [mutant for mutant in of("\nout = f(\n    a,\n    b + c,\n)\n") if mutant.edit.kind == "arithmetic"]
    assert (made.line, made.lines, made.was, made.now) == (4, (2, 5), "b + c,", "b - c,")


MODULES = {
    f"src/learnlake/{folder}/{name}.py": f"def f(a, b):\n    c = a < b + {n}\n    return min(a, c) and ~b\n"
    for folder in ("runner", "modelling", "features/stages", "ingest/rules")
    for n, name in enumerate(("one", "two", "three"))
}


def test_the_same_seed_draws_the_same_and_another_seed_others() -> None:
    keys = [[mutant.key for mutant in drawn(MODULES, 8, seed)] for seed in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]
    assert len(set(keys[0])) == 8


def test_the_draw_is_spread_over_groups_modules_and_kinds() -> None:
    found = drawn(MODULES, 12, 1)
    assert len({mutant.path for mutant in found}) == 12
    for group in set(GROUPS.values()):
        assert len({mutant.edit.kind for mutant in found if mutant.group == group}) == 3
    for mutant in found:
        ast.parse(Source.of(MODULES[mutant.path]).edited(mutant.edit))


def test_lines_above_and_other_modules_leave_a_mutant_its_key_and_its_place() -> None:
    moved = {path: f"import os\n\n\n{text}" for path, text in MODULES.items()}
    assert [mutant.key for mutant in drawn(moved, 8, 1)] == [mutant.key for mutant in drawn(MODULES, 8, 1)]
    assert digest(moved) != digest(MODULES) == digest(dict(reversed(MODULES.items())))


TWIN, OTHER, RUN = "tests/features/stages/test_user_days.py", "tests/ingest/test_a.py", "tests/runner/test_run.py"
SECONDS = {f"{TWIN}::a": 30.0, f"{OTHER}::b": 5.0, f"{OTHER}::c": 6.0, f"{RUN}::d": 7.0, f"{RUN}::e": 1.0}
LAKE = "fixture tests/runner::lake"
RECORD = Record(
    {**SECONDS, LAKE: 50.0},
    {test: [LAKE] if RUN in test else [] for test in SECONDS},
    {PATH: {2: [f"{TWIN}::a", f"{OTHER}::b", f"{OTHER}::c"], 3: [LAKE], 9: [f"{OTHER}::c"]}},
)


def mutant_of(*lines: int) -> Mutant:
    return Mutant(PATH, (lines[0], lines[-1]), lines[0], Edit("constant", 0, 1, "2"), "1", "2", 1)


def test_the_twin_comes_first_then_the_shortest_of_each_file_in_turn() -> None:
    assert touching(mutant_of(2, 3), RECORD) == [
        f"{TWIN}::a",
        f"{RUN}::e",
        f"{OTHER}::b",
        f"{OTHER}::c",
        f"{RUN}::d",
    ]


def test_what_a_shared_fixture_runs_is_touched_by_the_tests_that_share_it() -> None:
    assert touching(mutant_of(3), RECORD) == [f"{RUN}::e", f"{RUN}::d"]


def test_a_line_that_no_test_was_seen_to_run_falls_back_on_the_twin_and_the_module() -> None:
    assert twin(PATH) == TWIN
    assert set(touching(mutant_of(5), RECORD)) == set(SECONDS)


def test_tests_fit_the_time_and_what_they_share_is_paid_once() -> None:
    tests = touching(mutant_of(2, 3), RECORD)
    assert fitting(tests, RECORD, 60) == [f"{TWIN}::a", f"{OTHER}::b", f"{OTHER}::c"]
    assert RECORD.cost(fitting(tests, RECORD, 60)) == 41
    assert fitting([f"{RUN}::e", f"{RUN}::d"], RECORD, 58) == [f"{RUN}::e", f"{RUN}::d"]
    assert fitting([f"{RUN}::e"], RECORD, 50) == []


def test_the_full_tier_shows_what_touches_the_module_or_stands_in_its_room() -> None:
    assert near(mutant_of(9), RECORD) == [f"{OTHER}::b", f"{OTHER}::c", f"{TWIN}::a", f"{RUN}::e", f"{RUN}::d"]
    elsewhere = Mutant("src/learnlake/ingest/rules/x.py", (1, 1), 1, Edit("constant", 0, 1, "2"), "1", "2", 1)
    assert near(elsewhere, RECORD) == [f"{OTHER}::b", f"{OTHER}::c"]


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    RECORD.write(tmp_path / "quick.json")
    assert Record.read(tmp_path / "quick.json") == RECORD
    assert Record.read(tmp_path / "none.json") == Record({}, {}, {})


class Traced:
    def measured_files(self) -> set[str]:
        return {f"/copy/{PATH}"}

    def contexts_by_lineno(self, _: str) -> dict[int, list[str]]:
        return {1: [""], 2: ["", f"{TWIN}::a", "fixture tests::lake"]}


def test_a_record_keeps_tests_that_passed_and_no_line_of_an_import() -> None:
    told = [
        {"started": f"{TWIN}::a"},
        {"shared": "fixture tests::lake", "seconds": 3.0},
        {"shared": "fixture tests/ingest::lake", "seconds": 4.0},
        {"test": f"{TWIN}::a", "seconds": 1.0, "fixtures": ["lake", "tmp_path"]},
        {"failed": f"{TWIN}::b", "when": "call"},
        {"test": f"{TWIN}::b", "seconds": 1.0, "fixtures": []},
        {"skipped": f"{TWIN}::c"},
        {"test": f"{TWIN}::c", "seconds": 0.0, "fixtures": []},
        {"hashes": {"gold.x": "1"}},
    ]
    made = Record.of(told, Traced(), Path("/copy"))
    assert made.shares == {f"{TWIN}::a": ["fixture tests::lake"]}
    assert made.touched == {PATH: {2: ["fixture tests::lake", f"{TWIN}::a"]}}
    assert made.cost([f"{TWIN}::a"]) == 4.0
    assert made.hashes == {"gold.x": "1"}


BEGUN = [{"started": f"{TWIN}::a"}, {"test": f"{TWIN}::a", "seconds": 2.0}, {"started": f"{OTHER}::b"}]


@pytest.mark.parametrize(
    ("code", "told", "what"),
    [
        (0, [], ("passed", "")),
        (1, [*BEGUN, {"failed": f"{OTHER}::b"}], ("failed", f"{OTHER}::b")),
        (2, [], ("failed", "")),
        (4, [], ("failed", "")),
        (5, [], ("no tests", "")),
        (-signal.SIGALRM, BEGUN, ("time is up", f"{OTHER}::b")),
        (None, BEGUN, ("hangs", f"{OTHER}::b")),
    ],
)
def test_the_end_of_a_run_is_read(code: int | None, told: list[dict[str, object]], what: tuple[str, str]) -> None:
    made = outcome(code, told, "")
    assert (made.what, made.test) == what


LATE, GOOD = Outcome("time is up", "b", 60.0), Outcome("passed", "", 3.0)
BAD = Outcome("failed", "b", 3.0)
MUTANT = Mutant("src/a.py", (1, 1), 1, Edit("constant", 4, 5, "2"), "n = 1", "n = 2", 1)


@pytest.mark.parametrize(
    ("runs", "what"),
    [
        ([("n = 2", GOOD)], "passed"),
        ([("n = 2", BAD), ("n = 1", GOOD)], "failed"),
        ([("n = 2", BAD), ("n = 1", BAD), ("n = 2", GOOD)], "passed"),
        ([("n = 2", BAD), ("n = 1", BAD)] * 3, "no tests"),
        ([("n = 2", LATE), ("n = 2", LATE), ("n = 1", GOOD)], "hangs"),
        ([("n = 2", LATE), ("n = 2", LATE), ("n = 1", LATE)], "time is up"),
        ([("n = 2", LATE), ("n = 2", GOOD)], "time is up"),
    ],
)
def test_a_test_speaks_against_a_mutant_only_if_it_passes_without_it(
    tree: Path, monkeypatch: pytest.MonkeyPatch, runs: list[tuple[str, Outcome]], what: str
) -> None:
    """Each run finds this text of the module, and ends like this."""
    left = list(runs)

    def ran(copy: Copy, words: list[str], _: float) -> Outcome:
        text, made = left.pop(0)
        assert copy.text("src/a.py") == f"{text}\n"
        seen = runs[: -len(left) - 1]
        assert ("--deselect=b" in words) == (text == "n = 2" and ("n = 1", BAD) in seen)
        return made

    monkeypatch.setattr(main, "run", ran)
    assert main.shown(Copy(tree.parent, tree), MUTANT, ["a", "b"], "quick", ()).what == what
    assert left == []


def test_a_test_that_was_recorded_to_pass_is_believed_at_once(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "run", lambda *_: BAD)
    assert main.shown(Copy(tree.parent, tree), MUTANT, ["a"], "quick", {"b"}) is BAD


def test_time_that_is_up_is_a_note_and_not_a_find() -> None:
    seen = main.judged(LATE, Record({}, {}, {}))
    assert (seen["is_found"], seen["note"]) == (False, "time is up at b")


def test_other_rows_of_the_tiny_run_are_a_note_and_not_a_find() -> None:
    held = Record({}, {}, {}, {"gold.a": "1", "gold.b": "2"})
    seen = main.judged(outcome(0, [{"hashes": {"gold.a": "1", "gold.b": "3"}}], ""), held)
    assert (seen["is_found"], seen["note"]) == (False, "other rows in gold.b")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    (root / "src").mkdir(parents=True)
    (root / "src" / "a.py").write_text("n = 1\n")
    (root / "demo").mkdir()
    (root / "demo" / "big").write_text("")
    (root / ".gitignore").write_text("/demo/\n")
    subprocess.run(["git", "init", "-q", str(root)], check=True)  # noqa: S603, S607  # a repository for the test
    return root


def test_a_mutant_stands_in_the_copy_alone_and_goes_even_when_the_run_is_interrupted(tree: Path) -> None:
    homes: list[Copy] = []

    def interrupted() -> None:
        with copied(tree) as copy:
            homes.append(copy)
            with copy.mutated(MUTANT):
                assert copy.text("src/a.py") == "n = 2\n"
                assert (tree / "src" / "a.py").read_text() == "n = 1\n"
            assert copy.text("src/a.py") == "n = 1\n"
            assert not (copy.root / "demo").exists(), "what git ignores stays behind"
            raise KeyboardInterrupt

    before = {path: path.stat().st_mtime_ns for path in tree.rglob("*")}
    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert not homes[0].home.exists()
    assert {path: path.stat().st_mtime_ns for path in tree.rglob("*")} == before


def test_compiled_code_of_another_text_is_never_run(tmp_path: Path) -> None:
    copy = Copy(tmp_path, tmp_path)
    (tmp_path / "__pycache__").mkdir()
    old, other = (tmp_path / "__pycache__" / f"{name}.cpython-311.pyc" for name in ("a", "ab"))
    old.write_text("")
    other.write_text("")
    copy.put("a.py", "n = 2\n")
    assert (old.exists(), other.exists()) == (False, True)


def test_a_mutant_waits_for_a_tier_only_if_the_tier_before_did_not_find_it(tmp_path: Path) -> None:
    root = tmp_path / "tree"
    for path, text in MODULES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    bench = main.Bench(tmp_path, 4, 1, root)
    first, second, third, fourth = [mutant.key for mutant in bench.drawn()]
    for key, is_found in ((first, True), (second, False), (third, True)):
        bench.keep(mutant=key, tier="quick", is_found=is_found)
    bench.keep(mutant=third, tier="quick", is_found=False)
    bench.keep(mutant=second, done="a test was added")
    assert [mutant.key for mutant in bench.waiting("quick")] == [fourth]
    assert {mutant.key for mutant in bench.waiting("tiny")} == {second, third}


def test_the_page_counts_what_was_found_and_lists_what_lives() -> None:
    found, lives = drawn(MODULES, 2, 1)
    seen = {"what": "fails", "test": f"{TWIN}::a", "seconds": 2.5, "note": ""}
    results = [
        {"mutant": found.key, "tier": "quick", "is_found": True, **seen},
        {"mutant": lives.key, "tier": "quick", "is_found": False, **seen, "note": "no tests"},
        {"mutant": lives.key, "tier": "tiny", "is_found": False, **seen, "note": "other rows in gold.b"},
    ]
    again = {"mutant": found.key, "tier": "quick", "is_found": False, **seen}
    text = page([found, lives], [again, *results], {lives.key: "equal: n is whole"})
    assert "before tests were added: 0 of 2, 0%" in text
    assert "the tests that touch its line: 1 found, 1 of 2 so far, 50%" in text
    assert f"fails: `{TWIN}::a`, 2.5 s" in text
    assert (
        "**lives** after the tests that touch its line, the tiny run (no tests; other rows in gold.b) | equal: n is whole"
        in text
    )
    assert dedent(text) == text
