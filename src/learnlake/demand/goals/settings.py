"""Settings of the goals: what is predicted of whom, from what, and what a success is worth; one file a goal."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from learnlake.errors import near_match
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.expressions import names_in, refuse_unfit
from learnlake.lake.supply import Placed, Supply
from learnlake.lake.tables.demand import DEMAND_FEATURES
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.modelling.propensity import LEARNERS
from learnlake.settings import Conf, Section, Settings, Words

SNAPSHOT_DAYS = 14
SNAPSHOTS = 6
MEETING = tuple(
    Named(name, c.DOUBLE, meaning)
    for name, meaning in {
        "met_topic_share": "share of the last 90 days' events that were about a topic of the items, the best item counting",
        "met_topic_count": "events of the last 90 days about a topic of the items, the best item counting",
        "met_bought_count": "purchases ever of items of the kind with a topic of the items, the best item counting",
        "met_level_share": "share of the last 90 days' events on items of the items' level, the best item counting",
        "met_creator_count": "purchases ever of items by the items' creators",
        "met_item_count": "how many items the goal is about",
    }.items()
)
"""What a goal about new items knows of a user and those items."""
KEYS = (c.AS_OF_DATE.name, c.USER_ID.name)
KNOWN = {
    column.name: column
    for column in (*USER_FEATURES.columns, *DEMAND_FEATURES.columns, *MEETING)
    if column.name not in KEYS and column.dtype.simpleString() != "date"
}


class Success(Settings):
    """What counts as success.

    Attributes:
        event_types: events of which one is enough; empty = any event.
        item_kinds: the items that count, empty = all and events without an item.
        topics: likewise, by a topic of the item.
        is_absent: whether success is that no such event comes (a lapse).
        published_within_days: only items published at most so many days before, and then the goal is about these new items.
        played_sets: sets of four older items that play new ones on each past day, to learn from; more tell more and take longer.
    """

    event_types: tuple[c.EventType, ...] = ()
    item_kinds: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    is_absent: bool = False
    published_within_days: int | None = Field(default=None, ge=1)
    played_sets: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _is_about_something(self) -> Success:
        if not self.event_types and not self.is_absent:
            raise ValueError(
                "`event_types` is empty: any event would be a success; name some, or say `is_absent: true`"
            )
        if self.published_within_days and (self.is_absent or not self.item_kinds):
            raise ValueError("new items need `item_kinds`, and their success is an event that comes")
        return self

    @property
    def asks_for_items(self) -> bool:
        """Whether an event's item decides whether it counts."""
        return bool(self.item_kinds or self.topics or self.published_within_days)


