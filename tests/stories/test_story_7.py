"""Story 7: what people do on one platform improves what they are shown on another, beside each platform alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from pyspark.sql import functions as F

from learnlake.recommend.lists.rules.frames import offered, served
from learnlake.recommend.lists.rules.judging import interval

DECLARED = ("interests", "profession")
ALONE = {"next_course": "academy", "bookshelf": "academy", "community": "forum"}


@pytest.fixture(scope="module")
def lists(world) -> pd.DataFrame:
    """Shares of the lists that lie in the planted interests, of people with accounts on several platforms that are known to be theirs.

    One row per placement and user: ``alone``, by what was done on the placement's platform; ``together``, by what was done on all;
    ``registered``, as on the day they come and declare nothing; ``welcomed``, the same with what was done elsewhere.
    """
    people = world.people.groupBy("user_id").agg(
        F.countDistinct("platform").alias("platforms"), F.first("interests").alias("interests")
    )
    linked = people.where("platforms > 1").select("user_id", "interests")
    wanted = linked.toPandas().set_index("user_id")["interests"]
    known, maker = world.lists_known(), world.maker(*ALONE)
    items = offered(known, world.day, maker.settings).toArrow()
    tags = dict(zip(items["item_id"].to_pylist(), items["tags"].to_pylist(), strict=True))
    platform_of = known.items.select("item_id", "platform").distinct()

    def shares(which, placement: str) -> pd.Series:
        users = served(which, world.day, maker.settings).join(linked.select("user_id"), on="user_id", how="left_semi")
        one = replace(maker, placements={placement: maker.placements[placement]})
        rows = one.tabled(users.toArrow(), items).to_pandas()
        pairs = zip(rows["item_id"], rows["user_id"], strict=True)
        return (
            rows.assign(hit=[bool(set(tags[item] or ()) & set(wanted[user])) for item, user in pairs])
            .groupby("user_id")["hit"]
            .mean()
        )

    out = []
    for placement, platform in ALONE.items():
        here = known.preferences.join(platform_of.where(F.col("platform") == platform), on="item_id", how="left_semi")
        account = known.accounts.where(F.col("platform") == platform)
        silent = known.accounts.withColumns(
            {name: F.lit(None).cast(known.accounts.schema[name].dataType) for name in DECLARED}
        )
        seen = {
            "alone": replace(known, preferences=here, accounts=account),
            "together": known,
            "registered": replace(known, preferences=here.limit(0), accounts=silent),
            "welcomed": replace(
                known,
                preferences=known.preferences.join(here, on=["user_id", "item_id"], how="left_anti"),
                accounts=silent,
            ),
        }
        own = account.join(known.identities, on="account_id", how="left").select(
            F.coalesce(known.identities["user_id"], account["account_id"])
        )
        users = [row[0] for row in own.distinct().collect()]
        held = pd.DataFrame({name: shares(which, placement) for name, which in seen.items()})
        out.append(held[held.index.isin(users)].dropna().assign(placement=placement))
    return pd.concat(out)


@pytest.mark.parametrize("placement", ALONE)
def test_on_the_day_they_come_what_they_did_elsewhere_is_known(lists, placement) -> None:
    own = lists[lists["placement"] == placement]
    gain = (own["welcomed"] - own["registered"]).to_numpy()
    assert len(own) >= 50
    low, _ = interval(gain, seed=7)
    assert low > 0.2, (placement, own[["welcomed", "registered"]].mean().to_dict())


def test_whom_a_platform_knows_already_all_together_serve_no_worse_and_the_community_better(lists) -> None:
    """A few deeds and the declared interests tell nearly all that there is to know of a simulated person; the forum's lists still gain."""
    for placement, own in lists.groupby("placement"):
        low, high = interval((own["together"] - own["alone"]).to_numpy(), seed=7)
        assert high > 0, (placement, low, high)
        assert low > 0 or placement != "community", (low, high)
