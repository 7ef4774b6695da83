"""Settings of the rules: one file a kind of basket."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import Applying, Supply
from learnlake.modelling.association import Bars
from learnlake.modelling.itemsets import Limits
from learnlake.settings import Section


class Basket(Applying):
    """What lies in a basket, what a basket is, and which rules and paths are told.

    Attributes:
        of: items, the topics (tags) of items, the types of consulting requests, or what texts mention.
        topic_kind: the file of conf/topics whose topics count, of what texts mention.
        item_kinds: kinds of items that count, ``unknown`` = those of which no source says the kind; all, and unknown ones, if left out.
        event_types: events by which something is taken.
        unit: a basket is all of a user, one order, one session, or one window of a user's days.
        order_by: attribute of an event that names its order; without it an order is a user's minute.
        window_days: days of a window, and days within which a consequent follows; windows count from the user's first such event.
        schemes: schemes of conf/segments each of whose segments gets rules of its own.
        max_itemsets: itemsets of a scope at most; the support floor rises until no more are frequent.
        fewest_baskets: lowest support floor; of paths and transitions, too.
        longest: items of a rule, both sides counted, and steps of a path at most.
        least_gain: confidence that each further item of an antecedent must add.
        most_q: largest q-value of a rule that is told.
        max_rules: rules of a scope at most, those with the largest leverage.
        max_paths: paths of a scope at most; their support floor rises likewise.
    """

    of: Literal["item", "topic", "request_type", "mentioned"]
    topic_kind: str = ""
    item_kinds: tuple[str, ...] = ()
    event_types: tuple[c.EventType, ...] = Field(min_length=1)
    unit: Literal["user", "order", "session", "window"]
    order_by: str | None = None
    window_days: int = Field(default=90, ge=1, le=3_660)
    schemes: tuple[str, ...] = ()
    max_itemsets: int = Field(default=20_000, ge=10, le=200_000)
    fewest_baskets: int = Field(default=10, ge=2)
    longest: int = Field(default=4, ge=2, le=8)
    least_gain: float = Field(default=0.05, ge=0, lt=1)
    most_q: float = Field(default=0.05, gt=0, lt=1)
    max_rules: int = Field(default=500, ge=1, le=10_000)
    max_paths: int = Field(default=500, ge=1, le=10_000)

    @model_validator(mode="after")
    def _fits_together(self) -> Basket:
        if self.order_by and self.unit != "order":
            raise ValueError(f"`order_by` is for `unit: order`, not for `{self.unit}`; take it out")
        if self.of in ("request_type", "mentioned") and self.item_kinds:
            raise ValueError(f"`item_kinds` choose items, and `of: {self.of}` is about none; take them out")
        if (self.of == "mentioned") != bool(self.topic_kind):
            raise ValueError("`topic_kind` is needed with `of: mentioned`, and only there")
        if self.of == "mentioned" and self.unit not in ("user", "window"):
            raise ValueError(f"a mention knows no {self.unit}; `unit` must be user or window")
        return self

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: such events, and what they name."""
        named = {"item": "events.item_id", "topic": "items.tags", "request_type": "events.attributes"}
        return supply.lacks(self.event_types, self.item_kinds, (named[self.of],) if self.of in named else ())

    @property
    def limits(self) -> Limits:
        """What makes an itemset frequent."""
        return Limits(self.max_itemsets, self.fewest_baskets, self.longest)

    @property
    def bars(self) -> Bars:
        """What a rule must reach to be told."""
        return Bars(self.least_gain, self.most_q, self.max_rules)


class Baskets(Section):
    """conf/baskets: one file a kind of basket, its name the name of the file."""

    where: ClassVar[str] = "baskets/"
    files: dict[str, Basket]