class Goal(Placed):
    """One goal.

    Attributes:
        platforms, kinds: the goal is live where one of these platforms is, or one of these kinds; both empty = always.
        population: a condition over gold.user_features and gold.demand_features: who is at risk on a day.
        window_days, gap_days: success counts in the window, which begins the gap after the day that the features know.
        features: columns that are allowed; empty = all that are neither outcomes nor protected.
        uses_outcomes, uses_protected: columns that are allowed although they are outcomes or protected.
        leaves_out: columns that are not allowed.
        rule: the one feature that a model must beat, whichever way round it does better.
        simple: three features on which the simple model stands that a model must beat.
        value, cost: worth of a success among those contacted and cost of a contact, in the reporting currency.
        learners: which compete.
        rows_a_day: users of a snapshot that are learned from and judged by, chosen by hash.
        most_single_auc: a single feature that tells the outcome better than this is taken for a leak.
        most_calibration_error: a model off by more is refused, unless a perfect one would be, too.
        fewest_rows, fewest_successes: below that there is no model.
        publishes_small: whether a small model distilled from the winner is published in its place, for cheap scoring.
        fits_all_rows: whether a boosted winner is fitted again by ``xgboost.spark``, to all rows of the days it learns from, beyond those of
            ``rows_a_day`` by which it was chosen.
        workers: tasks of that fit, which must run at the same time: at most the cores there are.
        reasons: how many are told of each user.
    """

    names: Words
    population: str
    success: Success
    window_days: int = Field(default=14, ge=1, le=365)
    gap_days: int = Field(default=0, ge=0)
    features: tuple[str, ...] = ()
    uses_outcomes: tuple[str, ...] = ()
    uses_protected: tuple[str, ...] = ()
    leaves_out: tuple[str, ...] = ()
    rule: str = "idle_days"
    simple: tuple[str, str, str] = ("idle_days", "active_days_30d", "tenure_days")
    value: float = Field(default=1.0, ge=0)
    cost: float = Field(default=0.0, ge=0)
    learners: tuple[Literal[LEARNERS], ...] = ("logistic_regression", "xgboost")  # type: ignore[valid-type]  # a Literal of the vocabulary
    rows_a_day: int = Field(default=30_000, ge=100)
    most_single_auc: float = Field(default=0.985, gt=0.5, le=1)
    most_calibration_error: float = Field(default=0.05, gt=0, le=1)
    fewest_rows: int = Field(default=200, ge=50)
    fewest_successes: int = Field(default=20, ge=5)
    publishes_small: bool = False
    fits_all_rows: bool = False
    workers: int = Field(default=2, ge=1)
    reasons: int = Field(default=3, ge=1)

    @field_validator("population")
    @classmethod
    def _population_is_a_condition(cls, population: str) -> str:
        refuse_unfit(population, KNOWN, "`population`")
        protected = [name for name in names_in(population) if KNOWN[name.lower()].is_protected]
        if protected:
            raise ValueError(f"`population` asks for the protected column `{protected[0]}`; take it out")
        return population

    @model_validator(mode="after")
    def _asks_for_what_it_may_know(self) -> Goal:
        for name in (
            *self.features,
            *self.uses_outcomes,
            *self.uses_protected,
            *self.leaves_out,
            self.rule,
            *self.simple,
        ):
            if name not in KNOWN:
                raise ValueError(f"`{name}` is no feature of a goal; {near_match(name, KNOWN)}")
        permitted = {*self.uses_outcomes, *self.uses_protected}
        for name in (*self.features, self.rule, *self.simple):
            if (KNOWN[name].is_outcome or KNOWN[name].is_protected) and name not in permitted:
                raise ValueError(
                    f"`{name}` is an outcome or protected; take it out, or name it under uses_outcomes or uses_protected"
                )
        return self

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: the events and items that are its success."""
        if self.success.is_absent:
            return ""
        needed = {"items.published_at": self.success.published_within_days, "items.tags": self.success.topics}
        columns = tuple(column for column, is_needed in needed.items() if is_needed)
        return supply.lacks(self.success.event_types, self.success.item_kinds, columns)

    def allowed(self) -> tuple[Named, ...]:
        """Return the columns that a model of this goal may know, in the order of the catalogue."""
        permitted = {*self.uses_outcomes, *self.uses_protected}
        about_items = bool(self.success.published_within_days)
        return tuple(
            column
            for name, column in KNOWN.items()
            if (not self.features or name in self.features)
            and name not in self.leaves_out
            and (about_items or column not in MEETING)
            and (name in permitted or not (column.is_outcome or column.is_protected))
        )


class Goals(Section):
    """conf/goals: one file a goal, its name the name of the file."""

    where: ClassVar[str] = "goals/"
    files: dict[str, Goal]


class DemandSettings(Section):
    """What holds for all goals."""

    where: ClassVar[str] = "demand"
    membership_days: int = Field(default=30, ge=1)
    countries: tuple[str, ...] = ("CN", "GB")
    most_psi: float = Field(default=0.25, gt=0)
    most_ks: float = Field(default=0.15, gt=0)
    most_quality_loss: float = Field(default=0.1, gt=0)
    seed: int = 7


def goals(conf: Conf) -> tuple[str, ...]:
    """Return the names of the goals, sorted."""
    return tuple(sorted(conf.of(Goals).files))
