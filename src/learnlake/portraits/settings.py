"""Settings of the portraits room: the portrait scores, one file a score; the tag tree is in ``tree``."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from learnlake.errors import near_match
from learnlake.lake import columns as c
from learnlake.lake.steering import refuse_unfit_numbers
from learnlake.lake.supply import Applying, Supply
from learnlake.settings import Conf, Section, Settings, Words


class Outcome(Settings):
    """What a user did in the days after the one whose features are known."""

    event: str
    within_days: int = Field(default=28, ge=1, le=28)

    @field_validator("event")
    @classmethod
    def _is_an_event(cls, event: str) -> str:
        if event not in c.EVENT_TYPES:
            raise ValueError(f"`{event}` is no type of event; {near_match(event, c.EVENT_TYPES)}")
        return event


class Score(Applying):
    """One portrait score: a sum of weight x feature.

    Attributes:
        kind: learned (logistic regression against ``outcome``), spread (first principal component), or expert (``weights``).
        features: numbers of gold.user_features, for learned and spread.
        outcome: what a learned score is learned from.
        upward: of a spread score, the feature whose weight is positive: it fixes the sign.
        weights: of an expert score, feature -> weight of sign(x) ln(1 + abs(x)).
        rule: the one feature that a learned score must beat, whichever way round it does better.
    """

    kind: Literal["learned", "spread", "expert"]
    names: Words
    features: tuple[str, ...] = ()
    outcome: Outcome | None = None
    upward: str | None = None
    weights: dict[str, float] = Field(default={})
    intercept: float = 0.0
    rule: str = "idle_days"
    fewest_users: int = Field(default=100, ge=20)
    fewest_outcomes: int = Field(default=10, ge=5)
    fit_on_users: int = Field(default=100_000, ge=100)
    judge_on_users: int = Field(default=50_000, ge=100)
    most_calibration_error: float = Field(default=0.1, gt=0, le=1)

    @model_validator(mode="after")
    def _weighs_features(self) -> Score:
        refuse_unfit_numbers((*self.features, *self.weights, self.rule), "weigh in a portrait score")
        if len(set(self.features)) < len(self.features):
            raise ValueError("a feature is named twice; name each once")
        return self

    @model_validator(mode="after")
    def _says_what_its_kind_needs(self) -> Score:
        needs = {"learned": ("features", "outcome"), "spread": ("features", "upward"), "expert": ("weights",)}
        for key in ("features", "outcome", "upward", "weights"):
            if bool(getattr(self, key)) != (key in needs[self.kind]):
                said = "needs" if key in needs[self.kind] else "has no use for"
                raise ValueError(f"a score of kind {self.kind} {said} `{key}`")
        if self.upward and (len(self.features) < 2 or self.upward not in self.features):
            raise ValueError(
                f"`upward: {self.upward}` is not among two features or more; {near_match(self.upward, self.features)}"
            )
        return self

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: the outcome that it is learned from."""
        return supply.lacks((self.outcome.event,)) if self.outcome else ""


class Scores(Section):
    """conf/scores: one file a portrait score, its name the name of the file."""

    where: ClassVar[str] = "scores/"
    files: dict[str, Score]


def fitted(conf: Conf) -> tuple[str, ...]:
    """Return the names of the scores whose weights are learned from data, sorted."""
    return tuple(name for name, score in sorted(conf.of(Scores).files.items()) if score.kind != "expert")
