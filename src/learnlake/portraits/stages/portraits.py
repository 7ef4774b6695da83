"""gold.portraits: each user's tags with weight and evidence, and portrait scores with their parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake.columns import PORTRAIT_TAGS
from learnlake.lake.stage import Published, stage
from learnlake.lake.tables.gold import PORTRAITS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES, USER_TAGS
from learnlake.portraits.models.weights import Weights, total
from learnlake.portraits.rules.entries import declared, habits, heaviest, joined, none, shown, top
from learnlake.portraits.rules.observed import observed
from learnlake.portraits.rules.priors import priors
from learnlake.portraits.rules.told import homes, told
from learnlake.portraits.rules.weighed import expected, unobserved, weighed
from learnlake.portraits.settings import Scores
from learnlake.portraits.training import WEIGHTS
from learnlake.portraits.tree import Branch, Tags

INTEREST, LEVEL = "interest", "level"
BY_CONF = "conf"


@stage(reads=(USER_TAGS, USER_FEATURES, ACCOUNTS, IDENTITIES), writes=PORTRAITS, uses=(WEIGHTS,))
def portraits(
    tags: DataFrame,
    features: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    *,
    as_of: date,
    tree: Tags,
    scores: Scores,
    models: Mapping[str, Published],
) -> DataFrame:
    """Draw the portrait of each user of gold.user_features.

    A branch of which something was observed shows that, each tag's weight shrunk towards the prior of the user's platform and
    source; one of which nothing was shows the prior, and says so. What users declared stands beside it.
    """
    said = told(accounts, identities, [name for branch in tree.live.values() for name in branch.declared])
    known = _observed(homes(features, said), tags, tree.live, as_of)
    users = features.join(known, on="user_id", how="left")
    drawn = users.withColumns({"portrait_tags": _tags(tree.live), **_scored(_weighers(scores, models))})
    versions = {name: F.lit(branch.version) for name, branch in tree.live.items()}
    made = drawn.withColumns(
        {
            "top_interest": top(F.col("portrait_tags"), INTEREST),
            "top_level": top(F.col("portrait_tags"), LEVEL),
            "branch_versions": _map(versions, "bigint"),
        }
    )
    return made.select(*(column.name for column in PORTRAITS.columns))


def _observed(users: DataFrame, tags: DataFrame, live: Mapping[str, Branch], as_of: date) -> DataFrame:
    """Put beside each user what was observed, and what is expected of users of the same home."""
    observing = {name: branch for name, branch in live.items() if branch.observed}
    if not observing:
        return unobserved(users)
    counted = observed(tags, observing, as_of)
    shares = priors(counted, users, observing)
    beside = users.join(weighed(counted, shares, users, observing), on="user_id", how="left").join(
        expected(shares, observing), on=["platform", "referrer"], how="left"
    )
    return beside.withColumns(
        {
            "_seen": F.coalesce("_seen", none()),
            "_expected": F.coalesce("_expected", none()),
            "portrait_event_count": F.coalesce("portrait_event_count", F.lit(0)),
            "portrait_evidence": F.coalesce("portrait_evidence", F.lit(0.0)),
            "portrait_certainty": F.coalesce("portrait_certainty", F.lit(0.0)),
        }
    )


def _tags(live: Mapping[str, Branch]) -> Column:
    """Choose the tags to show; the prior of a branch only where nothing was observed in it."""
    seen = F.col("_seen")
    branches_seen = F.transform(seen, lambda held: held["branch"])
    prior = F.filter("_expected", lambda held: ~F.array_contains(branches_seen, held["branch"]))
    every = joined(heaviest(seen, live), prior, declared(seen, live), habits(live))
    return shown(every, live).cast(PORTRAIT_TAGS.dtype)


def _weighers(scores: Scores, models: Mapping[str, Published]) -> dict[str, tuple[Weights, str]]:
    """Return what weighs each score, and its version; a score without a published model is absent."""
    out = {}
    for name, score in sorted(scores.files.items()):
        if score.kind == "expert":
            out[name] = (Weights.given(score.weights, score.intercept), BY_CONF)
        elif name in models:
            out[name] = (models[name].model, models[name].version)
    return out


def _scored(weighers: Mapping[str, tuple[Weights, str]]) -> dict[str, Column]:
    parts = {name: weights.parts() for name, (weights, _) in weighers.items()}
    return {
        "scores": _map({name: total(held) for name, held in parts.items()}, "double"),
        "score_parts": _map({name: _map(held, "double") for name, held in parts.items()}, "map<string,double>"),
        "score_versions": _map({name: F.lit(version) for name, (_, version) in weighers.items()}, "string"),
    }


def _map(columns: Mapping[str, Column], dtype: str) -> Column:
    """Return a map of named columns; an empty one where there are none."""
    pairs = [F.struct(F.lit(name).alias("key"), column.alias("value")) for name, column in columns.items()]
    return F.map_from_entries(F.array(*pairs).cast(f"array<struct<key:string,value:{dtype}>>"))
