"""Draw mutants, and show them to tests.

    python -m bench.mutants record [--tier quick|full] [-- WORDS OF PYTEST]
    python -m bench.mutants draw
    python -m bench.mutants show --tier quick|tiny|full
    python -m bench.mutants done KEY WHAT WAS DONE
    python -m bench.mutants page

``record`` runs a tier once over the true code and keeps which test runs which line. ``show`` goes on where it was stopped: results are
lines of ``.mutants/results.jsonl``, by what a mutant is and by tier. A mutant goes to the next tier only if it survived the one before.
"""

from __future__ import annotations

import argparse
import json
import shutil
import signal
import sys
from collections.abc import Container
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.mutants.choosing import Record, fitting, folder, near, touching
from bench.mutants.drawing import Mutant, digest, drawn, modules
from bench.mutants.page import TIERS, page
from bench.mutants.showing import ASIDE, OVER, Copy, Outcome, copied, run
from coverage import CoverageData

ROOT = Path(__file__).parents[2]
WORDS = {"quick": ["-m", "quick"], "tiny": ["tests/runner/test_run.py"], "full": []}
SECONDS = {"quick": 60.0, "tiny": 900.0, "full": 3600.0}
WORKERS = "2"  # of a record; a mutant is shown to one, so that several can be shown side by side
MISSES = 3  # tests that fail without the mutant too, before its run is given up


