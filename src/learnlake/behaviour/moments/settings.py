"""Settings of moments and of what follows a purchase."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import Supply
from learnlake.settings import Conf, Section, Settings


class Moment(Settings):
    """What happens to users: the first event of some types, or the last day before a silence.

    Attributes:
        first: types of events whose first one is the moment.
        silence_days: the moment is the last day with an event before so many days without any, not over at ``as_of``.
    """

    first: tuple[c.EventType, ...] = ()
    silence_days: int | None = Field(default=None, ge=1, le=1_000)

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Moment:
        if bool(self.first) == (self.silence_days is not None):
            raise ValueError(
                "a moment is either the `first` event of some types or the start of `silence_days`; give one"
            )
        return self


class Sequels(Settings):
    """What follows a purchase.

    Attributes:
        bought_by: types of events by which an item is bought.
        item_kinds: kinds of items that are bought.
        taken_by: types of events by which another item is taken up.
        window_days: days after a purchase that are looked at; only purchases so long ago count.
        over_days: days whose purchases count.
        fewest_users: buyers of an item, and users who take up another one, at least.
        most_q: largest contrast_q and order_q of a pair that is told.
        max_pairs: pairs of items of a platform that are told at most, those with the largest difference.
    """

    bought_by: tuple[c.EventType, ...] = ("purchase", "enroll")
    item_kinds: tuple[str, ...] = ("book", "course")
    taken_by: tuple[c.EventType, ...] = ("view", "study", "purchase", "enroll", "complete")
    window_days: int = Field(default=14, ge=1, le=366)
    over_days: int = Field(default=180, ge=1, le=3_660)
    fewest_users: int = Field(default=5, ge=2)
    most_q: float = Field(default=0.05, gt=0, lt=1)
    max_pairs: int = Field(default=5_000, ge=1, le=100_000)


class MomentSettings(Section):
    """Section ``moments``.

    Attributes:
        kinds: moments by their names.
        days: days before a moment that are looked at; users who are not known so long are left out.
        over_days: days whose moments count.
        often_days: who came on so many of these days came often.
        schemes: schemes of segments by which moments are broken down, besides all users.
        after_purchase: what follows a purchase.
        seed: which day of a control is drawn.
    """

    where: ClassVar[str] = "moments"
    kinds: dict[str, Moment] = Field(
        default={"first_purchase": Moment(first=("purchase", "subscribe")), "leaving": Moment(silence_days=28)}
    )
    days: int = Field(default=7, ge=1, le=90)
    over_days: int = Field(default=90, ge=1, le=3_660)
    often_days: int = Field(default=3, ge=2)
    schemes: tuple[str, ...] = ("behaviour", "level")
    after_purchase: Sequels = Sequels()
    seed: int = 7


def no_sequels(conf: Conf) -> str:
    """Say that no platform tells of purchases of what sequels are looked for; empty where one does."""
    sequels = conf.of(MomentSettings).after_purchase
    return Supply.of(conf).lacks(sequels.bought_by, sequels.item_kinds)
