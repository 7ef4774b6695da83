from __future__ import annotations

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake.sameness import content_hash, differing
from learnlake.lake.tables.gold import PORTRAITS, SEGMENT_MEMBERS
from tests.drawing import draw


def rows(distance: str, version: str = "1"):
    return draw(
        SEGMENT_MEMBERS, f"user_id | distance | model_version\nann | {distance} | {version}\nbob | 2.0 | {version}"
    )


def test_order_run_metadata_and_the_tenth_digit_do_not_count_and_the_ninth_does(spark: SparkSession) -> None:
    first = content_hash(rows("0.1234567890"), SEGMENT_MEMBERS)
    assert first.startswith("2:")
    assert content_hash(rows("0.1234567890", version="2").orderBy(F.desc("user_id")), SEGMENT_MEMBERS) == first
    assert content_hash(rows("0.12345678901"), SEGMENT_MEMBERS) == first
    assert content_hash(rows("0.123456799"), SEGMENT_MEMBERS) != first
    assert content_hash(rows("0.1234567890").limit(1), SEGMENT_MEMBERS) != first


def nested(weight: float, part: float, keys: str = "ab", version: str = "1"):
    schema = PORTRAITS.schema
    tag = {**dict.fromkeys(schema["portrait_tags"].dataType.elementType.names), "weight": weight}
    parts = {key: {"idle_days": part, "intercept": 1.0} for key in keys}
    row = {"portrait_tags": [tag, None], "score_parts": parts, "score_versions": {"a": version}}
    held = [tuple(row.get(name) for name in schema.names)]
    return SparkSession.getActiveSession().createDataFrame(held, schema)


def test_doubles_and_maps_count_alike_however_deep_they_stand(spark: SparkSession) -> None:
    first = content_hash(nested(0.1234567890, 0.5), PORTRAITS)
    assert content_hash(nested(0.12345678901, 0.50000000001, "ba", "2"), PORTRAITS) == first
    assert content_hash(nested(0.123456799, 0.5), PORTRAITS) != first
    assert content_hash(nested(0.1234567890, 0.50000001), PORTRAITS) != first
    assert content_hash(nested(0.1234567890, 0.5, "ac"), PORTRAITS) != first


def test_rows_that_differ_are_named_by_their_key_and_a_billionth_is_no_difference(spark: SparkSession) -> None:
    one = rows("0.12345678949999999")
    assert content_hash(one, SEGMENT_MEMBERS) != content_hash(rows("0.12345678950000001"), SEGMENT_MEMBERS)
    assert differing(one, rows("0.12345678950000001", version="2"), SEGMENT_MEMBERS).count() == 0
    assert [row.user_id for row in differing(one, rows("0.123456791"), SEGMENT_MEMBERS).collect()] == ["ann"]
    assert [row.user_id for row in differing(one, one.where("user_id = 'ann'"), SEGMENT_MEMBERS).collect()] == ["bob"]
    assert differing(nested(0.1, 0.5), nested(0.1, 0.5, "ba"), PORTRAITS).count() == 0
    assert differing(nested(0.1, 0.5), nested(0.1, 0.6), PORTRAITS).count() == 1
