"""gold.segments: the segments themselves, with names, sizes, definitions, what sets them apart, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from pyspark.sql import Column, DataFrame, SparkSession, Window, WindowSpec
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from learnlake.lake import columns as c
from learnlake.lake.joins import attributes_of
from learnlake.lake.stage import Before, Published, stage
from learnlake.lake.tables.gold import SEGMENT_MEMBERS, SEGMENTS, USER_FEATURES
from learnlake.lake.tables.silver import ACCOUNTS, IDENTITIES
from learnlake.modelling.scale import tamed
from learnlake.segments.rules.described import DESCRIPTION, described, with_colours
from learnlake.segments.settings import Schemes
from learnlake.segments.training import CUTS, TIERS

TOLD = (
    *("browse_count_90d", "study_count_90d", "purchase_count_90d", "community_count_90d", "consulting_count_90d"),
    *("active_days_90d", "minutes_a_day_90d", "spend_amount_90d", "topic_count_90d", "idle_days", "tenure_days"),
    *("night_share", "weekend_share", "activity_trend", "senior_item_share"),
)
EXAMPLES = 3


@stage(
    reads=(SEGMENT_MEMBERS, USER_FEATURES, ACCOUNTS, IDENTITIES, Before(SEGMENTS, days=28)),
    writes=SEGMENTS,
    uses=(CUTS, TIERS),
)
def segments(
    members: DataFrame,
    features: DataFrame,
    accounts: DataFrame,
    identities: DataFrame,
    month_ago: DataFrame,
    *,
    as_of: date,
    schemes: Schemes,
    models: Mapping[str, Published],
) -> DataFrame:
    """Count members and say what each segment is; a segment that conf or a model names stays when it has no members."""
    rows = tuple(described(schemes, models))
    seats = attributes_of(accounts, identities).select("user_id", "organisation_id")
    people = members.join(features.drop("as_of_date"), on="user_id", how="inner").join(seats, on="user_id", how="left")
    sizes = people.groupBy("scheme", "segment_id").agg(*_sizes(), *_moments())
    known = _frame(members.sparkSession, rows)
    whole = known.join(sizes, on=["scheme", "segment_id"], how="full")
    whole = whole.join(_agreements(people, rows), on=["scheme", "segment_id"], how="left")
    told = _told(whole).join(_before(month_ago), on=["scheme", "segment_id"], how="left")
    return told.select(F.lit(as_of).alias("as_of_date"), *_columns())


def _frame(spark: SparkSession, rows: tuple[tuple[object, ...], ...]) -> DataFrame:
    return spark.createDataFrame(rows, StructType([StructField(column.name, column.dtype) for column in DESCRIPTION]))


def _sizes() -> list[Column]:
    client = F.coalesce("organisation_id", "user_id")
    far = F.coalesce("distance", F.lit(float("inf")))
    nearest = F.struct(far, -F.coalesce("probability", F.lit(0.0)), F.col("user_id"))
    nearness = 1 - F.try_divide("distance", "second_distance")
    return [
        F.count(F.lit(1)).alias("member_count"),
        F.count_distinct(client).alias("client_count"),
        F.sum(F.coalesce(F.col("spend_amount_90d").cast("double"), F.lit(0.0))).alias("_spend"),
        F.avg(nearness).alias("silhouette"),
        F.max("model_version").alias("_version"),
        F.min_by("user_id", nearest, EXAMPLES).alias("example_user_ids"),
    ]


def _moments() -> list[Column]:
    """Return count, sum and sum of squares of each told feature, tamed."""
    out = []
    for name in TOLD:
        x = tamed(name)
        out += [F.count(x).alias(f"_n_{name}"), F.sum(x).alias(f"_s_{name}"), F.sum(x * x).alias(f"_q_{name}")]
    return out


def _told(whole: DataFrame) -> DataFrame:
    """Add shares of the scheme and what sets each segment apart from the rest of its scheme."""
    scheme = Window.partitionBy("scheme")
    all_ = F.sum("member_count").over(scheme)
    spend = F.sum("_spend").over(scheme)
    effects = F.array(*(F.struct(F.lit(name).alias("name"), _cohen(name, scheme).alias("d")) for name in TOLD))
    sound = F.filter(effects, lambda effect: effect["d"].isNotNull())
    return whole.withColumns(
        {
            "member_share": F.coalesce(F.try_divide(F.coalesce("member_count", F.lit(0)), all_), F.lit(0.0)),
            "spend_share": F.try_divide(F.col("_spend"), spend),
            "apart_by": F.map_from_entries(sound),
        }
    )


def _cohen(name: str, scheme: WindowSpec) -> Column:
    """Return the members' mean less the others', in pooled deviations.

    Source: Cohen (1988), Statistical Power Analysis, chapter 2.
    """
    n, s, q = (F.coalesce(F.col(f"_{part}_{name}"), F.lit(0)) for part in ("n", "s", "q"))
    others = [F.sum(x).over(scheme) - x for x in (n, s, q)]
    within = [q - F.try_divide(s * s, n), others[2] - F.try_divide(others[1] * others[1], others[0])]
    pooled = F.sqrt(F.greatest(F.try_divide(within[0] + within[1], n + others[0] - 2), F.lit(0.0)))
    return F.try_divide(F.try_divide(s, n) - F.try_divide(others[1], others[0]), F.when(pooled > 1e-9, pooled))


def _agreements(people: DataFrame, rows: tuple[tuple[object, ...], ...]) -> DataFrame:
    """Count how well each definition read off a model agrees with membership among all users of the scheme."""
    names = [column.name for column in DESCRIPTION]
    listed = [dict(zip(names, row, strict=True)) for row in rows]
    checked = [row for row in listed if row["definition"] and row["_is_surrogate"]]
    counts = []
    for number, row in enumerate(checked):
        meets = (F.col("scheme") == str(row["scheme"])) & F.coalesce(F.expr(str(row["definition"])), F.lit(False))
        is_member = (F.col("scheme") == str(row["scheme"])) & (F.col("segment_id") == str(row["segment_id"]))
        counts += [
            F.count_if(meets).alias(f"_met_{number}"),
            F.count_if(is_member).alias(f"_members_{number}"),
            F.count_if(meets & is_member).alias(f"_both_{number}"),
        ]
    totals = people.agg(F.count(F.lit(1)).alias("_all"), *counts)
    entries = [
        F.struct(
            F.lit(row["scheme"]).alias("scheme"),
            F.lit(row["segment_id"]).alias("segment_id"),
            F.try_divide(F.col(f"_both_{n}"), F.col(f"_met_{n}")).alias("definition_precision"),
            F.try_divide(F.col(f"_both_{n}"), F.col(f"_members_{n}")).alias("definition_recall"),
        )
        for n, row in enumerate(checked)
    ]
    nothing = F.lit(None).cast(
        "array<struct<scheme:string,segment_id:string,definition_precision:double,definition_recall:double>>"
    )
    return totals.select(F.inline(F.array(*entries) if entries else nothing))


def _before(month_ago: DataFrame) -> DataFrame:
    return month_ago.select(
        "scheme",
        "segment_id",
        F.col("as_of_date").alias("before_date"),
        F.col("member_count").alias("_count_before"),
        F.col("apart_by").alias("_apart_before"),
    )


def _columns() -> Iterator[Column]:
    """Bring everything to the contract; a segment of values is named by its value."""
    count = F.coalesce(F.col("member_count"), F.lit(0).cast("long"))
    change = F.map_zip_with("apart_by", "_apart_before", lambda _, now, then: now - then)
    made = {
        "segment_name": F.coalesce("segment_name", "segment_id"),
        "segment_name_zh": F.coalesce("segment_name_zh", "segment_id"),
        "colour": with_colours("colour"),
        "member_count": count,
        "client_count": F.coalesce(F.col("client_count"), F.lit(0).cast("long")),
        "member_change": count - F.col("_count_before"),
        "apart_change": change,
        "model_version": F.coalesce("model_version", "_version"),
    }
    for column in SEGMENTS.columns:
        if column is not c.AS_OF_DATE:
            yield made.get(column.name, F.col(column.name)).alias(column.name)
