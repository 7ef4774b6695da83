"""Bronze rows for tests of silver stages: a tiny source of two platforms, drawn."""

from __future__ import annotations

from pyspark.sql import DataFrame

from learnlake.lake import columns as c
from learnlake.lake.sources import Platform, Platforms, Source, Sources
from tests.drawing import draw

PLATFORMS = Platforms(
    files={
        "school": Platform(kind="education", timezone="Asia/Shanghai", currency="CNY"),
        "forum": Platform(kind="community", timezone="America/New_York", currency="USD"),
    }
)


def source(
    name: str = "logs",
    platform: str = "school",
    schema: str = "who STRING, at STRING, what STRING, n STRING",
    **mappings: object,
) -> Source:
    read = {"format": "json", "path": "x", "schema": schema}
    return Source.model_validate({"source": name, "platform": platform, "read": read, "personal": ["who"], **mappings})


def sources(*made: Source) -> Sources:
    return Sources(files={one.source: one for one in made})


def bronze(made: Source, text: str) -> DataFrame:
    lines = text.strip().splitlines()
    whole = [lines[0] + " | _file | _position | _received_at"] + [
        f"{line} | a.json | p{n} | 2026-06-01" for n, line in enumerate(lines[1:])
    ]
    return draw(made.bronze, "\n".join(whole))


PROVENANCE = (c.SOURCE_FILE, c.SOURCE_POSITION)
