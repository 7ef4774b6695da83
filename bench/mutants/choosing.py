"""Which tests a mutant is shown: those whose recorded run touches its lines, as many as fit the time."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from bench.mutants.drawing import SRC, Mutant
from coverage import CoverageData

FIXTURE = "fixture "


@dataclass(frozen=True)
class Record:
    """A recorded run of tests that passed.

    ``seconds`` are of a test alone, or of a shared fixture; ``shares`` are a test's shared fixtures; ``touched`` says by path
    and line which tests and shared fixtures ran it; ``hashes`` are the contents of the tiny run's tables; ``code`` is what the modules
    were like.
    """

    seconds: dict[str, float]
    shares: dict[str, list[str]]
    touched: dict[str, dict[int, list[str]]]
    hashes: dict[str, str] = field(default_factory=dict)
    code: str = ""

    @classmethod
    def of(cls, told: Iterable[Mapping[str, Any]], traced: CoverageData, root: Path) -> Record:
        """Put together what the run told; tests that failed or were skipped are left out."""
        said = list(told)
        out = {line[word] for line in said for word in ("failed", "skipped") if word in line}
        shared = {line["shared"]: line["seconds"] for line in said if "shared" in line}
        passed = {line["test"]: line for line in said if "test" in line and line["test"] not in out}
        paths = {path: Path(path).relative_to(root).as_posix() for path in traced.measured_files()}
        return cls(
            shared | {test: line["seconds"] for test, line in passed.items()},
            {test: _shared_by(test, line["fixtures"], shared) for test, line in passed.items()},
            {name: _by_line(traced.contexts_by_lineno(path)) for path, name in paths.items()},
            {name: value for line in said for name, value in line.get("hashes", {}).items()},
        )

    @classmethod
    def read(cls, path: Path) -> Record:
        """Read a record that was written; without a file, an empty one."""
        if not path.is_file():
            return cls({}, {}, {})
        held = json.loads(path.read_text(encoding="utf-8"))
        names = held["names"]
        touched = {
            name: {int(line): [names[at] for at in places] for line, places in lines.items()}
            for name, lines in held["touched"].items()
        }
        return cls(held["seconds"], held["shares"], touched, held["hashes"], held["code"])

    def write(self, path: Path) -> None:
        """Write each name once: a line may be touched by hundreds of tests."""
        names = sorted({name for lines in self.touched.values() for held in lines.values() for name in held})
        at = {name: place for place, name in enumerate(names)}
        touched = {
            name: {line: [at[name] for name in held] for line, held in lines.items()}
            for name, lines in self.touched.items()
        }
        held = {
            "names": names,
            "seconds": self.seconds,
            "shares": self.shares,
            "touched": touched,
            "hashes": self.hashes,
            "code": self.code,
        }
        path.write_text(json.dumps(held), encoding="utf-8")

    def touching(self, path: str, lines: range | None = None) -> set[str]:
        """Return the tests that run one of the lines of a module, themselves or in a fixture that they share."""
        held = self.touched.get(path, {})
        names = {name for line, names in held.items() if lines is None or line in lines for name in names}
        return {test for test, shares in self.shares.items() if test in names or not names.isdisjoint(shares)}

    def of_file(self, name: str) -> set[str]:
        """Return the tests of a file, or of the files of a folder."""
        return {test for test in self.shares if test.split("::")[0] == name or test.startswith(f"{name}/")}

    def cost(self, tests: Iterable[str]) -> float:
        """Return the seconds of some tests with all that they share."""
        held = list(tests)
        shared = {name for test in held for name in self.shares[test]}
        return sum(self.seconds[name] for name in (*held, *shared))


def _shared_by(test: str, fixtures: Iterable[str], shared: Iterable[str]) -> list[str]:
    """Return the keys of the shared fixtures among those a test asks for: ``fixture tests/a/test_b.py::name``."""
    held, out = set(fixtures), []
    for key in shared:
        place, name = key.removeprefix(FIXTURE).rsplit("::", 1)
        if name in held and test.startswith(place):
            out.append(key)
    return out


def _by_line(contexts: Mapping[int, list[str]]) -> dict[int, list[str]]:
    """Leave out what runs when a module is imported: no test does that."""
    held = {line: sorted(name for name in names if name) for line, names in contexts.items()}
    return {line: names for line, names in held.items() if names}


def twin(path: str) -> str:
    """Return the test file that mirrors a module: ``tests/a/test_b.py`` of ``src/learnlake/a/b.py``."""
    inner = PurePosixPath(path).relative_to(SRC)
    return str("tests" / inner.with_name(f"test_{inner.name}"))


def folder(path: str) -> str:
    """Return the folder of the tests of a module's room."""
    return f"tests/{PurePosixPath(path).relative_to(SRC).parts[0]}"


def touching(mutant: Mutant, record: Record) -> list[str]:
    """Return the tests that touch a mutant's statement, the best first.

    Lines that no recorded test ran, since they run on import or in Spark's Python workers, fall back on the twin and on the
    tests that run anything of the module. The twin's tests come first, then the shortest of each file in turn.
    """
    first, last = mutant.lines
    own = record.of_file(twin(mutant.path))
    found = record.touching(mutant.path, range(first, last + 1)) or own | record.touching(mutant.path)
    turns: Counter[str] = Counter()
    places: dict[str, tuple[int, float, str]] = {}
    for test in sorted(found, key=lambda test: (record.seconds[test], test)):
        file = test.split("::")[0]
        places[test] = (0 if test in own else 1 + turns[file], record.seconds[test], test)
        turns[file] += 1
    return sorted(found, key=places.__getitem__)


def fitting(tests: Iterable[str], record: Record, seconds: float) -> list[str]:
    """Return the tests that fit the time one after the other; what is too long is passed over."""
    out: list[str] = []
    paid: set[str] = set()
    left = seconds
    for test in tests:
        new = {test, *record.shares[test]} - paid
        price = sum(record.seconds[name] for name in new)
        if price <= left:
            left -= price
            paid |= new
            out.append(test)
    return out


def near(mutant: Mutant, record: Record) -> list[str]:
    """Return all tests that touch the mutant's module or stand in its room's folder, the shortest first."""
    found = record.touching(mutant.path) | record.of_file(folder(mutant.path))
    by_file = defaultdict(list)
    for test in sorted(found, key=lambda test: (record.seconds[test], test)):
        by_file[test.split("::")[0]].append(test)
    files = sorted(by_file, key=lambda file: record.cost(by_file[file]))
    return [test for file in files for test in by_file[file]]
