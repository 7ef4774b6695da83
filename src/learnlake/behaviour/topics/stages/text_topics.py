"""gold.text_topics: which topics the events of the last weeks mention."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.topics.rules.words import named, without
from learnlake.behaviour.topics.settings import AskingSettings, Kind, Topics
from learnlake.behaviour.topics.training import TEXTS
from learnlake.lake.joins import owned
from learnlake.lake.stage import Published, stage
from learnlake.lake.supply import files_of
from learnlake.lake.tables.silver import EVENTS, IDENTITIES
from learnlake.lake.tables.topics import TEXT_TOPICS


@stage(reads=(EVENTS, IDENTITIES), writes=TEXT_TOPICS, uses=(TEXTS,), lacks=files_of(Topics))
def text_topics(
    events: DataFrame,
    identities: DataFrame,
    *,
    as_of: date,
    topics: Topics,
    settings: AskingSettings,
    models: Mapping[str, Published],
) -> DataFrame:
    """Find topics by words, by a classifier where no word is found, or as the source states them."""
    first = week_of(as_of) - timedelta(weeks=settings.weeks - 1)
    done = owned(events.where(F.col("event_date") >= F.lit(first)), identities)
    nothing = done.limit(0).select("*", *_columns("", F.lit(""), "stated"))
    found = reduce(DataFrame.unionByName, _parts(done, topics.files, models), nothing)
    return found.withColumn("as_of_date", F.lit(as_of)).select(*(k.name for k in TEXT_TOPICS.columns))


def week_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def _parts(done: DataFrame, files: Mapping[str, Kind], models: Mapping[str, Published]) -> Iterator[DataFrame]:
    for name, kind in sorted(files.items()):
        if kind.of == "attribute":
            stated = F.col("attributes")[kind.attribute]
            own = done.where(F.col("event_type").isin(*kind.event_types, *kind.hours_of) & stated.isNotNull())
            yield own.select("*", *_columns(name, stated, "stated"))
            continue
        told = done.where(F.col("event_type").isin(*kind.event_types) & F.col("text").isNotNull())
        by_word = told.withColumn("_named", named(F.col("text"), kind.topics))
        yield by_word.select(*done.columns, *_columns(name, F.explode("_named"), "words"))
        if name in models:
            blank = by_word.where(F.size("_named") == 0).drop("_named")
            guessed = models[name].model.score(blank.withColumn("text", without(F.col("text"), kind.topics)))
            joined = blank.join(guessed, on="event_id")
            kept = [F.col(column) for column in done.columns]
            said = _columns(name, F.col("topic"), "classifier")
            yield joined.select(*kept, *said[:-1], "topic_probability")


def _columns(kind: str, topic: Column, found_by: str) -> list[Column]:
    said = [F.lit(kind).alias("topic_kind"), topic.alias("topic"), F.lit(found_by).alias("found_by")]
    return [*said, F.lit(None).cast("double").alias("topic_probability")]
