"""Settings of what customers are worth."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import Supply
from learnlake.settings import Conf, Section


class ValueSettings(Section):
    """What counts as a purchase, how the future is judged, and what it is worth today.

    Attributes:
        purchase_types: events that make a day a day of purchase.
        member_start, member_end: events that begin and end a membership.
        method: BG/NBD, BG/NBD corrected by boosted trees, or the better one on the hold-out.
        holdout_days: last days of the history that a model is judged on; None = half of it.
        snapshots: earlier days from which trees learn what came.
        snapshot_every_days: days between them.
        snapshot_ahead_days: days after each that are looked at; of a history of less than four times that, a quarter.
        learn_on_rows: users of all snapshots, at most, that trees learn from.
        fewest_customers: customers to fit on, at least.
        fewest_returned: customers that bought on a second day, at least, in the history and among those that are judged on.
        most_total_error: largest error of all purchases of the hold-out together, as a share of them.
        discount_rate: by how much money is worth less in a year.
        member_days: days ahead over which the remaining time of a membership is told.
        fewest_at_risk: memberships that a point of the survival curve rests on, at least.
    """

    where: ClassVar[str] = "values"
    purchase_types: tuple[c.EventType, ...] = Field(default=c.GROUPS["purchase"], min_length=1)
    member_start: tuple[c.EventType, ...] = Field(default=("subscribe",), min_length=1)
    member_end: tuple[c.EventType, ...] = Field(default=("cancel",), min_length=1)
    method: Literal["better", "bgnbd", "corrected"] = "better"
    holdout_days: int | None = Field(default=None, ge=7)
    snapshots: int = Field(default=4, ge=1, le=26)
    snapshot_every_days: int = Field(default=14, ge=1)
    snapshot_ahead_days: int = Field(default=63, ge=7)
    learn_on_rows: int = Field(default=200_000, ge=1_000, le=1_000_000)
    fewest_customers: int = Field(default=50, ge=10)
    fewest_returned: int = Field(default=10, ge=3)
    most_total_error: float = Field(default=0.5, gt=0)
    discount_rate: float = Field(default=0.1, ge=0, lt=1)
    member_days: int = Field(default=365, ge=28)
    fewest_at_risk: int = Field(default=10, ge=1)

    @model_validator(mode="after")
    def _start_is_not_end(self) -> ValueSettings:
        both = sorted(set(self.member_start) & set(self.member_end))
        if both:
            raise ValueError(f"`{both[0]}` cannot both begin and end a membership")
        return self


def no_customers(conf: Conf) -> str:
    """Say that no platform tells of purchases or memberships; empty where one does."""
    settings = conf.of(ValueSettings)
    return Supply.of(conf).lacks((*settings.purchase_types, *settings.member_start))
