"""A classifier of short texts: which topic is meant where no word of the vocabulary names one."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from learnlake.errors import LearnlakeError

FILE, WEIGHTS = "texts.json", "weights.npz"
TOKEN = re.compile(r"[a-z0-9_+#]{2,}|[\u4e00-\u9fff]+")
FOUND = "event_id string, topic string, topic_probability double"
DIGITS = 6


@dataclass(frozen=True, eq=False)
class Texts:
    """A logistic regression for each topic over the words of a text, pairs of neighbouring ones included.

    A term counts once a text, weighed by how rare it is; a text is scaled to length 1. Of Chinese, pairs of signs are terms.
    A text has the most probable topic, if that is probable enough.

    Attributes:
        least_texts: texts that a term, or a topic, must be in.
        most_terms: terms that are kept, those of most texts.
        ridge: strength of the regularisation, as C of scikit-learn.
        threshold: least probability of a topic that is told.
        topics_, terms_, rarity_: what was learned, by their places.
        weights_: topics x (terms + 1), the last column the intercept.

    Source: Robertson (2004), Journal of Documentation 60, for the rarity.
    """

    least_texts: int = 5
    most_terms: int = 5_000
    ridge: float = 30.0
    threshold: float = 0.5
    topics_: tuple[str, ...] = ()
    terms_: tuple[str, ...] = ()
    rarity_: tuple[float, ...] = ()
    weights_: NDArray[np.float64] | None = None

    def fit(self, users: DataFrame) -> Self:
        """Return a fitted copy; one row per event: event_id, text, topics. They are brought to the driver, so bound them before."""
        rows = sorted(users.select("event_id", "text", "topics").collect())
        return self.learned([row.text for row in rows], [row.topics for row in rows])

    def learned(self, texts: list[str], topics: list[list[str]]) -> Self:
        """Return a copy fitted on texts and the topics of each.

        Raises:
            LearnlakeError: if no topic has enough texts, or no term is in enough of them.
        """
        counted = Counter(topic for told in topics for topic in set(told))
        chosen = tuple(sorted(t for t, n in counted.items() if self.least_texts <= n < len(texts)))
        rare = TfidfVectorizer(analyzer=terms, binary=True, min_df=self.least_texts, max_features=self.most_terms)
        if not chosen or not _has_terms(texts, self.least_texts):
            raise LearnlakeError(f"no topic or no word is in {self.least_texts} texts or more; nothing can be learned.")
        points, rows = rare.fit_transform(texts), []
        for topic in chosen:
            had = np.array([topic in told for told in topics])
            found = LogisticRegression(C=self.ridge, solver="liblinear", random_state=0).fit(points, had)
            rows.append(np.append(found.coef_[0], found.intercept_))
        names = tuple(map(str, rare.get_feature_names_out()))
        rarity = tuple(np.round(rare.idf_, DIGITS).tolist())
        return replace(self, topics_=chosen, terms_=names, rarity_=rarity, weights_=np.round(np.array(rows), DIGITS))

    def points(self, texts: list[str]) -> csr_matrix:
        """Return texts x terms, each text of length 1."""
        rare = TfidfVectorizer(analyzer=terms, binary=True, vocabulary=self.terms_)
        rare.idf_ = np.array(self.rarity_)
        return rare.transform(texts)

    def best(self, texts: list[str]) -> tuple[NDArray[np.str_], NDArray[np.float64]]:
        """Return of each text the most probable topic, and its probability; 0 for a text without a known term."""
        if self.weights_ is None:
            raise LearnlakeError("this classifier is not fitted; fit it before it scores.")
        points = self.points(texts)
        odds = points @ self.weights_[:, :-1].T + self.weights_[:, -1]
        chance = 1 / (1 + np.exp(-odds))
        first = chance.argmax(axis=1)
        is_known = np.asarray(points.getnnz(axis=1) > 0)
        return np.array(self.topics_)[first], np.where(is_known, chance.max(axis=1), 0.0)

    def score(self, users: DataFrame) -> DataFrame:
        """Return event_id, topic and topic_probability of the rows of event_id and text that have a probable topic."""

        def scored(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in batches:
                topic, chance = self.best([text or "" for text in batch.column("text").to_pylist()])
                held = [batch.column("event_id"), pa.array(topic.tolist(), pa.string()), pa.array(chance)]
                told = pa.record_batch(held, names=["event_id", "topic", "topic_probability"])
                yield told.filter(pa.array(chance >= self.threshold))

        return users.select("event_id", "text").mapInArrow(scored, FOUND)

    def save(self, folder: Path) -> None:
        """Write names and settings as JSON, the weights as numbers."""
        said = {name: value for name, value in asdict(self).items() if name != "weights_"}
        (folder / FILE).write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
        np.savez_compressed(folder / WEIGHTS, weights=np.array(self.weights_))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote."""
        held = json.loads((folder / FILE).read_text(encoding="utf-8"))
        values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in held.items()}
        with np.load(folder / WEIGHTS, allow_pickle=False) as numbers:
            return cls(**values, weights_=numbers["weights"])


def _has_terms(texts: list[str], least: int) -> bool:
    seen = Counter(term for text in texts for term in terms(text))
    return max(seen.values(), default=0) >= least


def terms(text: str) -> list[str]:
    """Return the terms of a text, each once: words, pairs of neighbouring words, pairs of Chinese signs.

    In their order, for that of a set is another in each process, and a sum of doubles depends on it.
    """
    tokens = TOKEN.findall(text.lower())
    out = {*(token for token in tokens if token.isascii())}
    out |= {f"{one} {other}" for one, other in pairwise(tokens) if one.isascii() and other.isascii()}
    for token in tokens:
        if not token.isascii():
            out |= {token[n : n + 2] for n in range(max(len(token) - 1, 1))}
    return sorted(out)
