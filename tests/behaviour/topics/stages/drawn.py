"""People who ask, drawn for the tests of the stages."""

from __future__ import annotations

from datetime import date

from learnlake.behaviour.topics.settings import AskingSettings, Topics

DAY = date(2026, 5, 31)  # a Sunday
NAME = {"en": "technology", "zh": "技术"}
FILES = Topics.model_validate(
    {
        "files": {
            "tech": {
                "name": NAME,
                "of": "text",
                "event_types": ["ask"],
                "topics": {
                    "go": {"name": {"en": "Go", "zh": "Go 语言"}, "cased": ["Go"]},
                    "sql": {"name": {"en": "SQL", "zh": "SQL"}, "words": ["sql"]},
                },
            },
            "type": {
                "name": NAME,
                "of": "attribute",
                "attribute": "type",
                "event_types": ["consult_request"],
                "hours_of": ["consult"],
            },
        }
    }
)
SETTINGS = AskingSettings(schemes=("job",))
