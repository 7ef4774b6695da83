"""Settings of training and of the registry."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from learnlake.settings import Section


class ModelSettings(Section):
    """When models are trained, and where they are kept."""

    where: ClassVar[str] = "modelling"
    tracking_uri: str | None = None
    experiment: str = "learnlake"
    retrain_every_days: int = Field(default=28, ge=1)
    min_history_days: int = Field(default=28, ge=1)
    seed: int = 7
