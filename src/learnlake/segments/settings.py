"""Settings of the segments room: one file a scheme."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from learnlake.errors import near_match
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.settings import Section, Settings

TRAINED = "behaviour"
NUMERIC = ("bigint", "int", "double", "decimal(18,2)")


class Scheme(Settings):
    """One way of clustering users."""

    features: tuple[str, ...] = Field(min_length=2)
    k_from: int = Field(default=2, ge=2)
    k_to: int = Field(default=8, ge=2, le=20)
    choose_on_users: int = Field(default=2_000, ge=50, le=10_000)
    fit_on_users: int = Field(default=100_000, ge=100)
    fewest_users: int = Field(default=50, ge=10)
    least_silhouette: float = Field(default=0.25, ge=0, lt=1)
    least_stability: float = Field(default=0.6, ge=0, lt=1)
    least_margin: float = Field(default=0.05, ge=0, lt=1)
    references: int = Field(default=4, ge=1, le=50)

    @field_validator("features")
    @classmethod
    def _are_numeric_features(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        known = {column.name: column for column in USER_FEATURES.columns if column.dtype.simpleString() in NUMERIC}
        for name in names:
            if name not in known:
                raise ValueError(f"`{name}` is no number of gold.user_features; {near_match(name, known)}")
            if known[name].is_outcome or known[name].is_protected:
                raise ValueError(f"`{name}` is an outcome or protected and may not form segments; take it out")
        return names

    @model_validator(mode="after")
    def _range_is_a_range(self) -> Scheme:
        if self.k_to < self.k_from:
            raise ValueError(f"k_to {self.k_to} is below k_from {self.k_from}")
        return self


class Schemes(Section):
    """conf/segments: one file a scheme, its name the name of the file."""

    where: ClassVar[str] = "segments/"
    files: dict[str, Scheme]

    @field_validator("files")
    @classmethod
    def _are_those_that_are_trained(cls, files: dict[str, Scheme]) -> dict[str, Scheme]:
        for name in files:
            if name != TRAINED:
                raise ValueError(f"`{name}.yml` is no scheme that is trained; the one there is is `{TRAINED}.yml`")
        if not files:
            raise ValueError(f"`{TRAINED}.yml` is missing; a scheme needs at least `features`")
        return files
