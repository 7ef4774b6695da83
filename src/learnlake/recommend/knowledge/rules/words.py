"""Reasons for steps, and why something is held back, in English and Chinese."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.recommend.knowledge.rules.steps import DONE, FOLLOWS, INTEREST, LACKS, LEVEL, OPENS, RESUME

WORDS = {
    OPENS: ("prerequisite of what you want: {cause}", "你想学的“{cause}”的先修内容"),
    FOLLOWS: ("follows {cause}: {share} who took that take this next", "接续“{cause}”：学过的人中有 {share} 接着学它"),
    INTEREST: ("about {topic}, on your mind lately", "与你近期关注的 {topic} 有关"),
    RESUME: ("begun and not finished: take it up again", "已开始但未完成，可以继续"),
}
HELD_WORDS = {
    DONE: ("already known", "已经掌握"),
    LEVEL: ("too hard: above your level", "太难：超出你的水平"),
    LACKS: ("too hard: lacks {cause}", "太难：尚缺“{cause}”"),
}
ENGLISH, CHINESE = 0, 1


def said(reason: Column, language: int, cause: Column, topic: Column, share: Column) -> Column:
    """Return a step's reason as a sentence.

    Args:
        reason: the code of the reason.
        language: ``ENGLISH`` or ``CHINESE``.
        cause: title of the item that it opens or follows.
        topic: the topic of interest.
        share: of those who took the cause, who takes the item next, 0..1.
    """
    percent = F.format_string("%.0f %%", share * 100)
    return _filled(WORDS, reason, language, {"cause": cause, "topic": topic, "share": percent})


def held_said(by: Column, language: int, cause: Column) -> Column:
    """Return why an item is held back; ``cause`` is the title of what is lacking."""
    return _filled(HELD_WORDS, by, language, {"cause": cause})


def _filled(words: dict[str, tuple[str, str]], code: Column, language: int, values: dict[str, Column]) -> Column:
    """Put values into the words of a code."""
    out = F.lit(None).cast("string")
    for name, sentences in words.items():
        sentence = F.lit(sentences[language])
        for slot, value in values.items():
            if f"{{{slot}}}" in sentences[language]:
                sentence = F.replace(sentence, F.lit(f"{{{slot}}}"), F.coalesce(value, F.lit("?")))
        out = F.when(code == name, sentence).otherwise(out)
    return out
