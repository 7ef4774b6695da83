"""The errors a user sees: one sentence that says what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class LearnlakeError(Exception):
    """The work could not be done; the message is meant for the person who asked for it."""


class ConfError(LearnlakeError):
    """Something in conf/ or on the command line is wrong."""


class ContractError(LearnlakeError):
    """A frame is not what the catalogue promises."""


class BusyError(LearnlakeError):
    """Another writer changed the same table at the same time."""


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
