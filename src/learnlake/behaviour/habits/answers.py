"""Answers about study: which habits the users of a segment have, and where learners get stuck, in English and Chinese."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.habits.rules.elsewhere import SAID
from learnlake.behaviour.habits.rules.significant import HABITS
from learnlake.lake.columns import EVERYBODY
from learnlake.lake.joins import by_segment, known_by, latest
from learnlake.lake.stage import answer
from learnlake.lake.tables.gold import SEGMENT_MEMBERS
from learnlake.lake.tables.habits import STUCK_POINTS, STUDY_HABITS
from learnlake.lake.tables.silver import ITEMS
from learnlake.modelling.contrasts import contrasted
from learnlake.modelling.intervals import wilson

BEHIND = "behind"
NAMES = {
    "steady": ("studies steadily", "规律学习"),
    "crammer": ("works at the last minute", "赶在截止前"),
    "weekend": ("studies at weekends", "周末学习"),
    "morning": ("studies in the morning", "上午学习"),
    "afternoon": ("studies in the afternoon", "下午学习"),
    "evening": ("studies in the evening", "晚间学习"),
    "night": ("studies at night", "夜间学习"),
    BEHIND: ("is behind the course", "进度落后"),
}
MEDIANS = {
    "session_minutes": ("minutes of a session", "每次学习分钟数"),
    "sessions_a_week": ("sessions a week", "每周学习次数"),
    "study_gap": ("days between days of study", "学习间隔天数"),
    "hours_before_due": ("hours before a deadline", "提前提交小时数"),
}
HURDLES = {
    "fail": (
        "%.0f %% fail at first (%.0f %% at the items it is compared with; %.0f to %.0f points more)",
        "首次未通过率为 %.0f %%（同类项目为 %.0f %%，高出 %.0f 至 %.0f 个百分点）",
    ),
    "retry": (
        "%.0f %% need many tries (%.0f %% elsewhere; %.0f to %.0f points more)",
        "多次尝试者占 %.0f %%（同类项目为 %.0f %%，高出 %.0f 至 %.0f 个百分点）",
    ),
    "stop": (
        "%.0f %% stop there (%.0f %% elsewhere; %.0f to %.0f points more)",
        "在此停下者占 %.0f %%（同类项目为 %.0f %%，高出 %.0f 至 %.0f 个百分点）",
    ),
}


@answer(reads=(STUDY_HABITS, SEGMENT_MEMBERS))
def habits_of_segments(found: DataFrame, members: DataFrame, *, as_of: date, scheme: str = EVERYBODY) -> DataFrame:
    """Tell the habits of all learners, or of each segment of a scheme: shares with intervals, medians, q beside the rest.

    One row per segment and habit, or per segment and measure, of which a median is told; users of whom it is not known are no
    part of it. A habit is compared with the other segments of the scheme, all tests of the answer counted.
    """
    day = F.col("as_of_date") == F.lit(as_of)
    users = found.where(day).select("user_id", "study_habits", "is_behind", *MEDIANS)
    placed = by_segment(users, members.where(day), [scheme]).where(F.col("scheme") == scheme)
    told = _habits(placed).unionByName(_medians(placed))
    return told.orderBy("segment", "place", "what").drop("place")


@answer(reads=(STUCK_POINTS, ITEMS))
def stuck(
    found: DataFrame, items: DataFrame, *, as_of: date, course: str | None = None, everything: bool = False
) -> DataFrame:
    """List the items where users are stuck, the one with the most users that fail, retry or stop first, and say how.

    Args:
        found: rows of gold.stuck_points.
        items: rows of silver.items, for the titles.
        as_of: the day.
        course: only parts of this item, and itself.
        everything: items without a hurdle, too.
    """
    of_day = found.where((F.col("as_of_date") == F.lit(as_of)) & (F.col("is_stuck") | F.lit(everything)))
    is_own = (F.col("part_of") == course) | (F.col("item_id") == course) if course else F.lit(True)
    titles = latest(items.where(known_by(ITEMS, as_of)), ITEMS).select("item_id", "title")
    named = of_day.where(F.coalesce(is_own, F.lit(False))).join(titles, on="item_id", how="left")
    burden = F.greatest("fail_count", "retry_count", "stop_count")
    return named.orderBy(F.desc("is_stuck"), F.desc(burden), "item_id").select(
        *("item_id", "title", "part_of", F.col("user_count").alias("users")),
        F.concat_ws(", ", "stuck_by").alias("stuck_by"),
        F.round("tries_until_passed", 2).alias("tries until passed"),
        _said("; ", 0).alias("said"),
        _said("；", 1).alias("said_zh"),
    )


def _habits(placed: DataFrame) -> DataFrame:
    """Compare the users of each segment that have a habit with those of the other segments."""
    flags = {name: F.coalesce(F.array_contains("study_habits", name), F.lit(False)) for name in HABITS}
    flags[BEHIND] = F.col("is_behind")
    listed = F.explode(
        F.array(*(F.struct(F.lit(name).alias("habit"), flag.alias("has")) for name, flag in flags.items()))
    )
    flat = placed.select("segment_id", listed.alias("_habit")).select("segment_id", "_habit.*")
    counted = flat.groupBy("habit", "segment_id").agg(
        F.count("has").alias("case_count"), F.count_if("has").alias("case_hit_count")
    )
    whole = counted.groupBy("habit").agg(F.sum("case_count").alias("_all"), F.sum("case_hit_count").alias("_hits"))
    beside = counted.join(whole, on="habit", how="inner").select(
        *("habit", "segment_id", "case_count", "case_hit_count", F.lit("habits").alias("family")),
        (F.col("_all") - F.col("case_count")).alias("control_count"),
        (F.col("_hits") - F.col("case_hit_count")).alias("control_hit_count"),
    )
    return _told(contrasted(beside, by=["family"]))


def _told(compared: DataFrame) -> DataFrame:
    own = wilson(F.col("case_hit_count"), F.col("case_count"))
    share = F.format_string("%.1f %% (95 %% %.1f to %.1f)", *(end * 100 for end in (own.value, own.low, own.high)))
    points = F.format_string(
        "%+.1f points (95 %% %+.1f to %+.1f)", *(F.col(f"difference{end}") * 100 for end in ("", "_low", "_high"))
    )
    return compared.select(
        F.col("segment_id").alias("segment"),
        _word(NAMES, "habit", 0).alias("what"),
        _word(NAMES, "habit", 1).alias("what_zh"),
        F.col("case_count").alias("users"),
        F.when(F.col("case_count") > 0, share).alias("said"),
        F.when(F.col("difference").isNotNull(), points).alias("beside the rest"),
        F.when(F.col("contrast_q").isNotNull(), F.format_string("%.2g", "contrast_q")).alias("q"),
        F.lit(1).alias("place"),
    )


def _medians(placed: DataFrame) -> DataFrame:
    values = F.array(*(F.struct(F.lit(name).alias("measure"), F.col(name).alias("value")) for name in MEDIANS))
    flat = placed.select("segment_id", F.explode(values).alias("_of")).select("segment_id", "_of.*")
    quarters = F.percentile("value", F.array(F.lit(0.25), F.lit(0.5), F.lit(0.75)))
    summed = flat.groupBy("segment_id", "measure").agg(F.count("value").alias("users"), quarters.alias("_quarters"))
    said = F.format_string("%.1f (half of them %.1f to %.1f)", *(F.get("_quarters", F.lit(n)) for n in (1, 0, 2)))
    return summed.where(F.col("users") > 0).select(
        F.col("segment_id").alias("segment"),
        _word(MEDIANS, "measure", 0).alias("what"),
        _word(MEDIANS, "measure", 1).alias("what_zh"),
        "users",
        said.alias("said"),
        F.lit(None).cast("string").alias("beside the rest"),
        F.lit(None).cast("string").alias("q"),
        F.lit(0).alias("place"),
    )


def _said(by: str, language: int) -> Column:
    """Say the hurdles of an item, those that count, in a sentence; nothing where it has none."""
    parts = []
    for name, words in HURDLES.items():
        ends = (f"{name}_{said}" for said in ("share", "elsewhere_share", "difference_low", "difference_high"))
        said = F.format_string(words[language], *(F.col(end) * 100 for end in ends))
        parts.append(F.when(F.array_contains("stuck_by", SAID[name]), said))
    return F.concat_ws(by, *parts)


def _word(names: dict[str, tuple[str, str]], column: str, language: int) -> Column:
    words = [F.lit(part) for name, said in names.items() for part in (name, said[language])]
    return F.element_at(F.create_map(*words), F.col(column))
