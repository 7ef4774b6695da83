"""The tag tree: what conf/tags says, one file a branch."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from learnlake.errors import near_match
from learnlake.lake.expressions import refuse_unfit
from learnlake.lake.steering import refuse_unfit_column, steering, words
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS
from learnlake.settings import Section, Settings, Words

TAG_KINDS = ("topic", "level", "item_kind", "language", "bought", "hour", "device", "channel", "received")
Hour = Annotated[int, Field(ge=0, le=23)]


class Value(Settings):
    """One tag of a branch, and the tag it stands under."""

    names: Words
    parent: str | None = None


class Band(Settings):
    """Hours of the day that make one tag: from the first one up to, but without, the last; round midnight if need be."""

    names: Words
    from_hour: Hour
    to_hour: Hour

    @property
    def hours(self) -> tuple[int, ...]:
        """The hours, in their order."""
        return tuple((self.from_hour + n) % 24 for n in range((self.to_hour - self.from_hour - 1) % 24 + 1))


class Habit(Settings):
    """A tag that a user has while a condition over gold.user_features holds."""

    names: Words
    when: str = Field(min_length=1)


class Branch(Settings):
    """One branch of the tag tree: who answers for it, and what its tags come from.

    Attributes:
        owner: who answers for it.
        state: only a live branch makes tags; a draft is not ready, a retired one is kept for the record.
        version: counted up by hand when its meaning changes; stands beside every portrait.
        observed: kinds of silver.user_tags whose tags it takes.
        declared: columns of silver.accounts whose words it takes.
        unseen_in: a branch; a declared tag that is observed there is left out here.
        habits: tags made by conditions.
        half_life_days: age at which an observed event counts half.
        prior_strength: how many events of the user's own weigh as much as the prior.
        prior_users: fewest users of a platform and referrer, or of a platform, that make a prior of their own.
        at_most: most tags of a user, counted apart for events, habits and declarations.
        values: the tree of tags, tag -> names and parent.
        is_closed: whether tags that ``values`` does not name are left out.
        bands: hours that make one tag each, for the kind `hour`.
    """

    owner: str = Field(min_length=1)
    state: Literal["draft", "live", "retired"]
    version: int = Field(ge=1)
    names: Words
    observed: tuple[str, ...] = ()
    declared: tuple[str, ...] = ()
    unseen_in: str | None = None
    habits: dict[str, Habit] = Field(default={})
    half_life_days: int = Field(default=30, ge=1, le=365)
    prior_strength: float = Field(default=5.0, gt=0)
    prior_users: int = Field(default=20, ge=1)
    at_most: int = Field(default=5, ge=1, le=50)
    values: dict[str, Value] = Field(default={})
    is_closed: bool = False
    bands: dict[str, Band] = Field(default={})

    @model_validator(mode="after")
    def _is_fed(self) -> Branch:
        if not (self.observed or self.declared or self.habits):
            raise ValueError("it says neither `observed`, nor `declared`, nor `habits`, so it would have no tags")
        for kind in self.observed:
            if kind not in TAG_KINDS:
                raise ValueError(f"`{kind}` is no kind of silver.user_tags; {near_match(kind, TAG_KINDS)}")
        known = words(ACCOUNTS.profile)
        for name in self.declared:
            refuse_unfit_column(name, known, "no word of silver.accounts", "make tags")
        for name, habit in self.habits.items():
            refuse_unfit(habit.when, steering(USER_FEATURES.columns), f"`habits.{name}.when`")
        if self.unseen_in and not self.declared:
            raise ValueError("`unseen_in` is for declared tags; name the columns under `declared`")
        return self

    @model_validator(mode="after")
    def _values_are_a_tree(self) -> Branch:
        for tag, value in self.values.items():
            above, passed = value.parent, {tag}
            while above is not None:
                if above not in self.values:
                    raise ValueError(
                        f"`{tag}` stands under the unknown tag `{above}`; {near_match(above, self.values)}"
                    )
                if above in passed:
                    raise ValueError(f"`{tag}` stands under itself; follow its parents")
                passed.add(above)
                above = self.values[above].parent
        if self.is_closed and not self.values:
            raise ValueError("it is closed but names no `values`, so it would have no tags")
        return self

    @model_validator(mode="after")
    def _bands_cover_the_day(self) -> Branch:
        if self.bands and "hour" not in self.observed:
            raise ValueError("`bands` are for the kind `hour`; name it under `observed`")
        hours = sorted(hour for band in self.bands.values() for hour in band.hours)
        if self.bands and hours != list(range(24)):
            raise ValueError(f"`bands` must hold every hour of the day once, they hold {hours}")
        return self


class Tags(Section):
    """conf/tags: the tag tree, one file a branch, its name the name of the file."""

    where: ClassVar[str] = "tags/"
    files: dict[str, Branch]

    @field_validator("files")
    @classmethod
    def _branches_are_known(cls, files: dict[str, Branch]) -> dict[str, Branch]:
        for name, branch in files.items():
            other = branch.unseen_in
            if other and (other not in files or not files[other].observed):
                observing = [known for known, held in files.items() if held.observed]
                raise ValueError(
                    f"`{name}.yml`: `unseen_in: {other}` is no branch that observes; {near_match(other, observing)}"
                )
        return files

    @property
    def live(self) -> dict[str, Branch]:
        """The branches that make tags, by name."""
        return {name: branch for name, branch in sorted(self.files.items()) if branch.state == "live"}
