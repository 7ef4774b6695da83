"""Settings of the marketing room: one file a campaign."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import ClassVar

from pydantic import Field, model_validator

from learnlake.errors import ConfError
from learnlake.lake.columns import Named
from learnlake.lake.expressions import names_in, refuse_unfit
from learnlake.settings import Section, Settings


class Offer(Settings):
    """What is offered, in the languages marketers and users read."""

    en: str = Field(min_length=1)
    zh: str = Field(min_length=1)


class Campaign(Settings):
    """Whom to contact with what, when, and how many of them not."""

    platform: str
    who: str = Field(min_length=1)
    offer: Offer
    channel: str = Field(min_length=1)
    purpose: str = "marketing"
    starts_on: date
    ends_on: date
    wave_days: int = Field(default=7, ge=1)
    holdout_share: float = Field(default=0.10, ge=0, lt=1)
    uses_protected: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Campaign:
        if self.ends_on < self.starts_on:
            raise ValueError(f"ends_on {self.ends_on} lies before starts_on {self.starts_on}; swap them")
        return self

    def wave(self, as_of: date) -> int | None:
        """Return the wave that a day belongs to, from 1; None outside the campaign's dates."""
        if not self.starts_on <= as_of <= self.ends_on:
            return None
        return (as_of - self.starts_on).days // self.wave_days + 1


class Campaigns(Section):
    """conf/campaigns: one file a campaign, its id the name of the file."""

    where: ClassVar[str] = "campaigns/"
    files: dict[str, Campaign]


def refuse_unfit_campaigns(campaigns: Campaigns, profile: Iterable[Named], folder: str) -> None:
    """Check each campaign's condition against the columns of gold.user_profile.

    Raises:
        ConfError: for an unknown column, an expression that is no condition over the row, or a protected column that the
            campaign does not name under ``uses_protected``.
    """
    columns = {column.name: column for column in profile}
    for name, campaign in campaigns.files.items():
        file = f"{folder}/campaigns/{name}.yml"
        try:
            refuse_unfit(campaign.who, columns, "`who`")
        except ValueError as error:
            raise ConfError(f"{file}: {error}") from None
        permitted = {name.lower() for name in campaign.uses_protected}
        for used in sorted(names_in(campaign.who)):
            if columns[used.lower()].is_protected and used.lower() not in permitted:
                raise ConfError(
                    f"{file}: `who` chooses people by the protected column `{used}`; take it out, or name it under `uses_protected`."
                )
