"""gold.recommendations: what each placement shows to each user, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.stage import Published, stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.knowledge import ITEM_PREREQUISITES
from learnlake.lake.tables.recommend import PREFERENCES, RECOMMENDATIONS
from learnlake.lake.tables.rules import ITEM_RULES, ITEM_TRANSITIONS
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, ITEMS
from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules.frames import Known, offered, served
from learnlake.recommend.lists.rules.lists import Maker
from learnlake.recommend.lists.settings import ListSettings, Placements
from learnlake.recommend.lists.training import RECOMMENDER


@stage(
    reads=(PREFERENCES, ITEMS, SEGMENT_MEMBERS, ACCOUNTS, IDENTITIES, ITEM_PREREQUISITES, ITEM_RULES, ITEM_TRANSITIONS),
    writes=RECOMMENDATIONS,
    uses=(RECOMMENDER,),
    lacks=files_of(Placements),
)
def recommendations(
    turned: DataFrame,
    items: DataFrame,
    members: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    needs: DataFrame,
    rules: DataFrame,
    transitions: DataFrame,
    *,
    as_of: date,
    placements: Placements,
    settings: ListSettings,
    models: Mapping[str, Published],
) -> DataFrame:
    """Make the lists; without a published model they go by what the user's segment turned to lately."""
    known = Known(
        turned, items, members, accounts, identities, needs, rules, transitions, shows_unlisted=placements.show_unlisted
    )
    published = models.get(RECOMMENDER.name)
    maker = Maker(published.model if published else Recommender(), placements.files, settings, as_of)
    listed = maker.listed(served(known, as_of, settings), offered(known, as_of, settings))
    version = F.lit(published.version if published else None).cast("string")
    list_id = F.sha2(F.concat_ws("|", F.lit("list"), F.lit(as_of).cast("string"), "placement", "user_id"), 256)
    return listed.withColumns(
        {"as_of_date": F.lit(as_of), "model_version": version, "list_id": F.substring(list_id, 1, 16)}
    ).select(*(column.name for column in RECOMMENDATIONS.columns))
