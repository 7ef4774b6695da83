"""Settings of journeys: one file a funnel, and one section for cohorts, states and spells."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from learnlake.lake import columns as c
from learnlake.lake.expressions import refuse_unfit
from learnlake.lake.supply import Placed, Supply
from learnlake.lake.tables.silver import EVENTS
from learnlake.settings import Section, Settings, Words

MOST_COHORTS = 60  # a user's periods are the bits of one number


class Step(Settings):
    """One step of a funnel: an event of one of these types, for which the condition holds where there is one."""

    name: Words
    types: tuple[c.EventType, ...] = Field(min_length=1)
    where: str | None = None

    @field_validator("where")
    @classmethod
    def _is_a_condition(cls, where: str | None) -> str | None:
        if where is not None:
            refuse_unfit(where, [column.name for column in EVENTS.columns], "`where`")
        return where


class Funnel(Placed):
    """Ordered steps of users.

    Attributes:
        name: what marketers call it.
        steps: in their order; an event takes one step at most, so that the same step may be named twice.
        within_days: window from a user's entry, in days of 24 hours.
        over_days: days whose entries count.
        keep_open: entries of the last ``over_days`` count, and those who may still go on are told apart; otherwise entries
            count of so many days that end ``within_days`` earlier, so that everyone has had the whole window.
        platforms, kinds: platforms whose events count, by name or by their kind; both empty for all.
        schemes: schemes of segments by which it is broken down, besides all users.
    """

    name: Words
    steps: tuple[Step, ...] = Field(min_length=2, max_length=20)
    within_days: int = Field(ge=1, le=1_000)
    over_days: int = Field(default=28, ge=1, le=1_000)
    keep_open: bool = False
    schemes: tuple[str, ...] = ()

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: the events of its first step that nobody can take."""
        return next((said for step in self.steps if (said := supply.lacks(step.types))), "")


class Funnels(Section):
    """conf/funnels: one file a funnel, its name the name of the file."""

    where: ClassVar[str] = "funnels/"
    files: dict[str, Funnel]


class LifeCycle(Settings):
    """Who is in which state on a day; the first that holds is the user's.

    Attributes:
        new_days: new = first active less than so many days ago.
        active_days: active = active in the last so many days; back = active in them after so many days or more of silence
            before them.
        lost_days: lost = last active so many days ago or more; dormant = between active and lost.
    """

    new_days: int = Field(default=28, ge=1)
    active_days: int = Field(default=28, ge=1)
    lost_days: int = Field(default=90, ge=2)

    @model_validator(mode="after")
    def _leave_room_for_the_dormant(self) -> LifeCycle:
        if self.lost_days <= self.active_days:
            raise ValueError(f"lost_days {self.lost_days} must exceed active_days {self.active_days}")
        return self


class Spell(Settings):
    """What lasts from the first event of one type to the next of another; a spell of one type ends on a later day."""

    start: tuple[c.EventType, ...] = Field(min_length=1)
    end: tuple[c.EventType, ...] = Field(min_length=1)


class JourneySettings(Section):
    """How returning, staying and leaving are counted.

    Attributes:
        schemes: schemes of segments by which all tables but the funnels are broken down, besides all users.
        cohort_by: whether users who began in the same week or month are one cohort.
        cohorts: newest cohorts that are looked at.
        ages: last age that is counted.
        renewal_days: within so many days of the last subscription or renewal a renewal counts; the term and some grace.
        stickiness_days: last days whose stickiness is told.
        life_cycle: the rules of the states.
        survival: spells whose length is told, by the kind of gold.survival.
    """

    where: ClassVar[str] = "journeys"
    schemes: tuple[str, ...] = ("behaviour",)
    cohort_by: Literal["week", "month"] = "week"
    cohorts: int = Field(default=26, ge=2, le=MOST_COHORTS)
    ages: int = Field(default=12, ge=1, lt=MOST_COHORTS)
    renewal_days: int = Field(default=67, ge=1)
    stickiness_days: int = Field(default=28, ge=1, le=28)
    life_cycle: LifeCycle = LifeCycle()
    survival: dict[str, Spell] = Field(
        default={
            "second_purchase": Spell(start=("purchase",), end=("purchase",)),
            "cancel": Spell(start=("subscribe",), end=("cancel",)),
        }
    )

    @model_validator(mode="after")
    def _ages_are_reached(self) -> JourneySettings:
        if self.ages >= self.cohorts:
            raise ValueError(f"no cohort of the last {self.cohorts} can reach age {self.ages}; lower `ages`")
        return self