@dataclass(frozen=True)
class Bench:
    """Where records and results are kept, and what is drawn."""

    home: Path
    count: int
    seed: int
    root: Path = ROOT

    def record(self, tier: str) -> Record:
        """Return what was recorded of a tier; the tiny run is part of the quick one."""
        return Record.read(self.home / f"{'quick' if tier == 'tiny' else tier}.json")

    def results(self) -> list[dict[str, Any]]:
        """Return every result and remark so far."""
        path = self.home / "results.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []

    def keep(self, **said: object) -> None:
        """Add one result or remark."""
        with (self.home / "results.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(said, ensure_ascii=False) + "\n")

    def texts(self) -> dict[str, str]:
        """Return the modules by their paths."""
        return {path: (self.root / path).read_text(encoding="utf-8") for path in modules(self.root)}

    def drawn(self) -> list[Mutant]:
        """Return the mutants of this seed and code."""
        return drawn(self.texts(), self.count, self.seed)

    def waiting(self, tier: str) -> list[Mutant]:
        """Return the mutants that a tier has not seen and that the tier before it, if there is one, did not find."""
        held = {(result["mutant"], result["tier"]): result["is_found"] for result in self.results() if "tier" in result}
        before = TIERS[TIERS.index(tier) - 1] if tier != TIERS[0] else None
        new = [mutant for mutant in self.drawn() if (mutant.key, tier) not in held]
        return [mutant for mutant in new if before is None or held.get((mutant.key, before)) is False]


def record(bench: Bench, tier: str, words: list[str]) -> None:
    """Run a tier over the true code, and keep what each test and shared fixture ran and took."""
    with copied(ROOT) as copy:
        traced = copy.home / "traced"
        hashes = ["--hashes"] if tier == "quick" else []
        code = digest(replace(bench, root=copy.root).texts())
        made = run(copy, [f"--traced={traced}", *hashes, "-n", WORKERS, *(words or WORDS[tier])], 0)
        data = CoverageData(no_disk=True)
        for file in sorted(copy.home.glob(f"{traced.name}*")):
            of_one = CoverageData(str(file))
            of_one.read()
            data.update(of_one)
        replace(Record.of(made.told, data, copy.root), code=code).write(bench.home / f"{tier}.json")
        shutil.copyfile(copy.home / "output.txt", bench.home / f"{tier}.txt")
    passed = len(bench.record(tier).shares)
    print(f"{passed} tests passed and are kept ({made.what} {made.test}); the output is in {bench.home / tier}.txt")


def draw(bench: Bench) -> None:
    """Print each mutant and how many recorded tests touch it."""
    held = bench.record("quick")
    for mutant in bench.drawn():
        tests = touching(mutant, held)
        shown = fitting(tests, held, SECONDS["quick"])
        print(
            f"{mutant.key} {mutant.group}, {mutant.edit.kind}: {mutant.path}:{mutant.line}, {len(shown)}/{len(tests)} tests"
        )
        print(f"    - {mutant.was}\n    + {mutant.now}")


def show(bench: Bench, tier: str, words: list[str], only: list[str]) -> None:
    """Show each waiting mutant to a tier, or some named ones again, and keep what was seen."""
    held = bench.record(tier)
    with copied(ROOT) as copy:
        bench = replace(bench, root=copy.root)
        if held.shares and held.code != digest(bench.texts()):
            raise SystemExit(f"the code is not what was recorded: run `record --tier {tier}` again")
        for mutant in [mutant for mutant in bench.drawn() if mutant.key in only] if only else bench.waiting(tier):
            tests = words or _tests(bench, mutant, tier, held)
            made = shown(copy, mutant, tests, tier, held.shares) if tests else Outcome("no tests", "", 0.0)
            result = judged(made, held)
            bench.keep(mutant=mutant.key, tier=tier, path=mutant.path, line=mutant.line, **result, shown=tests)
            print(f"{mutant.key} {mutant.path}:{mutant.line} {mutant.edit.kind}: {result}", flush=True)


def _tests(bench: Bench, mutant: Mutant, tier: str, held: Record) -> list[str]:
    """Return the tests of a tier; of the full one those near the module, but for what the mutant has survived already."""
    if tier == "quick":
        return fitting(touching(mutant, held), held, SECONDS[tier])
    if tier == "tiny":
        return ["--hashes", *WORDS[tier]]
    if not held.shares:
        return [folder(mutant.path)]
    seen = {test for result in bench.results() if result["mutant"] == mutant.key for test in result.get("shown", [])}
    return [test for test in near(mutant, held) if test not in seen]


def shown(copy: Copy, mutant: Mutant, tests: list[str], tier: str, passed: Container[str]) -> Outcome:
    """Run tests over a mutant.

    A test that was not seen to pass over the true code is tried there: where it fails too it says nothing, and the run is made
    again without it.
    """
    left_out: list[str] = []
    for _ in range(MISSES):
        with copy.mutated(mutant):
            made = run(copy, ["-x", *tests, *(f"--deselect={test}" for test in left_out)], SECONDS[tier])
        if made.what in OVER:
            return _hanging(copy, mutant, made, tier)
        if made.what != "failed" or made.test in passed:
            return made
        alone = [made.test] if made.test else ["--collect-only", *tests]
        if run(copy, alone, SECONDS[tier]).what == "passed":
            return made
        if not made.test:
            raise SystemExit(f"the tests fail without a mutant too; record them again:\n{made.output[-2000:]}")
        left_out.append(made.test)
    return Outcome("no tests", "", 0.0)


def _hanging(copy: Copy, mutant: Mutant, made: Outcome, tier: str) -> Outcome:
    """Say that a mutant hangs if the test under way alone takes all the time with it, and without it passes; else the time is up."""
    words = [made.test] if made.test else ["--collect-only"]
    with copy.mutated(mutant):
        again = run(copy, words, SECONDS[tier])
    is_mutants = again.what in OVER and run(copy, words, SECONDS[tier]).what == "passed"
    return replace(made, what="hangs" if is_mutants else "time is up")


def judged(made: Outcome, held: Record) -> dict[str, Any]:
    """Say whether a mutant was found, and what else is worth a note."""
    is_found = made.what in ("failed", "hangs")
    hashes = {name: value for line in made.told for name, value in line.get("hashes", {}).items()}
    other = sorted(name for name, value in hashes.items() if held.hashes and held.hashes.get(name) != value)
    notes = [f"{made.what} at {made.test}"] if made.what == "time is up" else []
    notes += ["no tests"] if made.what == "no tests" else []
    notes += [f"other rows in {', '.join(other)}"] if other else []
    return {
        "is_found": is_found,
        "what": made.what,
        "test": made.test or ("collection" if is_found else ""),
        "seconds": made.seconds,
        "note": "; ".join(notes),
    }


def written(bench: Bench) -> str:
    """Return the page of what was found."""
    said = bench.results()
    done = {result["mutant"]: result["done"] for result in said if "done" in result}
    return page(bench.drawn(), [result for result in said if "tier" in result], done)


def arguments() -> argparse.Namespace:
    """Read the words of the command line."""
    words = argparse.ArgumentParser(
        prog="python -m bench.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    words.add_argument("what", choices=("record", "draw", "show", "done", "page"))
    words.add_argument("words", nargs="*", help="words of pytest instead of the tier's own; a mutant and what was done")
    words.add_argument("--tier", choices=TIERS, default=TIERS[0])
    words.add_argument("--only", nargs="+", default=[], metavar="KEY", help="show these, shown before or not")
    words.add_argument("--count", type=int, default=40)
    words.add_argument("--seed", type=int, default=2026)
    words.add_argument("--home", type=Path, default=ROOT / ASIDE, help="where records and results are kept")
    given = words.parse_intermixed_args()
    if given.what == "record" and given.tier == "tiny":
        words.error("the tiny run is recorded with the quick tier: record --tier quick")
    return given


def main() -> None:
    """Do what is asked; ended by a signal or not, nothing of a copy stays."""
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    bench = Bench(given.home, given.count, given.seed)
    given.home.mkdir(parents=True, exist_ok=True)
    if given.what == "record":
        record(bench, given.tier, given.words)
    elif given.what == "draw":
        draw(bench)
    elif given.what == "show":
        show(bench, given.tier, given.words, given.only)
    elif given.what == "done":
        bench.keep(mutant=given.words[0], done=" ".join(given.words[1:]))
    else:
        (ROOT / "docs" / "mutants.md").write_text(written(bench), encoding="utf-8")


if __name__ == "__main__":
    main()
