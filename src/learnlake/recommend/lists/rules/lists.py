"""From what is on offer and who is there to lists with reasons: the whole way, for some users at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from learnlake.lake.supply import UNKNOWN
from learnlake.lake.tables.recommend import RECOMMENDATIONS
from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules import house as rules
from learnlake.recommend.lists.rules.candidates import candidates_of, lined_up
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.reasons import why
from learnlake.recommend.lists.rules.shares import explored, floored
from learnlake.recommend.lists.rules.shelf import Shelf
from learnlake.recommend.lists.settings import FINDERS, ListSettings, Placement

BLOCK = 500  # users whose scores are in memory at once
ELSEWHERE = ("as_of_date", "list_id", "model_version")  # columns that the stage adds
SCHEMA = StructType([field for field in RECOMMENDATIONS.schema if field.name not in ELSEWHERE])
LISTED = to_arrow_schema(SCHEMA)
GROUP = "_group"


@dataclass(frozen=True)
class Maker:
    """All that lists are made with, besides the users.

    Attributes:
        model: what was learned.
        placements: where what is shown, by name.
        settings: of the lists.
        day: of the lists; lots are drawn anew each day.
    """

    model: Recommender
    placements: Mapping[str, Placement]
    settings: ListSettings
    day: date

    @property
    def show_unlisted(self) -> bool:
        """Whether items that no source lists may be shown."""
        return any(UNKNOWN in placement.item_kinds for placement in self.placements.values())

    def listed(self, users: DataFrame, items: DataFrame) -> DataFrame:
        """Make the lists of all users in Arrow tasks, each of which holds all items and its part of the users.

        Args:
            users: rows of ``frames.served``.
            items: rows of ``frames.offered``.

        Returns:
            One row per placement, user and rank, of ``SCHEMA``.
        """
        count = self.settings.groups
        grouped = users.withColumn(GROUP, F.pmod(F.xxhash64("user_id"), F.lit(count)).cast("int"))
        spread = items.withColumn(GROUP, F.explode(F.sequence(F.lit(0), F.lit(count - 1))))
        return (
            grouped.groupBy(GROUP)
            .cogroup(spread.groupBy(GROUP))
            .applyInArrow(lambda own, offer: self.tabled(own, offer), SCHEMA)
        )

    def tabled(self, users: pa.Table, items: pa.Table) -> pa.Table:
        """Make the lists of some users, sorted by user for the same lists in any order of rows."""
        if not users.num_rows or not items.num_rows:
            return LISTED.empty_table()
        shelf = Shelf.of(items, self.model.learned)
        users = users.sort_by("user_id")
        parts = [
            table
            for start in range(0, users.num_rows, BLOCK)
            for table in self._of_block(Crowd.of(users.slice(start, BLOCK), shelf))
        ]
        return pa.concat_tables(parts) if parts else LISTED.empty_table()

    def _of_block(self, crowd: Crowd) -> Iterator[pa.Table]:
        for name, placement in sorted(self.placements.items()):
            yield self._of_placement(crowd, name, placement)

    def _of_placement(self, crowd: Crowd, name: str, placement: Placement) -> pa.Table:
        house = placement.house
        found = candidates_of(crowd, placement, self.settings.per_finder)
        ranker = self.model.ranker(name)
        scores = ranker.scores(found.features)
        chances = ranker.chances(scores)
        factors = rules.boosted(crowd.shelf, house)[found.item]
        worth = (chances if ranker.calibration else scores) * factors
        items, lined, which = lined_up(found, worth, len(crowd))
        picks = floored(rules.picked(crowd, items, lined, house, placement.count), (items, lined), crowd, house)
        purpose = f"{name}|{self.day}|{self.settings.seed}"
        picks, shown = explored(picks, found, crowd, house, purpose)
        user, rank = np.nonzero(picks.items >= 0)
        item = picks.items[user, rank]
        at = np.where(items[user] == item[:, None], which[user], -1).max(axis=1)  # a place by lot may hold no candidate
        finder = _speaks_most(found.shares(), np.array(ranker.worth), at)
        finder[picks.by_lot[user, rank]], finder[picks.pinned[user, rank]] = "explored", "pinned"
        is_below = found.waits[user, np.searchsorted(found.columns, item)]
        reason = why(crowd, user, item, np.where(is_below, "turn", finder))
        english, chinese = reason.words(crowd)
        cause = [crowd.shelf.ids[place] if place >= 0 else None for place in reason.item]
        columns = [
            *(
                [name] * len(user),
                crowd.users[user],
                (rank + 1).astype(np.int32),
                crowd.shelf.ids[item],
                [kind or None for kind in crowd.shelf.kinds[item]],
            ),
            [None if place < 0 or np.isnan(chances[place]) else round(float(chances[place]), 9) for place in at],
            *(finder, reason.code, cause, [tag or None for tag in reason.tag], english, chinese),
            *(picks.by_lot[user, rank], np.round(shown[user, rank], 9)),
        ]
        return pa.table(
            [pa.array(held, field.type) for held, field in zip(columns, LISTED, strict=True)], schema=LISTED
        )


def _speaks_most(shares: np.ndarray, worth: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Return of each row the finder that says most for it, weighed by what the finder is worth; of equal ones the first."""
    names = np.array([*FINDERS, "explored"], dtype=object)
    weighed = shares[np.maximum(at, 0)] * worth[None, :]
    best = np.where((at >= 0) & (weighed.max(axis=1, initial=0) > 0), weighed.argmax(axis=1), len(FINDERS))
    return names[best]
