"""Settings of the segments room: one file a scheme, in one of four kinds."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from learnlake.errors import near_match
from learnlake.lake import columns as c
from learnlake.lake.columns import Named
from learnlake.lake.expressions import names_in, refuse_unfit
from learnlake.lake.steering import refuse_unfit_numbers
from learnlake.lake.supply import Placed, Supply
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS
from learnlake.modelling.learners import LEARNERS
from learnlake.settings import Conf, Section, Settings, Words

PERSON: dict[str, Named] = {
    column.name: column for column in (*USER_FEATURES.columns, *ACCOUNTS.profile, c.ATTRIBUTES, c.ORGANISATION_ID)
}


STATED = {column.name for column in ACCOUNTS.columns}


class Selection(Settings):
    """Which features have a say, and how far they are compressed; by default all but constants and near twins."""

    always: tuple[str, ...] = ()
    least_variance: float = Field(default=1e-9, ge=0)
    most_correlation: float = Field(default=0.98, gt=0, le=1)
    least_information: float = Field(default=0.0, ge=0, lt=1)
    keep_variance: float = Field(default=1.0, gt=0, le=1)


class Clustering(Settings):
    """Users grouped by what they do; how many groups is chosen, or there are none."""

    method: Literal["kmeans", "bisecting_kmeans", "gaussian_mixture", "ward", "dbscan"] = "kmeans"
    features: tuple[str, ...] = Field(min_length=2)
    observed: dict[str, str] = Field(default={})
    selection: Selection = Selection()
    choose_by: Literal["silhouette", "calinski_harabasz", "gap", "stability"] = "silhouette"
    k_from: int = Field(default=2, ge=2)
    k_to: int = Field(default=8, ge=2, le=20)
    min_points: int = Field(default=10, ge=1)
    radius_quantiles: tuple[float, ...] = (0.5, 0.7, 0.8, 0.9, 0.95)
    choose_on_users: int = Field(default=2_000, ge=50, le=10_000)
    fit_on_users: int = Field(default=100_000, ge=100)
    fewest_users: int = Field(default=50, ge=10)
    least_silhouette: float = Field(default=0.25, ge=0, lt=1)
    least_stability: float = Field(default=0.6, ge=0, lt=1)
    least_margin: float = Field(default=0.05, ge=0, lt=1)
    references: int = Field(default=4, ge=1, le=50)
    hysteresis: float = Field(default=0.1, ge=0, lt=1)

    @field_validator("features")
    @classmethod
    def _are_numeric_features(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        refuse_unfit_numbers(names, "form segments")
        return names

    @model_validator(mode="after")
    def _fits_together(self) -> Clustering:
        if self.k_to < self.k_from:
            raise ValueError(f"k_to {self.k_to} is below k_from {self.k_from}")
        for name in (*self.selection.always, *self.observed):
            if name not in self.features:
                raise ValueError(f"`{name}` is not among the features; {near_match(name, self.features)}")
        for name, condition in self.observed.items():
            refuse_unfit(condition, [column.name for column in USER_FEATURES.columns], f"`observed.{name}`")
        return self


class Tiering(Settings):
    """Users placed in tiers: by what is known of them, else by a classifier that learned from those who are known."""

    known: str
    tiers: dict[str, Words] = Field(min_length=2)
    features: tuple[str, ...] = Field(min_length=1)
    categorical: tuple[str, ...] = ()
    multiple: tuple[str, ...] = ()
    learners: tuple[Literal[LEARNERS], ...] = LEARNERS  # type: ignore[valid-type]  # a Literal of the names there are
    threshold: float = Field(default=0.5, ge=0, lt=1)
    fewest_known: int = Field(default=60, ge=20)
    fit_on_users: int = Field(default=20_000, ge=100)
    hysteresis: float = Field(default=0.05, ge=0, lt=1)

    @field_validator("features")
    @classmethod
    def _are_numeric_features(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        refuse_unfit_numbers(names, "form segments")
        return names

    @model_validator(mode="after")
    def _columns_are_known(self) -> Tiering:
        refuse_unfit(self.known, PERSON, "`known`")
        for name in (*self.categorical, *self.multiple):
            if name not in PERSON:
                raise ValueError(f"`{name}` is no attribute of a user; {near_match(name, PERSON)}")
            if PERSON[name].is_protected or name in names_in(self.known):
                raise ValueError(f"`{name}` is protected, or the tier itself, and may not place anybody; take it out")
        return self


class Happened(Settings):
    """Something done so many times in so many days, counted from silver.user_days."""

    happened: c.EventType
    times: int = Field(default=1, ge=1)
    days: int = Field(default=90, ge=1)


class AnyOf(Settings):
    """At least one of these holds."""

    any_of: tuple[Condition, ...] = Field(min_length=1)


class AllOf(Settings):
    """All of these hold."""

    all_of: tuple[Condition, ...] = Field(min_length=1)


Condition = str | Happened | AnyOf | AllOf


class Rule(Settings):
    """One segment of a scheme of rules: the first rule that a user meets, in the order of the file, is the user's."""

    name: Words
    when: Condition


