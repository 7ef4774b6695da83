"""Settings of the lists: where what is shown, what the house forbids and wants, and how the ranker learns; one file a placement."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import UNKNOWN, Placed, Supply
from learnlake.settings import Section, Settings, Words

FINDERS = (
    *(
        "similar",
        "ease",
        "factors",
        "svd",
        "content",
        "next",
        "rules",
        "segment",
        "job",
        "popular",
        "trending",
        "own",
        "needed",
    ),
)
"""Where candidates come from:

similar: items that the same users turned to (cosine, weighed by BM25). ease: EASE. factors: implicit ALS. svd: truncated SVD and cosine.
content: tags, level, language, creator and words of the item. next: what is most often taken next (gold.item_transitions).
rules: consequents of gold.item_rules. segment, job, popular, trending: what is taken in the segment, by those who declare the same job,
everywhere, and more than before.
own: what the user has turned to and not taken. needed: prerequisites of that.
"""


class House(Settings):
    """What the house forbids and wants in a list.

    Attributes:
        never_again: what keeps an item out for good: taken, finished, refunded, disliked, familiar.
        exclude: items that are never shown.
        exclude_tags: nor any item with one of these tags.
        exclude_creators: nor any of these creators.
        pins: items at a fixed rank (from 1), for everybody who may see them.
        boosts: factors on the score of items with a tag, of a creator, or of an item by id; above 1 raises.
        most_per_topic: items of a list that share their first tag, at most.
        most_per_creator: items of a list by one creator, at most.
        only_own_language: whether items in a language that the user never turned to are left out.
        levels_up: levels by which an item may exceed the user's; None = any.
        only_after_prerequisites: whether items whose prerequisites are not done are held back.
        prerequisites_in_list: whether one may nevertheless stand below all it lacks, in the same list.
        diversity: weight of being unlike the items above it, 0..1 (maximal marginal relevance).
        topic_balance: weight of having the topics of the list in the shares in which the user turned to them, from 0; 1 is a lot.
        explore_share: share of the places after the first that go by lot to items rarely shown so far.
        least_creator_share: share of the places that every creator with an item to show gets at least, as far as places go round.
        least_new_share: share of the places that items new in the catalogue get at least.
        new_days: days for which an item counts as new.
    """

    never_again: tuple[str, ...] = ("taken", "finished", "refunded", "disliked", "familiar")
    exclude: tuple[str, ...] = ()
    exclude_tags: tuple[str, ...] = ()
    exclude_creators: tuple[str, ...] = ()
    pins: dict[str, int] = Field(default_factory=dict)
    boosts: dict[str, float] = Field(default_factory=dict)
    most_per_topic: int | None = Field(default=None, ge=1)
    most_per_creator: int | None = Field(default=None, ge=1)
    only_own_language: bool = False
    levels_up: int | None = Field(default=1, ge=0)
    only_after_prerequisites: bool = True
    prerequisites_in_list: bool = True
    diversity: float = Field(default=0.2, ge=0, le=1)
    topic_balance: float = Field(default=0.0, ge=0)
    explore_share: float = Field(default=0.05, ge=0, lt=1)
    least_creator_share: float = Field(default=0.0, ge=0, lt=0.2)
    least_new_share: float = Field(default=0.0, ge=0, lt=0.5)
    new_days: int = Field(default=28, ge=1)

    @model_validator(mode="after")
    def _is_possible(self) -> House:
        unknown = set(self.never_again) - {"taken", "finished", "refunded", "disliked", "familiar"}
        if unknown:
            raise ValueError(
                f"`never_again` knows no `{min(unknown)}`; take some of taken, finished, refunded, disliked, familiar"
            )
        if any(rank < 1 for rank in self.pins.values()) or len(set(self.pins.values())) < len(self.pins):
            raise ValueError("`pins` give each item a rank of its own, from 1")
        if any(factor <= 0 for factor in self.boosts.values()):
            raise ValueError("`boosts` are factors above 0; to keep something out use `exclude`")
        return self


class Placement(Placed):
    """One place where a list is shown.

    Attributes:
        platforms, kinds: whose items, by name or by the kind of platform; both empty = all.
        name: of the list, as a person reads it.
        item_kinds: kinds of items that may stand in it; ``unknown`` = those of which no source says the kind.
        count: items of a list.
        success: events by which an item that was in the list counts as taken.
        window_days: days within which they count.
        house: what the house forbids and wants here.
    """

    name: Words
    item_kinds: tuple[str, ...] = Field(min_length=1)
    count: int = Field(default=5, ge=1, le=100)
    success: tuple[c.EventType, ...] = Field(min_length=1)
    window_days: int = Field(default=28, ge=1, le=28)
    house: House = House()

    @model_validator(mode="after")
    def _has_room_for_pins(self) -> Placement:
        if any(rank > self.count for rank in self.house.pins.values()):
            raise ValueError(f"`pins` must lie within the {self.count} ranks of the list")
        return self

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: items of its kinds, on which something is done that counts as success."""
        return supply.lacks(self.success, self.item_kinds, ("events.item_id",))


class Placements(Section):
    """conf/placements: one file a placement, its name the name of the file."""

    where: ClassVar[str] = "placements/"
    files: dict[str, Placement]

    @property
    def show_unlisted(self) -> bool:
        """Whether items that no source lists may be shown."""
        return any(UNKNOWN in placement.item_kinds for placement in self.files.values())


class ListSettings(Section):
    """How candidates are found and ranked.

    Attributes:
        scheme: scheme of conf/segments whose segments have a popularity of their own.
        per_finder: candidates that each finder names of a placement.
        neighbours: similar items kept of each item.
        rank: dimensions of the factors.
        iterations: of the alternating least squares.
        confidence: weight of a preference of strength 1 beside that of no preference.
        penalty: of the squares of the factors.
        ease_penalty: of EASE.
        ease_up_to: items up to which EASE is learned, since its cost grows with their cube.
        learn_on_users: users, chosen by hash, whose preferences the item side is learned from.
        rank_on_users: users, chosen likewise, on whose later deeds the ranker learns and is judged.
        new_days: days for which an item counts as new where what is found of new items is told.
        fewest_taken: taken candidates below which a weighted blend takes the place of trees.
        fewest_judged: users with something to find below which a placement goes by popularity.
        groups: parts in which users are dealt with, each in memory at once; more for more users.
        seed: of the factors, the ranker, and all lots.
    """

    where: ClassVar[str] = "lists"
    scheme: str = "behaviour"
    per_finder: int = Field(default=30, ge=1, le=500)
    neighbours: int = Field(default=50, ge=1)
    rank: int = Field(default=32, ge=1, le=512)
    iterations: int = Field(default=12, ge=1)
    confidence: float = Field(default=10.0, gt=0)
    penalty: float = Field(default=5.0, gt=0)
    ease_penalty: float = Field(default=100.0, gt=0)
    ease_up_to: int = Field(default=5_000, ge=0, le=20_000)
    learn_on_users: int = Field(default=200_000, ge=10)
    rank_on_users: int = Field(default=5_000, ge=10)
    new_days: int = Field(default=28, ge=1)
    fewest_taken: int = Field(default=200, ge=1)
    fewest_judged: int = Field(default=30, ge=1)
    groups: int = Field(default=2, ge=1)
    seed: int = 7
