"""Settings of prerequisites, knowledge and learning paths."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import Supply
from learnlake.settings import Conf, Section


class KnowledgeSettings(Section):
    """What counts as learning, from when on an order is a prerequisite, and what speaks for a step.

    Attributes:
        item_kinds: kinds of items that are learned as a whole.
        touch_types: events by which an item, or a part of it, is taken up.
        done_types: events by which an item is completed.
        history_days: last days whose events are looked at.
        most_items: items of a user, at most, whose order is looked at, the latest begun ones.
        fewest_takers: users of both items, at least, for their order, or the success of one, to be judged.
        least_prior_share: share of them that must have completed the prerequisite first.
        least_sooner_share: share of them that must have taken it up first, completed or not.
        most_q: largest q-value of a mined prerequisite.
        half_life_days: days in which what was learned counts half.
        known_from: knowledge of a topic from which on it is known.
        interest_days: last days whose events tell interests; one half-life of them is half as long.
        levels: levels of items and users, the lowest first.
        levels_up: levels above the user's own that an item may have.
        open_days: days without a touch for which an item that was begun is still in progress.
        most_topics: topics of a user, at most, that steps are looked for in.
        follow_weight: what it counts that all who took the last item took this one next.
        interest_weight: what it counts that all recent events were about the topic.
        opening_share: what a prerequisite gets of what speaks for the item that it opens.
        most_held_back: items held back that are told, at most.
    """

    where: ClassVar[str] = "knowledge"
    item_kinds: tuple[str, ...] = Field(default=("course",), min_length=1)
    touch_types: tuple[c.EventType, ...] = Field(
        default=("enroll", "study", "submit", "attempt", "complete"), min_length=1
    )
    done_types: tuple[c.EventType, ...] = Field(default=("complete",), min_length=1)
    history_days: int = Field(default=730, ge=28)
    most_items: int = Field(default=200, ge=2)
    fewest_takers: int = Field(default=5, ge=2)
    least_prior_share: float = Field(default=0.8, gt=0.5, le=1)
    least_sooner_share: float = Field(default=0.9, gt=0.5, le=1)
    most_q: float = Field(default=0.01, gt=0, lt=1)
    half_life_days: int = Field(default=365, ge=1)
    known_from: float = Field(default=0.6, gt=0, le=1)
    interest_days: int = Field(default=56, ge=7)
    levels: tuple[str, ...] = Field(default=("junior", "intermediate", "senior"))
    levels_up: int = Field(default=1, ge=0)
    open_days: int = Field(default=42, ge=1)
    most_topics: int = Field(default=8, ge=1)
    follow_weight: float = Field(default=1.0, ge=0)
    interest_weight: float = Field(default=1.0, ge=0)
    opening_share: float = Field(default=0.9, gt=0, le=1)
    most_held_back: int = Field(default=5, ge=0)

    @model_validator(mode="after")
    def _what_is_done_was_touched(self) -> KnowledgeSettings:
        loose = sorted({*self.done_types} - {*self.touch_types})
        if loose:
            raise ValueError(f"done_types {', '.join(loose)} must be among touch_types")
        return self


def no_lessons(conf: Conf) -> str:
    """Say that no platform lists what is learned as a whole, or tells who takes it up; empty where one does."""
    settings = conf.of(KnowledgeSettings)
    return Supply.of(conf).lacks(settings.touch_types, settings.item_kinds)
