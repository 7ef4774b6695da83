"""Story 7: what people do on one platform improves what they are shown on another, beside each platform alone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa
import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import owned
from learnlake.recommend.lists.rules.frames import Known, offered, served
from learnlake.recommend.lists.rules.judging import interval
from tests.stories.conftest import World

DECLARED = ("interests", "profession")
ALONE = {"next_course": "academy", "bookshelf": "academy", "community": "forum"}


@dataclass(frozen=True)
class Linked:
    """People with accounts on several platforms that are known to be theirs; ``wanted``: the planted interests of each; ``items``: what is on offer."""

    world: World
    people: DataFrame
    wanted: dict[str, list[str]]
    items: pa.Table

    @classmethod
    def of(cls, world: World) -> Linked:
        """Find them in a world."""
        own = world.people.groupBy("user_id").agg(
            F.countDistinct("platform").alias("n"), F.first("interests").alias("interests")
        )
        linked = own.where("n > 1").select("user_id", "interests")
        wanted = {row.user_id: row.interests for row in linked.collect()}
        users = world.store.spark.createDataFrame([(user,) for user in sorted(wanted)], "user_id string")
        return cls(world, users, wanted, offered(world.lists_known(), world.day, world.maker().settings).toArrow())

    def shares(self, known: Known, placement: str) -> pd.Series:
        """Return of each of them the share of the list that lies in the interests, made of what is known."""
        maker = self.world.maker(placement)
        users = served(known, self.world.day, maker.settings).join(self.people, on="user_id", how="left_semi")
        rows = maker.tabled(users.toArrow(), self.items).to_pandas()
        tags = dict(zip(self.items["item_id"].to_pylist(), self.items["tags"].to_pylist(), strict=True))
        pairs = zip(rows["item_id"], rows["user_id"], strict=True)
        rows["hit"] = [bool(set(tags[item] or ()) & set(self.wanted[user])) for item, user in pairs]
        return rows.groupby("user_id")["hit"].mean()


@pytest.fixture(scope="module")
def lists(world: World) -> pd.DataFrame:
    """Shares of lists that lie in the planted interests, one row per placement and user.

    ``alone``: by what was done on the placement's platform; ``together``: by what was done on all; ``registered``: as on the day they
    come and declare nothing; ``welcomed``: the same with what was done elsewhere.
    """
    linked, known = Linked.of(world), world.lists_known()
    platform_of = known.items.select("item_id", "platform").distinct()
    nothing = {name: F.lit(None).cast(known.accounts.schema[name].dataType) for name in DECLARED}
    silent = known.accounts.withColumns(nothing)
    out = []
    for placement, platform in ALONE.items():
        here = known.preferences.join(platform_of.where(F.col("platform") == platform), on="item_id", how="left_semi")
        elsewhere = known.preferences.join(here, on=["user_id", "item_id"], how="left_anti")
        account = known.accounts.where(F.col("platform") == platform)
        seen = {
            "alone": replace(known, preferences=here, accounts=account),
            "together": known,
            "registered": replace(known, preferences=here.limit(0), accounts=silent),
            "welcomed": replace(known, preferences=elsewhere, accounts=silent),
        }
        users = {row[0] for row in owned(account, known.identities).select("user_id").distinct().collect()}
        held = pd.DataFrame({name: linked.shares(which, placement) for name, which in seen.items()})
        out.append(held[held.index.isin(users)].dropna().assign(placement=placement))
    return pd.concat(out)


@pytest.mark.parametrize("placement", ALONE)
def test_on_the_day_they_come_what_they_did_elsewhere_is_known(lists, placement) -> None:
    own = lists[lists["placement"] == placement]
    gain = (own["welcomed"] - own["registered"]).to_numpy()
    assert len(own) >= 50
    low, _ = interval(gain, seed=7)
    assert low > 0.2, (placement, own[["welcomed", "registered"]].mean().to_dict())


def test_whom_a_platform_knows_already_is_served_about_as_well_without_the_others(lists) -> None:
    """A few deeds and the declared interests tell nearly all that there is to know of a simulated person: no more can come from elsewhere."""
    for placement, own in lists.groupby("placement"):
        gain = (own["together"] - own["alone"]).to_numpy()
        assert gain.mean() > -0.04, (placement, *interval(gain, seed=7))
