"""Settings of the features room."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from pydantic import Field

from learnlake.settings import Section, Settings


class Rate(Settings):
    """What one unit of a currency is worth in the reporting currency, from a day on."""

    currency: str = Field(pattern="^[A-Z]{3}$")
    from_date: date
    rate: Decimal = Field(gt=0)


class FeatureSettings(Section):
    """How days and features are counted."""

    where: ClassVar[str] = "features"
    reporting_currency: str = Field(default="EUR", pattern="^[A-Z]{3}$")
    rates: tuple[Rate, ...] = ()
    session_gap_minutes: int = Field(default=30, ge=1)
    night_from_hour: int = Field(default=22, ge=0, le=23)
    night_to_hour: int = Field(default=6, ge=0, le=23)
