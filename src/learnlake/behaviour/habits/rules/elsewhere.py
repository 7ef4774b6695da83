"""Items beside those they are like: the same kind in the same course, or at the same place in other courses."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from learnlake.modelling.contrasts import contrasted

FAIL, RETRY, STOP = "fail", "retry", "stop"
SAID = {FAIL: "fails", RETRY: "retries", STOP: "stops"}
HURDLES = tuple(SAID)


def elsewhere(counted: DataFrame) -> DataFrame:
    """Set the share of each hurdle at each item beside that at the items it is like.

    fail, retry: the other items of the kind in the course, or where nobody has a score there, on the platform.
    stop: items of the kind at the same place in the platform's other courses, last parts apart; or where there is nobody, the
    other parts of the course.

    Args:
        counted: one row per item_id with platform, item_kind, part_of, course_place, is_last, and ``<hurdle>_hits`` and
            ``<hurdle>_whole`` (BIGINT, none null).

    Returns:
        One row per item_id and ``hurdle`` with the columns of ``c.CONTRAST``; of the family of one hurdle every item is a test
        of which anybody is counted. Such a family goes through one Arrow batch.
    """
    near, far = _groups()
    tests = [
        F.struct(
            F.lit(name).alias("hurdle"),
            F.col(f"{name}_hits").alias("case_hit_count"),
            F.col(f"{name}_whole").alias("case_count"),
            near[name].alias("_near"),
            far[name].alias("_far"),
        )
        for name in HURDLES
    ]
    flat = counted.select("item_id", F.explode(F.array(*tests)).alias("_test")).select("item_id", "_test.*")
    beside = flat.where(F.col("case_count") > 0).withColumns(_of_others("_near") | _of_others("_far"))
    has_near = F.col("_near_count") > 0
    return contrasted(
        beside.select(
            *("item_id", "hurdle", "case_count", "case_hit_count"),
            F.when(has_near, F.col("_near_count")).otherwise(F.col("_far_count")).alias("control_count"),
            F.when(has_near, F.col("_near_hit_count")).otherwise(F.col("_far_hit_count")).alias("control_hit_count"),
        ),
        by=["hurdle"],
    )


def _groups() -> tuple[dict[str, Column], dict[str, Column]]:
    """Return the names of the groups that an item is compared with, and of those where the former are empty, by hurdle."""
    no_part = F.coalesce("part_of", "item_id")  # what is part of nothing is alone
    in_course, at_large = F.concat_ws("\x1f", no_part, "item_kind"), F.concat_ws("\x1f", "platform", "item_kind")
    place = F.concat_ws(
        "\x1f", "platform", "item_kind", F.col("course_place").cast("string"), F.col("is_last").cast("string")
    )
    return {FAIL: in_course, RETRY: in_course, STOP: place}, {FAIL: at_large, RETRY: at_large, STOP: no_part}


def _of_others(group: str) -> dict[str, Column]:
    """Count the users at the other items of the group."""
    whole = Window.partitionBy("hurdle", group)
    return {
        f"{group}_count": F.sum("case_count").over(whole) - F.col("case_count"),
        f"{group}_hit_count": F.sum("case_hit_count").over(whole) - F.col("case_hit_count"),
    }
