"""Training of the recommender: the item side from all that was turned to, the rankers on what was taken in later weeks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.lake.joins import known_by, owned
from learnlake.lake.stage import Before, ModelNode, train
from learnlake.lake.supply import files_of
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.recommend import PREFERENCES
from learnlake.lake.tables.silver import ACCOUNTS, EVENTS, IDENTITIES, ITEMS
from learnlake.modelling.gate import Bar, Candidate
from learnlake.recommend.lists.models.recommender import Recommender
from learnlake.recommend.lists.rules.candidates import candidates_of
from learnlake.recommend.lists.rules.crowd import Crowd
from learnlake.recommend.lists.rules.frames import Known, of_day, offered, served
from learnlake.recommend.lists.rules.judging import Trial, mean
from learnlake.recommend.lists.rules.learning import learned
from learnlake.recommend.lists.rules.ranking import Past, Verdict, judged, taught
from learnlake.recommend.lists.rules.shelf import Shelf
from learnlake.recommend.lists.rules.ways import with_ways
from learnlake.recommend.lists.settings import FINDERS, ListSettings, Placement, Placements

RECOMMENDER = ModelNode("recommender", Recommender)
SPAN_DAYS = 28
"""From one day whose lists are learned from or judged to the next; the longest window."""
READS = (
    *(PREFERENCES.at(every="28d", back=2), ITEMS, Before(SEGMENT_MEMBERS, days=2 * SPAN_DAYS)),
    *(ACCOUNTS, IDENTITIES, EVENTS),
)


@train(reads=READS, makes=RECOMMENDER, lacks=files_of(Placements))
def recommender(
    turned: DataFrame,
    items: DataFrame,
    members: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    events: DataFrame,
    *,
    as_of: date,
    placements: Placements,
    settings: ListSettings,
    current: Recommender | None,
) -> Candidate:
    """Learn on the lists of 56 days ago and the 28 days after them, judge on those of 28 days ago and the days since.

    What is published holds the item side learned from all that is known on the train day, and of each placement the ranker that was
    judged; where it did no better than what is simple, the placement goes by the best simple way.
    """
    known = Known(turned, items, members, accounts, identities, shows_unlisted=placements.show_unlisted)
    if not placements.files:
        return Candidate(None, refusal="conf/placements is empty, so there is no place to show a list")
    days = [as_of - timedelta(days=SPAN_DAYS * back) for back in (2, 1)]
    learning, judging = (moment(known, events, day, settings) for day in days)
    verdicts = {}
    for name, placement in sorted(placements.files.items()):
        earlier, later = learning.past(placement, settings), judging.past(placement, settings)
        if later:
            ranker = taught(earlier, settings) if earlier else f"nothing was known by {days[0]}"
            verdicts[name] = judged(ranker, later, settings)
    if not verdicts:
        return Candidate(None, refusal=f"nobody had turned to any item by {days[1]}")
    if not any(verdict.metrics["judged_users"] for verdict in verdicts.values()):
        said = f"nobody took anything that could be shown in the {SPAN_DAYS} days after {days[1]}: there is nothing to judge by"
        return Candidate(None, refusal=said)
    rows = turned_to(of_day(as_of, known.preferences), settings)
    model = Recommender(learned(_wanted(rows), settings), {name: verdict.ranker for name, verdict in verdicts.items()})
    return _candidate(model, verdicts, _of_current(current, judging, placements, settings), days[1])


@dataclass(frozen=True)
class Moment:
    """A past day: who was there, what was on offer, and what was done in the weeks after it.

    Attributes:
        crowd: at most ``rank_on_users`` users, chosen by hash, over the shelf of the day; None where nobody had turned to anything.
        later: user_id, item_id, event_type, days_after (from 1) of what they did.
        buckets: of each user, 0 to 99 by hash.
    """

    crowd: Crowd | None
    later: pa.Table
    buckets: NDArray[np.int64]

    def past(self, placement: Placement, settings: ListSettings) -> Past | None:
        """Return the candidates of a placement and what came of them."""
        if self.crowd is None:
            return None
        crowd = self.crowd
        found = candidates_of(crowd, placement, settings.per_finder)
        taken = np.zeros((len(crowd), len(crowd.shelf)), dtype=bool)
        counts = pc.and_(
            pc.is_in(self.later.column("event_type"), pa.array(placement.success)),
            pc.less_equal(self.later.column("days_after"), placement.window_days),
        )
        own = self.later.filter(counts)
        row = {user: at for at, user in enumerate(crowd.users)}
        for user, item in zip(own.column("user_id").to_pylist(), own.column("item_id").to_pylist(), strict=True):
            if item in crowd.shelf.place:
                taken[row[user], crowd.shelf.place[item]] = True
        truths = (taken[:, found.columns] & found.may).sum(axis=1).astype(float)
        trial = Trial(found.user, found.item, taken[found.user, found.item].astype(float), truths, placement.count)
        is_cold = np.diff(crowd.wanted.indptr) == 0
        groups = {"start": np.where(is_cold, "cold", "warm").astype(object), "segment": crowd.segments}
        may_be_new = (crowd.shelf.ages[found.columns] < settings.new_days)[None, :] & found.may
        return Past(found, trial, self.buckets, groups, int((taken[:, found.columns] & may_be_new).sum()))


def moment(known: Known, events: DataFrame, day: date, settings: ListSettings) -> Moment:
    """Look at a past day as it was known at its end, and at the deeds of the 28 days after it."""
    preferences = of_day(day, known.preferences)
    then = replace(
        known,
        preferences=preferences,
        items=known.items.where(known_by(ITEMS, day)),
        accounts=known.accounts.where(known_by(ACCOUNTS, day)),
        identities=known.identities.where(known_by(IDENTITIES, day)),
    )
    rows = turned_to(preferences, settings)
    bucket = F.pmod(F.xxhash64(F.lit("lists: parts"), "user_id"), F.lit(100))
    chosen = (
        served(then, day, settings)
        .orderBy(F.xxhash64("user_id"), "user_id")
        .limit(settings.rank_on_users)
        .withColumn("_bucket", bucket)
        .cache()
    )
    try:
        users = chosen.toArrow().sort_by("user_id")
        later = _later(events, known.identities, chosen.select("user_id"), day).toArrow()
    finally:
        chosen.unpersist()
    wanted = _wanted(rows)
    if not wanted.num_rows or not users.num_rows:
        return Moment(None, later, np.empty(0, dtype=np.int64))
    items = with_ways(offered(then, day, settings).toArrow(), rows.filter(pc.is_valid(rows.column("taken_date"))))
    crowd = Crowd.of(users, Shelf.of(items, learned(wanted, settings)))
    return Moment(crowd, later, users.column("_bucket").to_numpy())


def turned_to(preferences: DataFrame, settings: ListSettings) -> pa.Table:
    """Collect what at most ``learn_on_users`` users, chosen by hash, dealt with: user_id, item_id, weight, taken_date; sorted by both ids."""
    users = preferences.select("user_id").distinct()
    chosen = users.orderBy(F.xxhash64("user_id"), "user_id").limit(settings.learn_on_users)
    rows = preferences.select("user_id", "item_id", F.col("strength").alias("weight"), "taken_date")
    held = rows.join(chosen, on="user_id", how="left_semi").toArrow()
    return held.sort_by([("user_id", "ascending"), ("item_id", "ascending")])


def _wanted(rows: pa.Table) -> pa.Table:
    """Keep what was turned to, not away from."""
    return rows.filter(pc.greater(rows.column("weight"), 0))


def _later(events: DataFrame, identities: DataFrame, users: DataFrame, day: date) -> DataFrame:
    """Return what users did with items in the 28 days after a day."""
    after = F.datediff("event_date", F.lit(day))
    window = events.where(F.col("item_id").isNotNull() & after.between(1, SPAN_DAYS))
    own = owned(window.select("account_id", "item_id", "event_type", after.alias("days_after")), identities)
    return own.join(users, on="user_id", how="left_semi").select("user_id", "item_id", "event_type", "days_after")


def _of_current(
    current: Recommender | None, judging: Moment, placements: Placements, settings: ListSettings
) -> float | None:
    """Return the mean nDCG of the published model on the same days; None without one, or where it knows of them.

    It was learned 28 days ago or earlier: its item side ends where the judged days begin.
    """
    if current is None or judging.crowd is None:
        return None
    shelf = replace(judging.crowd.shelf, learned=current.learned.on(judging.crowd.shelf.ids))
    own = replace(judging, crowd=replace(judging.crowd, shelf=shelf))
    pasts = {name: own.past(placement, settings) for name, placement in sorted(placements.files.items())}
    return mean(
        np.array(
            [
                mean(past.trial.ndcg(current.ranker(name).scores(past.found.features)))
                for name, past in pasts.items()
                if past
            ]
        )
    )


def _candidate(model: Recommender, verdicts: Mapping[str, Verdict], current: float | None, day: date) -> Candidate:
    metrics = {f"{place}_{name}": value for place, own in verdicts.items() for name, value in own.metrics.items()}
    ours, theirs = (float(np.mean([getattr(own, side) for own in verdicts.values()])) for side in ("ours", "theirs"))
    metrics |= {"ndcg": ours, "simple_ndcg": theirs, **({} if current is None else {"current_ndcg": current})}
    bars = [Bar("nDCG, mean of the placements", ours, theirs, "of the best of popularity, repeat and item-kNN")]
    if current is not None:
        bars.append(
            Bar("nDCG", ours, current * 0.98, "98 % of the published model's, whose item side is 28 days older")
        )
    said = "; ".join(f"{place}: {own.words}" for place, own in verdicts.items())
    table = told(verdicts)
    params = {place: own.ranker.learner for place, own in verdicts.items()}
    return Candidate(
        model,
        tuple(bars),
        metrics,
        params,
        f"judged on what was taken in the 28 days after {day}; {said}",
        texts={"finders.md": table},
    )


def told(verdicts: Mapping[str, Verdict]) -> str:
    """Write what each finder comes to alone, and what is lost without it, as a table in Markdown."""
    lines = ["| placement | finder | nDCG alone | lost without it |", "|---|---|---|---|"]
    for place, own in verdicts.items():
        for name in FINDERS if f"loss_without_{FINDERS[0]}" in own.metrics else ():
            alone, lost = own.metrics[f"ndcg_{name}"], own.metrics[f"loss_without_{name}"]
            lines.append(f"| {place} | {name} | {alone:.4f} | {lost:+.4f} |")
    return "\n".join(lines) + "\n"
