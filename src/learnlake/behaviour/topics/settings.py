"""Settings of topics: one file a kind of topics, and one section for how they are counted and compared."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import Applying, Supply
from learnlake.settings import Conf, Section, Settings, Words


class Topic(Settings):
    """One topic, and the words in which it is written.

    Attributes:
        name: what people call it.
        words: words or phrases that name it, whatever their case; they match as a whole.
        cased: words that name it only as they are written here.
        not_in: phrases, as they are written here, that do not count.
    """

    name: Words
    words: tuple[str, ...] = ()
    cased: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()


class Kind(Applying):
    """One kind of topics.

    Attributes:
        name: what marketers call it.
        of: topics are found in the text of events, or stated in an attribute of theirs.
        event_types: events that are looked at.
        attribute: the attribute that states the topic.
        hours_of: events whose duration counts as hours spent on a stated topic.
        is_learned: whether a classifier is trained for texts in which no word is found.
        topics: by their ids; ids that items' tags name teach the classifier. Stated topics that are not listed count, too.
    """

    name: Words
    of: Literal["text", "attribute"]
    event_types: tuple[c.EventType, ...] = Field(min_length=1)
    attribute: str = ""
    hours_of: tuple[c.EventType, ...] = ()
    is_learned: bool = False
    topics: dict[str, Topic] = Field(default={}, max_length=1_000)

    @model_validator(mode="after")
    def _fits_together(self) -> Kind:
        if (self.of == "attribute") != bool(self.attribute):
            raise ValueError("`attribute` is needed with `of: attribute`, and only there")
        wordless = [name for name, topic in self.topics.items() if not topic.words and not topic.cased]
        if self.of == "text" and (wordless or not self.topics):
            raise ValueError(
                f"`topics` need `words` or `cased` with `of: text`; none has {', '.join(wordless) or 'any'}"
            )
        if self.of == "attribute" and self.is_learned:
            raise ValueError("`is_learned` is for `of: text`; an attribute states its topic")
        return self

    def lacks(self, supply: Supply) -> str:
        """Say what it lacks: such events, with a text or an attribute."""
        return supply.lacks(self.event_types, columns=("events.text" if self.of == "text" else "events.attributes",))


class Topics(Section):
    """conf/topics: one file a kind, its name the name of the file."""

    where: ClassVar[str] = "topics/"
    files: dict[str, Kind]


class AskingSettings(Section):
    """How topics are counted and compared.

    Attributes:
        weeks: weeks that are looked at.
        recent_weeks: newest of them, which are compared with as many before.
        answered_days: a question without an answer after so many days is unanswered.
        gone_days: who does nothing for so many days after asking has left.
        schemes: schemes of segments by which topics are counted, besides all users.
        fewest: mentions, questions or users of a topic at least, for it to be called a finding.
        most_q: largest contrast_q of a finding.
        most_texts: labelled texts that a classifier looks at, at most.
        least_precision: share of the classifier's answers that must be right, on later texts.
    """

    where: ClassVar[str] = "asking"
    weeks: int = Field(default=12, ge=2, le=104)
    recent_weeks: int = Field(default=4, ge=1, le=52)
    answered_days: int = Field(default=3, ge=1)
    gone_days: int = Field(default=28, ge=1)
    schemes: tuple[str, ...] = ("client", "level", "role")
    fewest: int = Field(default=10, ge=2)
    most_q: float = Field(default=0.05, gt=0, lt=1)
    most_texts: int = Field(default=20_000, ge=100, le=200_000)
    least_precision: float = Field(default=0.9, gt=0, lt=1)

    @model_validator(mode="after")
    def _there_is_a_before(self) -> AskingSettings:
        if 2 * self.recent_weeks > self.weeks:
            raise ValueError(f"`weeks` {self.weeks} must hold `recent_weeks` {self.recent_weeks} twice")
        return self


def learned(conf: Conf) -> tuple[str, ...]:
    """Return the kinds for which a classifier is trained."""
    return tuple(sorted(name for name, kind in conf.of(Topics).files.items() if kind.is_learned))
