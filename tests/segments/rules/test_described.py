from types import SimpleNamespace

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from learnlake.lake.stage import Published
from learnlake.segments.rules.described import DESCRIPTION, described, with_colours
from learnlake.segments.rules.identity import PALETTE
from tests.segments.cuts import MODELS, WORDS, schemes

NAMES = [column.name for column in DESCRIPTION]
RULES = {"rules": {"segments": {"keen": {**WORDS, "when": "idle_days < 7"}}, "otherwise": {"en": "calm", "zh": "静"}}}
TIER = {
    "tier": {
        "known": "declared_level",
        "tiers": {"low": {"en": "l", "zh": "低"}, "high": {"en": "h", "zh": "高"}},
        "features": ["idle_days"],
    }
}
VALUES = {"values": {"by": "profession", "names": {"ops": {"en": "operators", "zh": "运维"}}}}


def listed(models, **more):
    return {(row[0], row[1]): dict(zip(NAMES, row, strict=True)) for row in described(schemes(**more), models)}


def test_every_kind_of_scheme_says_its_segments_before_anybody_is_counted():
    tiers = SimpleNamespace(definitions_=(("idle_days <= 3", "few", "少"), ("", "", "")))
    found = listed({**MODELS, "level": Published(tiers, "8")}, mood=RULES, level=TIER, job=VALUES)
    assert list(found) == [
        ("behaviour", "idle"), ("behaviour", "busy"), ("job", "ops"), ("level", "low"), ("level", "high"),
        ("level", "unplaced"), ("mood", "keen"), ("mood", "others"),
    ]  # fmt: skip
    assert found["behaviour", "busy"]["definition"] == "study_count_90d > 2.5"
    assert found["behaviour", "busy"]["_is_surrogate"]
    assert found["level", "low"]["definition"] == "idle_days <= 3"
    assert found["level", "high"]["definition"] is None
    assert (found["mood", "keen"]["definition"], found["mood", "keen"]["model_version"]) == ("idle_days < 7", "conf")
    assert not found["mood", "keen"]["_is_surrogate"]
    assert found["job", "ops"]["segment_name_zh"] == "运维"


def test_a_scheme_without_a_published_model_has_no_segments():
    assert listed({}, level=TIER) == {}


def test_a_value_without_a_colour_always_gets_the_same_one(spark: SparkSession):
    frame = spark.createDataFrame(
        [("s", "a", None), ("s", "a", None), ("s", "b", "#000000")], "scheme STRING, segment_id STRING, colour STRING"
    )
    first, again, own = (row[0] for row in frame.select(with_colours("colour")).collect())
    assert first == again
    assert first in PALETTE
    assert own == "#000000"
    assert frame.where(F.col("colour").isNull()).count() == 2
