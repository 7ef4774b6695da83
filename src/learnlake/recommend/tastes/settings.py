"""Settings of the preferences: what an event says of a taste, and for how long."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.settings import Section

WEIGHTS = {
    "view": 1.0,
    "click": 2.0,
    "search": 1.0,
    "ask": 2.0,
    "answer": 2.0,
    "comment": 2.0,
    "vote": 2.0,
    "share": 3.0,
    "follow": 3.0,
    "attempt": 3.0,
    "submit": 3.0,
    "study": 3.0,
    "enroll": 5.0,
    "consult_request": 5.0,
    "consult": 8.0,
    "subscribe": 8.0,
    "purchase": 8.0,
    "complete": 10.0,
    "refund": -12.0,
    "cancel": -5.0,
    "complaint": -5.0,
}
ANSWERS = {"like": 6.0, "not_interested": -10.0, "already_know": 0.0}
AGAINST = "not_interested"
FAMILIAR = "already_know"


class TasteSettings(Section):
    """How events become preferences.

    Attributes:
        weights: what one event of a type says; of types left out, nothing. A view is weak, a completion strong; what speaks against is negative.
        answers: what a `feedback` event says, by its attribute `answer`.
        rating_weight: what the best rating says; the middle says nothing, the worst as much against.
        half_life_days: age at which an event says half as much.
        taken_by: types by which an item is taken: bought, enrolled in, subscribed to.
        finished_by: types by which it is finished.
        returned_by: types by which it is given back.
        worst_rating: a rating at or below it is a dislike, 0..1.
    """

    where: ClassVar[str] = "tastes"
    weights: dict[c.EventType, float] = WEIGHTS
    answers: dict[str, float] = ANSWERS
    rating_weight: float = Field(default=6.0, ge=0)
    half_life_days: float = Field(default=45.0, gt=0)
    taken_by: tuple[c.EventType, ...] = ("enroll", "purchase", "subscribe", "complete", "consult")
    finished_by: tuple[c.EventType, ...] = ("complete",)
    returned_by: tuple[c.EventType, ...] = ("refund",)
    worst_rating: float = Field(default=0.25, ge=0, lt=0.5)

    @model_validator(mode="after")
    def _knows_both_answers(self) -> TasteSettings:
        missing = [name for name in (AGAINST, FAMILIAR) if name not in self.answers]
        if missing:
            raise ValueError(f"`answers` must say what `{missing[0]}` weighs, for it also keeps the item out of lists")
        return self
