"""How often the planted segments do what, on a day on which they are active."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pyspark.sql import Column
from pyspark.sql import functions as F

# What may happen on a day of a platform, in this order; sessions of study come last because they take long.
KINDS: Mapping[str, tuple[str, ...]] = {
    "academy": ("login", "search", "view", "purchase", "submit", "attempt", "study"),
    "forum": ("login", "search", "view", "ask", "answer", "comment", "vote", "follow", "share"),
    "advisory": ("login", "search", "view", "consult_request", "consult"),
}


@dataclass(frozen=True)
class Habit:
    """What the holder of an account does on its platform.

    Attributes:
        active_share: share of days with any activity, 0..1, before rhythm and vigour.
        rates: mean events of a kind on an active day; a kind left out never happens.
    """

    active_share: float
    rates: Mapping[str, float] = field(default_factory=dict)


# The roles of helpers differ in what they do in their community, not in how much of it.
_LOOKS = {"login": 0.8, "view": 0.8}
HABITS: Mapping[str, Habit] = {
    "learner": Habit(0.35, {"login": 1.0, "search": 0.3, "view": 0.8, "submit": 0.35, "attempt": 0.45, "study": 1.7}),
    "buyer": Habit(0.30, {"login": 0.9, "search": 0.5, "view": 1.8, "purchase": 0.75, "study": 0.02}),
    "enthusiast": Habit(
        0.36, {**_LOOKS, "ask": 0.9, "answer": 0.25, "comment": 1.4, "vote": 1.35, "follow": 0.15, "share": 0.05}
    ),
    "expert": Habit(
        0.36, {**_LOOKS, "ask": 0.05, "answer": 2.3, "comment": 0.9, "vote": 0.7, "follow": 0.05, "share": 0.1}
    ),
    "leading": Habit(
        0.36, {**_LOOKS, "ask": 0.05, "answer": 1.3, "comment": 0.75, "vote": 0.8, "follow": 0.1, "share": 1.1}
    ),
    "client": Habit(0.29, {"login": 0.9, "view": 0.7, "consult_request": 0.9, "consult": 0.8}),
    "visitor": Habit(0.06, {"login": 0.9, "search": 0.4, "view": 1.4}),
    "bot": Habit(0.05, {"view": 260.0}),
    "guest": Habit(0.05, {"login": 0.9, "search": 0.2, "view": 1.3}),
}
# On top, what a light second account does on its platform.
GUEST_RATES: Mapping[str, Mapping[str, float]] = {
    "academy": {"study": 0.06},
    "forum": {"vote": 0.08, "ask": 0.03},
    "advisory": {"consult_request": 0.06},
}


def active_share(habit: Column) -> Column:
    """Look up the share of active days of a habit, by its name: DOUBLE."""
    return _by_habit(habit, {name: known.active_share for name, known in HABITS.items()})


def rate(habit: Column, platform: str, kind: str) -> Column:
    """Look up the mean events of one kind on an active day: DOUBLE."""
    rates = {name: known.rates.get(kind, 0.0) for name, known in HABITS.items()}
    return _by_habit(habit, {**rates, "guest": {**HABITS["guest"].rates, **GUEST_RATES[platform]}.get(kind, 0.0)})


def _by_habit(habit: Column, values: Mapping[str, float]) -> Column:
    found = F.lit(0.0)
    for name, value in values.items():
        if value:
            found = F.when(habit == name, F.lit(value)).otherwise(found)
    return found