class Cuts(Settings):
    """A score of a feature: how many of the stated cuts it reaches; turned around where less is better."""

    feature: str
    at: tuple[float, ...] = Field(min_length=1)
    less_is_better: bool = False


class Rules(Settings):
    """Segments that conf defines in words."""

    scores: dict[str, Cuts] = Field(default={})
    segments: dict[str, Rule] = Field(min_length=1)
    otherwise: Words | None = None

    @model_validator(mode="after")
    def _conditions_are_sound(self) -> Rules:
        for name, score in self.scores.items():
            refuse_unfit_numbers((score.feature,), "form segments")
            if list(score.at) != sorted(set(score.at)):
                raise ValueError(f"`scores.{name}.at` must ascend without repeats")
        for name, rule in self.segments.items():
            for text in conditions_in(rule.when):
                refuse_unfit(text, (*PERSON, *self.scores), f"`segments.{name}`")
        return self


class Values(Settings):
    """One segment for each value of an expression over the user, or of the user's weightiest tag of a kind."""

    by: str | None = None
    tag: str | None = None
    half_life_days: int = Field(default=45, ge=1)
    least_weight: float = Field(default=1.0, gt=0)
    names: dict[str, Words] = Field(default={})

    @model_validator(mode="after")
    def _says_by_what(self) -> Values:
        if self.by is None and self.tag is None:
            raise ValueError("it says neither `by` (an expression) nor `tag` (a kind of tag)")
        if self.by is not None:
            refuse_unfit(self.by, PERSON, "`by`")
        return self


class Outcome(Settings):
    """What to count of the members: an event ever, or after the day of membership (28 days or more)."""

    event: c.EventType
    when: Literal["ever", "after"] = "after"


class Scheme(Placed):
    """One way of cutting users into segments, those of some platforms or kinds of platforms; it is of exactly one kind."""

    name: Words
    cluster: Clustering | None = None
    tier: Tiering | None = None
    rules: Rules | None = None
    values: Values | None = None
    outcomes: dict[str, Outcome] = Field(default={})
    uses_protected: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _is_of_one_kind(self) -> Scheme:
        kinds = [kind for kind in ("cluster", "tier", "rules", "values") if getattr(self, kind) is not None]
        if len(kinds) != 1:
            raise ValueError(f"a scheme says one of `cluster`, `tier`, `rules` or `values`, this one {kinds or 'none'}")
        for name in sorted(self._used()):
            if name in PERSON and PERSON[name].is_protected and name not in self.uses_protected:
                raise ValueError(
                    f"it uses the protected column `{name}`; take it out, or name it under `uses_protected`"
                )
        return self

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: what accounts or items would have to say for anybody to have a segment."""
        if self.values and self.values.by is None:
            return supply.lacks(columns=("items.tags",)) if self.values.tag == "topic" else ""
        stated = (self.values and self.values.by) or (self.tier and self.tier.known)
        used = sorted(names_in(stated)) if stated else []
        if not used or any(name not in STATED for name in used):
            return ""
        said = [supply.lacks(columns=(f"accounts.{name}",)) for name in used]
        return said[-1] if all(said) else ""

    def _used(self) -> set[str]:
        texts = [self.values.by] if self.values and self.values.by else []
        for rule in self.rules.segments.values() if self.rules else ():
            texts += conditions_in(rule.when)
        return {name.lower() for text in texts for name in names_in(text)}


def conditions_in(condition: Condition) -> list[str]:
    """Return the SQL texts in a condition, however deep."""
    if isinstance(condition, AnyOf | AllOf):
        parts = condition.any_of if isinstance(condition, AnyOf) else condition.all_of
        return [text for part in parts for text in conditions_in(part)]
    return [condition] if isinstance(condition, str) else []


class Schemes(Section):
    """conf/segments: one file a scheme, its name the name of the file."""

    where: ClassVar[str] = "segments/"
    files: dict[str, Scheme]


def clusterings(conf: Conf) -> tuple[str, ...]:
    """Return the names of the schemes that cluster."""
    return tuple(name for name, scheme in sorted(conf.of(Schemes).files.items()) if scheme.cluster)


def tierings(conf: Conf) -> tuple[str, ...]:
    """Return the names of the schemes that place users in tiers."""
    return tuple(name for name, scheme in sorted(conf.of(Schemes).files.items()) if scheme.tier)
