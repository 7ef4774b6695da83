from pathlib import Path

import pytest
import yaml
from pyspark.sql import functions as F

from learnlake.lake.ddl import schema_of
from learnlake.simulate import dirt
from learnlake.simulate.lines import ADVISORY_COLUMNS
from learnlake.simulate.registers import account_columns, item_columns

CONF = Path(__file__).parents[2] / "conf"
HEADERS = {
    "academy_accounts": account_columns("academy"),
    "forum_members": account_columns("forum"),
    "advisory_clients": account_columns("advisory"),
    "academy_items": item_columns("academy"),
    "advisory_items": item_columns("advisory"),
    "advisory_events": ADVISORY_COLUMNS,
}


def source(name):
    return yaml.safe_load((CONF / "sources" / f"{name}.yml").read_text(encoding="utf-8"))


def read(spark, name, lines):
    """Read lines as the source says, by Spark's own parsers."""
    schema = source(name)["read"]["schema"]
    raw = spark.createDataFrame([(line,) for line in lines], "value STRING")
    if source(name)["read"]["format"] == "json":
        parsed = F.from_json("value", schema_of(schema))
    else:
        parsed = F.from_csv(
            F.col("value"), F.lit(schema_of(schema).simpleString()[7:-1].replace(":", " ")), {"escape": '"'}
        )
    return raw.select(parsed.alias("row")).select("row.*")


@pytest.mark.parametrize("name", HEADERS)
def test_the_columns_of_the_conf_are_those_of_the_file(name):
    assert tuple(schema_of(source(name)["read"]["schema"]).fieldNames()) == HEADERS[name]


@pytest.mark.parametrize("name", ["academy_events", "forum_events", "advisory_events"])
def test_every_whole_line_has_a_key_a_type_and_its_times(spark, world, counted, name):
    lines = world[name.replace("_", "/")]
    mapping = source(name)["events"][0]
    zone = "+08:00" if name == "academy_events" else ""
    seen = read(spark, name, [line for line in lines if zone in line]).selectExpr(
        f"{mapping['event_key'][0]} AS event_key",
        f"{mapping['event_type']} AS event_type",
        f"CAST({mapping['occurred_at']} AS STRING) AS occurred_at",
        f"{source(name)['received_at']} AS received_at",
    )
    whole = seen.where(
        "event_key IS NOT NULL AND event_type IS NOT NULL AND occurred_at IS NOT NULL AND received_at IS NOT NULL"
    )
    assert whole.count() == len(lines) - counted.get((name, dirt.MALFORMED), 0)


def test_the_masking_of_text_has_something_to_mask(world, counted):
    held = [line for line in world["forum/events"] if "@inbox.example" in line]
    assert len(held) == counted.get(("forum_events", dirt.CONTACT), 0)


def test_berlin_mornings_are_an_hour_later_in_utc_seconds(forum_events):
    hours = [event["ts"] % 86_400 // 3_600 + 1 for event in forum_events if event["action"] == "register"]
    assert hours
    assert set(hours) == {5}
