"""Settings of training, of the registry, and of factors."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from learnlake.settings import Section, Settings


class ModelSettings(Section):
    """When models are trained, and where they are kept.

    A train day is trained again when more than ``retrain_above_share`` of the rows that it saw have come or gone since.
    """

    where: ClassVar[str] = "modelling"
    tracking_uri: str | None = None
    experiment: str = "learnlake"
    retrain_every_days: int = Field(default=28, ge=1)
    min_history_days: int = Field(default=28, ge=1)
    retrain_above_share: float = Field(default=0.05, ge=0, le=1)
    seed: int = 7


class Learning(Settings):
    """How factors are learned from preferences.

    Attributes:
        rank: factors of a user or item.
        regularisation: weight of the squared factors, beside a confidence of 1 for each pair of user and item.
        alpha: what a strength of 1 adds to the confidence.
        iterations: times that both sides are solved.
        seed: of the factors to begin with.
        native_up_to: preferences that one task learns from; MLlib does beyond.
        threads: cores that this task uses; the answer is the same with any number.
    """

    rank: int = Field(default=64, ge=1, le=512)
    regularisation: float = Field(default=1.0, gt=0)
    alpha: float = Field(default=1.0, gt=0)
    iterations: int = Field(default=15, ge=1, le=50)
    seed: int = Field(default=7, ge=0)
    native_up_to: int = Field(default=20_000_000, ge=0)
    threads: int = Field(default=2, ge=1)
