"""The errors a user sees: one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path
from traceback import extract_tb

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException

LONGEST = 300


class LearnlakeError(Exception):
    """The work could not be done; the message is meant for the person who asked for it."""


class ConfError(LearnlakeError):
    """Something in conf/ or on the command line is wrong."""


class ContractError(LearnlakeError):
    """A frame is not what the catalogue promises."""


class BusyError(LearnlakeError):
    """Another writer changed the same table at the same time."""


def sentence_of(error: BaseException) -> str:
    """Say in one sentence what an error is, whoever raised it; of a library's error also where in our code it came from."""
    if isinstance(error, LearnlakeError):
        return str(error)
    first = next((line for line in str(error).splitlines() if line.strip()), "no more is said")[:LONGEST]
    if isinstance(error, PySparkException | Py4JError):
        return f"Spark: {first}"
    if isinstance(error, OSError):
        return f"{error.filename or 'the file system'}: {error.strerror or first}; mend that and run again."
    home = Path(__file__).parent
    ours = [frame for frame in extract_tb(error.__traceback__) if Path(frame.filename).is_relative_to(home)]
    place = f" ({Path(ours[-1].filename).relative_to(home)}, line {ours[-1].lineno})" if ours else ""
    return f"{type(error).__name__}: {first}{place}"


def near_match(word: str, known: Iterable[str]) -> str:
    """Say which known word was probably meant, or which ones there are.

    Returns:
        A clause to append to an error, such as ``did you mean `idle_days`?``.
    """
    names = sorted(known)
    close = get_close_matches(word, names, n=1, cutoff=0.6)
    if close:
        return f"did you mean `{close[0]}`?"
    if not names:
        return "none is known."
    shown = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
    return f"known: {shown}."
