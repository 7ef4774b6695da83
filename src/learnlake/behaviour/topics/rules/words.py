"""Topics by the words of a vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from pyspark.sql import Column
from pyspark.sql import functions as F

from learnlake.behaviour.topics.settings import Topic

# Chinese is written without spaces, so that only Latin letters, digits and the signs of names like C++ go on with a word.
BEFORE, AFTER = "(?<![A-Za-z0-9_])", "(?![A-Za-z0-9_+#])"


def named(text: Column, topics: Mapping[str, Topic]) -> Column:
    """Return the topics whose words a text holds, sorted: ARRAY<STRING>; empty where there are none or no text."""
    found = F.array(*(F.when(_is_named(text, topic), F.lit(name)) for name, topic in sorted(topics.items())))
    return F.array_compact(found)


def without(text: Column, topics: Mapping[str, Topic]) -> Column:
    """Return a text without the words of all topics: what a classifier may learn from."""
    loose = _any(word for topic in topics.values() for word in topic.words)
    strict = _any(word for topic in topics.values() for word in topic.cased)
    for pattern in (f"(?i){loose}" if loose else "", strict):
        text = F.regexp_replace(text, pattern, " ") if pattern else text
    return text


def _is_named(text: Column, topic: Topic) -> Column:
    kept = F.regexp_replace(text, _any(topic.not_in), " ") if topic.not_in else text
    loose, strict = _any(topic.words), _any(topic.cased)
    tests = [kept.rlike(pattern) for pattern in (f"(?i){loose}" if loose else "", strict) if pattern]
    return tests[0] | tests[1] if len(tests) > 1 else tests[0]


def _any(words: Iterable[str]) -> str:
    """Return a pattern of whole words, the longest first; empty without any."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return f"{BEFORE}(?:{'|'.join(map(re.escape, ordered))}){AFTER}" if ordered else ""
