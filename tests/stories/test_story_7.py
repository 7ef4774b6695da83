"""Story 7: what people do on one platform improves what they are shown on another, beside each platform alone."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from pyspark.sql import functions as F

from learnlake.recommend.lists.rules.frames import offered, served
from learnlake.recommend.lists.rules.judging import interval

ALONE = {"next_course": "academy", "bookshelf": "academy", "community": "forum"}


@pytest.fixture(scope="module")
def lists(world) -> pd.DataFrame:
    """Lists of people with accounts on several platforms that are known to be theirs, by all they did and by the one platform alone.

    One row per placement and user: ``together`` and ``alone``, the share of the list that lies in the planted interests, and
    whether the user had done nothing on the placement's platform.
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

    def shares(which, placement: str) -> pd.DataFrame:
        users = served(which, world.day, maker.settings).join(linked.select("user_id"), on="user_id", how="left_semi")
        one = replace(maker, placements={placement: maker.placements[placement]})
        users = users.toArrow()
        rows = one.tabled(users, items).to_pandas()
        rows["hit"] = [
            bool(set(tags[item] or ()) & set(wanted[user]))
            for item, user in zip(rows["item_id"], rows["user_id"], strict=True)
        ]
        held = rows.groupby("user_id")["hit"].mean().rename("share").to_frame()
        sizes = pd.Series(
            [len(own or ()) for own in users["history"].to_pylist()], index=users["user_id"].to_pylist(), name="deeds"
        )
        return held.join(sizes)

    out = []
    for placement, platform in ALONE.items():
        own = known.preferences.join(platform_of.where(F.col("platform") == platform), on="item_id", how="left_semi")
        alone = replace(known, preferences=own, accounts=known.accounts.where(F.col("platform") == platform))
        both = shares(known, placement).join(
            shares(alone, placement), lsuffix="_together", rsuffix="_alone", how="inner"
        )
        out.append(both.assign(placement=placement))
    return pd.concat(out).reset_index()


@pytest.mark.parametrize("placement", ALONE)
def test_all_platforms_together_find_more_of_what_interests_people_than_one_alone(lists, placement) -> None:
    own = lists[lists["placement"] == placement]
    gain = (own["share_together"] - own["share_alone"]).to_numpy()
    assert len(own) >= 50
    low, high = interval(gain, seed=7)
    assert gain.mean() > 0, (placement, low, high)


def test_who_has_done_little_here_gains_most_and_beyond_noise(lists) -> None:
    elsewhere = lists["deeds_together"] > lists["deeds_alone"].fillna(0)
    little = lists[(lists["deeds_alone"].fillna(0) < 5) & elsewhere]
    gain = (little["share_together"] - little["share_alone"]).to_numpy()
    assert len(gain) >= 30
    low, _ = interval(gain, seed=7)
    assert low > 0.05, gain.mean()
