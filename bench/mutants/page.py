"""What was found, as a page: ``docs/mutants.md``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bench.mutants.drawing import Mutant

Result = Mapping[str, Any]
TIERS = ("quick", "tiny", "full")
TESTS = {"quick": "the tests that touch its line", "tiny": "the tiny run", "full": "the full tier"}
HEAD = """# Mutants

Small wrong changes to stages, rules, models and the runner, and what found them. Generated: `python -m bench.mutants page`.

Each is shown to the tests whose recorded run touches its line, for at most a minute; what lives, to the tiny platform's run; what
still lives, to the full tier.
"""


def page(drawn: Iterable[Mutant], results: Iterable[Result], done: Mapping[str, str]) -> str:
    """Write the shares that were found, and a row for each mutant."""
    mutants, seen = list(drawn), list(results)
    held = {(result["mutant"], result["tier"]): result for result in seen}
    # of several results of one mutant the first stays: what was shown before tests were added
    unaided = {result["mutant"]: result["is_found"] for result in reversed(seen) if result["tier"] == TIERS[0]}
    own = {mutant.key: [held[mutant.key, tier] for tier in TIERS if (mutant.key, tier) in held] for mutant in mutants}
    rows = [f"| {' | '.join(_cells(mutant, own[mutant.key], done.get(mutant.key, '')))} |" for mutant in mutants]
    head = "| mutant | where | kind | was | now | seen by | what was done |\n|---|---|---|---|---|---|---|"
    known = sum(unaided.get(mutant.key, False) for mutant in mutants)
    first = f"- at first sight, before tests were added: {known} of {len(mutants)}, {known / max(len(mutants), 1):.0%}"
    return "\n".join([HEAD, first, *_shares(list(own.values())), "", head, *rows, ""])


def _shares(shown: list[list[Result]]) -> list[str]:
    """Say how many were found up to each tier; one that was not shown yet counts as living."""
    out, found = [], 0
    for tier in TIERS:
        here = sum(any(result["tier"] == tier and result["is_found"] for result in results) for results in shown)
        found += here
        out.append(f"- {TESTS[tier]}: {here} found, {found} of {len(shown)} so far, {found / max(len(shown), 1):.0%}")
    return out


def _cells(mutant: Mutant, results: list[Result], done: str) -> tuple[str, ...]:
    place = f"`{mutant.path.removeprefix('src/learnlake/')}:{mutant.line}`"
    return mutant.key, place, mutant.edit.kind, _code(mutant.was), _code(mutant.now), _seen(results), done


def _code(text: str) -> str:
    return "`` " + text.replace("|", "\\|") + " ``" if text else ""


def _seen(results: list[Result]) -> str:
    """Say which test found it in how many seconds, or what it survived."""
    if not results:
        return "not shown yet"
    last = results[-1]
    if last["is_found"]:
        return f"{last['what']}: `{last['test']}`, {last['seconds']} s" if last["test"] else last["what"]
    notes = "; ".join(result["note"] for result in results if result.get("note"))
    return f"**lives** after {', '.join(TESTS[result['tier']] for result in results)}" + (
        f" ({notes})" if notes else ""
    )
