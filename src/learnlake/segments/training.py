"""Training of the schemes that learn: choose, fit, match to the last published cut, judge on a later day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.errors import LearnlakeError
from learnlake.lake.stage import ModelNode, train
from learnlake.lake.tables.gold import USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.modelling.clustering import NOISE, Choice, Labels, Matrix, choose, cutter_of, radii, silhouette
from learnlake.modelling.gate import Bar, Candidate
from learnlake.modelling.settings import ModelSettings
from learnlake.modelling.splits import in_share, sampled
from learnlake.segments.models.cut import Cut
from learnlake.segments.models.methods import How
from learnlake.segments.models.tiers import MAJORITY, Tiers, compare
from learnlake.segments.rules.definitions import in_sql, in_words, limits_of
from learnlake.segments.rules.identity import Compared, Segment, free_colours, fresh_ids, lineage, matched
from learnlake.segments.rules.names import named
from learnlake.segments.rules.people import concerns, person
from learnlake.segments.rules.tiering import known_tier
from learnlake.segments.settings import Clustering, Schemes, Tiering, clusterings, tierings

CUTS = ModelNode("segments", Cut, per=clusterings)
TIERS = ModelNode("tiers", Tiers, per=tierings)
RFM = ("idle_days", "ever_active_days", "ever_spend_amount")
MONTH = timedelta(days=28)
DEFINED_ON = 2_000
FOLLOWED = 10_000


@train(reads=(USER_FEATURES.at(every="28d", back=2),), makes=CUTS)
def cut(
    features: DataFrame, *, as_of: date, file: str, schemes: Schemes, settings: ModelSettings, current: Cut | None
) -> Candidate:
    """Cluster users, on features of 28 days before the train day, and judge on those of the train day.

    Where the lake is too young for an earlier day, half of the users are fitted and the other half judge, and the remark says so.
    To see what became of the published segments, the members they had 28 days before the fit are followed into the new ones.
    """
    scheme = schemes.files[file]
    conf = scheme.cluster
    if conf is None:
        raise ValueError(f"conf/segments/{file}.yml has no `cluster`")
    meant = features.where(concerns(scheme))
    everybody, judge_on, remark = _split(meant, as_of, conf)
    if len(everybody.take(conf.fewest_users)) < conf.fewest_users:
        return Candidate(
            None, refusal=f"fewer than {conf.fewest_users} users to fit on: too few to look for segments", remark=remark
        )
    how = How(conf.method, 2, conf.min_points, settings.seed)
    unfitted = Cut(conf.features, tuple(conf.observed.items()), how, conf.selection, conf.fit_on_users)
    fit_on = sampled(everybody, "user_id", conf.fit_on_users).cache()  # the sort is over everybody: once is enough
    try:
        candidate = _candidate(unfitted, (fit_on, judge_on, remark), conf)
        if not isinstance(candidate.model, Cut):
            return candidate
        model = candidate.model
        matrix = model.matrix(model.raw(sampled(fit_on, "user_id", conf.choose_on_users)))
        followed = _followed(model, current, fit_on, meant) if current else None
        return replace(candidate, model=identified(model, matrix, current, followed))
    finally:
        fit_on.unpersist()


def _candidate(unfitted: Cut, frames: tuple[DataFrame, DataFrame, str], conf: Clustering) -> Candidate:
    """Choose the parameter on a sample, fit, and judge; or say why there is no structure."""
    fit_on, judge_on, remark = frames
    try:
        prepared = unfitted.prepared(fit_on)
    except LearnlakeError as error:
        return Candidate(None, refusal=f"no structure: {error}")
    if len(prepared.names) < 2:
        return Candidate(
            None,
            refusal=f"no structure: only `{prepared.names[0]}` is left, and one number groups nobody; dropped: {_dropped(prepared)}",
        )
    matrix = prepared.matrix(prepared.raw(sampled(fit_on, "user_id", conf.choose_on_users)))
    choice = _chosen(prepared.points(matrix), conf, prepared.how.seed)
    metrics = {**choice.metrics("eps" if conf.method == "dbscan" else "k"), **_losses(prepared)}
    refusal = no_structure(choice, conf)
    if refusal:
        return Candidate(None, metrics=metrics, params=_params(conf, prepared, choice), refusal=refusal)
    how = replace(prepared.how, parameter=choice.best.parameter, min_points=_crowd(conf, fit_on, len(matrix)))
    model = replace(prepared.shaped(fit_on, how), stability_=choice.best.stability)
    bars, judged = _judged(model, sampled(judge_on, "user_id", conf.choose_on_users), conf, choice)
    return Candidate(model, bars, {**metrics, **judged}, _params(conf, prepared, choice), remark)


def _chosen(points: Matrix, conf: Clustering, seed: int) -> Choice:
    counts = tuple(range(conf.k_from, conf.k_to + 1))
    parameters = radii(points, conf.min_points, conf.radius_quantiles) if conf.method == "dbscan" else counts
    return choose(points, cutter_of(conf.method, conf.min_points), parameters, conf.choose_by, (conf.references, seed))


def _crowd(conf: Clustering, fit_on: DataFrame, sample_size: int) -> int:
    """Ask for as many more neighbours as there are more users than in the sample: the same density."""
    return max(conf.min_points, round(conf.min_points * fit_on.count() / max(sample_size, 1)))


def _losses(prepared: Cut) -> dict[str, float]:
    held = prepared.preparation_
    return {} if held is None else {"compression_loss": held.loss_share, "features_dropped": float(len(held.dropped))}


def _split(features: DataFrame, as_of: date, conf: Clustering) -> tuple[DataFrame, DataFrame, str]:
    earlier = features.where(F.col("as_of_date") == F.lit(as_of - MONTH))
    later = features.where(F.col("as_of_date") == F.lit(as_of))
    if len(earlier.take(conf.fewest_users)) >= conf.fewest_users:
        return earlier, later, "fitted on features of 28 days before the train day, judged on those of the train day"
    is_fitted = in_share("user_id", "segments: fit or judge", 0.5)
    return (
        later.where(is_fitted),
        later.where(~is_fitted),
        "judged on other users of the same day: the lake is too young for a later one",
    )


def no_structure(choice: Choice, conf: Clustering) -> str:
    """Say why a clustering would be of noise, or nothing.

    There is structure if the chosen silhouette reaches ``least_silhouette``, exceeds by ``least_margin`` whatever any parameter
    reaches on references without structure (uniform, and each feature shuffled on its own), and bootstrap samples are cut alike.
    """
    best = choice.best
    if best.silhouette < conf.least_silhouette:
        return f"no structure: the best silhouette is {best.silhouette:.3f} (k = {best.clusters}), below {conf.least_silhouette}"
    if best.silhouette <= choice.reference + conf.least_margin:
        return (
            f"no structure: the best silhouette {best.silhouette:.3f} (k = {best.clusters}) is not {conf.least_margin} above that of "
            f"references without structure, {choice.reference:.3f}"
        )
    if best.stability < conf.least_stability:
        return f"no structure: bootstrap samples agree by {best.stability:.3f} (adjusted Rand index), below {conf.least_stability}"
    return ""


def _followed(model: Cut, current: Cut, fit_on: DataFrame, features: DataFrame) -> tuple[Compared, Compared]:
    """Ask the published cut about a bounded sample of the users of the fit: as they are, and as they were 28 days before.

    The first tells which cluster is which segment; the second where the members of a segment that is gone went to, and where
    those of a new one came from. Where fewer than half of them were there then, the first stands for both.
    """
    now = sampled(fit_on, "user_id", FOLLOWED).cache()
    fit_day = now.agg(F.max("as_of_date").alias("as_of_date"))
    month_before = fit_day.select(F.date_sub("as_of_date", MONTH.days).alias("as_of_date"))
    earlier = features.join(month_before, on="as_of_date", how="left_semi")
    then = earlier.join(now.select("user_id"), on="user_id", how="left_semi").cache()
    try:
        same = _compared(model, current, now, now)
        if 2 * then.count() < now.count():
            return same, same
        there = now.join(then.select("user_id"), on="user_id", how="left_semi")
        return same, _compared(model, current, there, then)
    finally:
        now.unpersist()
        then.unpersist()


def _compared(model: Cut, current: Cut, now: DataFrame, then: DataFrame) -> Compared:
    """Label the same users by the new cut as they are now, and by the published one as they were then."""
    here, was = now.orderBy("user_id"), then.orderBy("user_id")
    points, points_then = (model.points(model.matrix(model.raw(frame))) for frame in (here, was))
    new = model.labels(model.matrix(model.raw(here)))
    old = current.labels(current.matrix(current.raw(was)))
    centres = _means(points, new, len(model.centres))
    before = _means(points_then, old, len(current.centres))
    return Compared(new, old, np.asarray(np.linalg.norm(centres[:, None, :] - before[None, :, :], axis=2)))


def identified(
    model: Cut, matrix: Matrix, current: Cut | None = None, followed: tuple[Compared, Compared] | None = None
) -> Cut:
    """Give each cluster the id, name and colour of the published segment that it carries on, and new ones to the rest.

    Args:
        model: the new cut, fitted.
        matrix: its raw features of some users, by which segments are named and defined.
        current: the published cut, or None.
        followed: the same users in both cuts, on the day of the fit, and in the published one as they were a month before.
    """
    labels = model.labels(matrix)
    names = named(model.apart(matrix, labels))
    pairs: dict[int, int] = {}
    old: tuple[Segment, ...] = ()
    if current is not None and followed is not None:
        old = current.segments_[: len(current.centres)]
        pairs = matched(followed[0])
    rest = [place for place in range(len(names)) if place not in pairs]
    ids = iter(fresh_ids((names[place][0] for place in rest), (segment.segment_id for segment in old)))
    colours = iter(free_colours(len(rest), (old[place].colour for place in pairs.values())))
    segments = []
    for place, (english, chinese) in enumerate(names):
        kept = old[pairs[place]] if place in pairs else Segment(next(ids), english, chinese, next(colours))
        segments.append(_defined(kept, model, matrix, labels == place))
    told = tuple(segment.segment_id for segment in segments), tuple(segment.segment_id for segment in old)
    changes = lineage(followed[1], pairs, *told) if followed is not None else ()
    return replace(model, segments_=(*segments, *model.segments_[len(segments) :]), lineage_=changes)


def _defined(segment: Segment, model: Cut, matrix: Matrix, is_member: np.ndarray) -> Segment:
    limits = limits_of(matrix, model.features, is_member)
    english, chinese = in_words(limits)
    return replace(segment, definition=in_sql(limits), definition_en=english, definition_zh=chinese)


def _means(points: Matrix, labels: Labels, count: int) -> Matrix:
    held = [points[labels == n] for n in range(count)]
    return np.array([rows.mean(axis=0) if len(rows) else points.mean(axis=0) for rows in held])


def _judged(model: Cut, users: DataFrame, conf: Clustering, choice: Choice) -> tuple[tuple[Bar, ...], dict[str, float]]:
    """Compare the silhouette on the judging users with that of as many quantiles of recency, frequency and money."""
    rows = users.select("user_id", *RFM).toPandas()  # bounded by choose_on_users
    matrix = model.matrix(model.raw(users))
    points, labels = model.points(matrix), model.labels(matrix)
    found = silhouette(points, labels)
    rank = rows[list(RFM)].astype(float).rank(pct=True)
    score = (1 - rank["idle_days"]) + rank["ever_active_days"] + rank["ever_spend_amount"]
    count = len(model.centres)
    quantiles = (score.rank(pct=True, method="first").to_numpy() * count).clip(0, count - 1e-9).astype(np.int64)
    baseline = silhouette(points, quantiles)
    bars = (
        Bar("silhouette", found, baseline, "of as many RFM quantiles, same users"),
        Bar("stability", choice.best.stability, conf.least_stability, "least agreement of bootstrap samples"),
    )
    shares = {"noise_share_judged": float((labels == NOISE).mean()), "judged_users": float(len(rows))}
    return bars, {"silhouette": found, "rfm_silhouette": baseline, **shares}


def _params(conf: Clustering, prepared: Cut, choice: Choice) -> dict[str, str]:
    held = prepared.preparation_
    return {
        "method": conf.method,
        "features": ", ".join(held.names if held else conf.features),
        "dropped": _dropped(prepared),
        "chosen_by": conf.choose_by,
        "parameter": f"{choice.best.parameter:g}",
        "references": str(conf.references),
    }


def _dropped(prepared: Cut) -> str:
    held = prepared.preparation_
    return "; ".join(f"{name}: {why}" for name, why in held.dropped) if held and held.dropped else "none"


@train(reads=(USER_FEATURES.at(every="28d", back=1), ACCOUNTS, IDENTITIES), makes=TIERS)
def tiers(
    features: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    *,
    as_of: date,
    file: str,
    schemes: Schemes,
    settings: ModelSettings,
) -> Candidate:
    """Learn the tiers of the users whose tier is known, and judge on users of a later time.

    Fitted on the users that were there 28 days before the train day, with their features of then; judged on those who came
    since, with the features of the train day. Where too few came, users are held out by a hash, and the remark says so.
    """
    scheme = schemes.files[file]
    conf = scheme.tier
    if conf is None:
        raise ValueError(f"conf/segments/{file}.yml has no `tier`")
    people = person(features.where(concerns(scheme)), accounts, identities)
    known = people.withColumn("tier", known_tier(conf)).where(F.col("tier").isNotNull())
    now = sampled(known.where(F.col("as_of_date") == F.lit(as_of)), "user_id", conf.fit_on_users).cache()
    then = sampled(known.where(F.col("as_of_date") == F.lit(as_of - MONTH)), "user_id", conf.fit_on_users).cache()
    try:
        refusal = _too_few(now, conf)
        if refusal:
            return Candidate(None, refusal=refusal)
        fit_on, judge_on, remark = _split_known(then, now, conf)
        return _placed(conf, (fit_on, judge_on, now), remark, settings.seed)
    finally:
        now.unpersist()
        then.unpersist()


def _too_few(known: DataFrame, conf: Tiering) -> str:
    counts = {row["tier"]: row["count"] for row in known.groupBy("tier").count().collect()}  # one a tier
    total = sum(counts.values())
    if total < conf.fewest_known:
        return f"the tier of {total} users is known, fewer than {conf.fewest_known}: too few to learn from"
    lacking = [name for name in conf.tiers if counts.get(name, 0) < conf.fewest_known // 3]
    if lacking:
        return f"too few users are known to be {', '.join(lacking)}: fewer than {conf.fewest_known // 3}"
    return ""


def _split_known(then: DataFrame, now: DataFrame, conf: Tiering) -> tuple[DataFrame, DataFrame, str]:
    newcomers = now.join(then.select("user_id"), on="user_id", how="left_anti")
    if not _too_few(then, conf) and not _too_few(newcomers, conf):
        return then, newcomers, "fitted on users of 28 days before the train day, judged on those who came since"
    is_judge = in_share("user_id", "tiers: fit or judge", 0.3)
    return (
        now.where(~is_judge),
        now.where(is_judge),
        "judged on users held out by a hash, of the same day: too few users with a known tier came later",
    )


def _placed(conf: Tiering, frames: tuple[DataFrame, DataFrame, DataFrame], remark: str, seed: int) -> Candidate:
    """Compare the learners, fit the best one on all who are known, and set it against the majority."""
    fit_on, judge_on, everybody = frames
    base = Tiers(
        conf.features, conf.categorical, conf.multiple, tuple(conf.tiers), conf.learners[0], seed, conf.threshold
    )
    try:
        found = compare(fit_on, judge_on, base, conf.learners)
        fitted = replace(base, learner=found.winner).fit(everybody)
    except LearnlakeError as error:
        return Candidate(None, refusal=f"the tiers cannot be learned: {error}", remark=remark)
    metrics = found.metrics()
    bars = tuple(
        Bar(said, metrics[f"{name}_{found.winner}"], metrics[f"{name}_{MAJORITY}"], "always the largest tier")
        for name, said in (("f1_macro", "macro F1"), ("accuracy", "accuracy"))
    )
    params = {"learner": found.winner, "features": ", ".join(conf.features), "threshold": f"{conf.threshold:g}"}
    model = replace(fitted, definitions_=_definitions(fitted, sampled(everybody, "user_id", DEFINED_ON), conf))
    return Candidate(model, bars, metrics, params, remark)


def _definitions(model: Tiers, users: DataFrame, conf: Tiering) -> tuple[tuple[str, str, str], ...]:
    """Read off a shallow tree whom the classifier places where."""
    placed = users.join(model.score(users).withColumnRenamed("tier", "placed"), on="user_id").orderBy("user_id")
    rows = placed.select("placed", *conf.features).toPandas()  # bounded by DEFINED_ON
    raw = rows[list(conf.features)].to_numpy(dtype=float)
    limits = [limits_of(raw, conf.features, rows["placed"].to_numpy() == tier) for tier in conf.tiers]
    return tuple((in_sql(one), *in_words(one)) for one in limits)
