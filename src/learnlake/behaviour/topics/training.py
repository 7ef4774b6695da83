"""Training of the classifiers of texts: one for each file of conf/topics that is learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from learnlake.behaviour.topics.models.texts import Texts
from learnlake.behaviour.topics.rules.words import named, without
from learnlake.behaviour.topics.settings import AskingSettings, Kind, Topics, learned
from learnlake.errors import LearnlakeError
from learnlake.lake.joins import latest
from learnlake.lake.stage import ModelNode, train
from learnlake.lake.tables.silver import EVENTS, ITEMS
from learnlake.modelling.association import wilson
from learnlake.modelling.gate import Bar, Candidate
from learnlake.modelling.splits import sampled

TEXTS = ModelNode("texts", Texts, per=learned)
TRAINED, TUNED = 0.6, 0.8  # shares of the labelled texts, the earliest first
FEWEST = 20  # texts in which no word is found, to tune by and to judge by


@train(reads=(EVENTS, ITEMS), makes=TEXTS)
def texts(events: DataFrame, items: DataFrame, *, topics: Topics, settings: AskingSettings, file: str) -> Candidate:
    """Learn topics from texts whose item names them in its tags, and judge on later ones.

    The classifier sees texts without the words of the vocabulary, as it will have to: it is asked only where none is found.
    """
    kind = topics.files[file]
    told = labelled(events, items, kind)
    frame = sampled(told, "event_id", settings.most_texts).toPandas()  # bounded by most_texts
    frame = frame.sort_values(["occurred_at", "event_id"], ignore_index=True)
    ends = [0, *(int(len(frame) * share) for share in (TRAINED, TUNED, 1))]
    parts = [frame.iloc[start:end] for start, end in pairwise(ends)]
    blank = [int((part["named"].str.len() == 0).sum()) for part in parts[1:]]
    if min(blank) < FEWEST:
        return Candidate(
            None,
            refusal=f"fewer than {FEWEST} labelled texts without a known word to tune or to judge by: {min(blank)}",
        )
    try:
        model = Texts().learned(parts[0]["text"].tolist(), [list(told) for told in parts[0]["topics"]])
    except LearnlakeError as error:
        return Candidate(None, refusal=str(error))
    return _judged(replace(model, threshold=threshold(model, parts[1], settings.least_precision)), parts[2], settings)


def labelled(events: DataFrame, items: DataFrame, kind: Kind) -> DataFrame:
    """Return texts of events in items whose tags name topics: event_id, occurred_at, text (without known words), topics, named."""
    known = F.array(*(F.lit(name) for name in sorted(kind.topics)))
    tagged = latest(items, ITEMS).select("item_id", F.array_intersect("tags", known).alias("topics"))
    is_meant = F.col("event_type").isin(*kind.event_types) & F.col("text").isNotNull()
    told = events.where(is_meant).join(tagged.where(F.size("topics") > 0), on="item_id")
    columns = (without(F.col("text"), kind.topics).alias("text"), F.array_sort("topics").alias("topics"))
    return told.select("event_id", "occurred_at", *columns, named(F.col("text"), kind.topics).alias("named"))


def threshold(model: Texts, tuning: pd.DataFrame, precision: float) -> float:
    """Return the lowest probability from which on enough answers are right, of texts without a known word; 1 where none is."""
    blank = tuning[tuning["named"].str.len() == 0]
    best, chance = model.best(blank["text"].tolist())
    is_right = _right(best, blank["topics"])
    order = np.argsort(-chance, kind="stable")
    low, _ = wilson(np.cumsum(is_right[order]), np.arange(1, len(order) + 1))
    good = np.flatnonzero(
        (np.cumsum(is_right[order]) / np.arange(1, len(order) + 1) >= precision) & (low >= precision - 0.1)
    )
    return float(chance[order][good[-1]]) if len(good) else 1.0


def _right(best: NDArray[np.str_], topics: pd.Series[list[str]]) -> NDArray[np.bool_]:
    return np.array([topic in told for topic, told in zip(best, topics, strict=True)], dtype=bool)


@dataclass(frozen=True)
class Told:
    """Answers about texts: how many there are, how many are right, and how many of the texts have a right one."""

    answers: int
    right: int
    texts: int
    found: int

    def metrics(self, name: str) -> Mapping[str, float]:
        """Return precision and recall with 95 % intervals (Wilson)."""
        shares = {"precision": (self.right, self.answers), "recall": (self.found, self.texts)}
        out: dict[str, float] = {}
        for what, (hits, whole) in shares.items():
            low, high = wilson(np.array([hits]), np.array([max(whole, 1)]))
            ends = {"": hits / max(whole, 1), "_low": float(low[0]), "_high": float(high[0])}
            out |= {f"{name}{what}{end}": value for end, value in ends.items()}
        return out


def _judged(model: Texts, later: pd.DataFrame, settings: AskingSettings) -> Candidate:
    """Judge on later texts: the classifier where no word is found, and both together beside the words alone."""
    is_blank = (later["named"].str.len() == 0).to_numpy()
    best, chance = model.best(later["text"].tolist())
    is_told = is_blank & (chance >= model.threshold)
    is_right = is_told & _right(best, later["topics"])
    by_word = [len(set(found) & set(told)) for found, told in zip(later["named"], later["topics"], strict=True)]
    words = Told(int(later["named"].str.len().sum()), sum(by_word), len(later), sum(n > 0 for n in by_word))
    alone = Told(int(is_told.sum()), int(is_right.sum()), int(is_blank.sum()), int(is_right.sum()))
    both = Told(words.answers + alone.answers, words.right + alone.right, words.texts, words.found + alone.found)
    metrics = {
        **both.metrics(""),
        **words.metrics("words_"),
        **alone.metrics("classifier_"),
        "judged_texts": float(len(later)),
    }
    bars = (
        Bar(
            "precision",
            metrics["classifier_precision"],
            settings.least_precision,
            "of the classifier, on texts without a known word",
        ),
        Bar("recall", metrics["recall"], metrics["words_recall"], "of the words of the vocabulary alone"),
    )
    return Candidate(
        model, bars, metrics, {"threshold": str(model.threshold)}, "judged on the latest fifth of the labelled texts"
    )
