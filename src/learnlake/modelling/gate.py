"""The gate: a candidate is published only if it clears every bar on data it has not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

import pandas as pd

from learnlake.modelling.model import Kept


@dataclass(frozen=True)
class Bar:
    """One thing a candidate must exceed, such as the baseline's metric."""

    name: str
    found: float
    must_exceed: float
    of: str

    @property
    def is_cleared(self) -> bool:
        """Whether the candidate is better; equal is not better, nor is what is no number."""
        return self.is_known and self.found > self.must_exceed

    @property
    def is_known(self) -> bool:
        """Whether there are two numbers to compare."""
        return isfinite(self.found) and isfinite(self.must_exceed)

    def __str__(self) -> str:
        """Say both numbers, or that there are not two."""
        if not self.is_known:
            what = "it" if not isfinite(self.found) else "what it must exceed"
            return f"{self.name} cannot be judged: {what} is no number ({self.of})"
        sign = ">" if self.is_cleared else "not >"
        return f"{self.name} {self.found:.3f} {sign} {self.must_exceed:.3f} ({self.of})"


@dataclass(frozen=True)
class Candidate:
    """What a training returns.

    Attributes:
        model: the fitted model; None where there is nothing to model, which ``refusal`` then explains.
        bars: what it must clear.
        metrics: everything measured, the baselines' too.
        params: settings that made it.
        remark: how it was judged, in a sentence.
        refusal: why no model could be made.
        pictures: curves and the like, PNG by file name, such as ``reliability.png``.
        texts: what is to be read beside the model, by file name, such as ``rules.md``.
        example: a few input rows, features alone and no identifiers; with it, a model that has ``predict`` can be loaded by MLflow.
        cost: what the training took, such as ``rows``; the runner adds ``seconds`` and ``peak_memory_mb``.
    """

    model: Kept | None
    bars: tuple[Bar, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    params: Mapping[str, str] = field(default_factory=dict)
    remark: str = ""
    refusal: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    example: pd.DataFrame | None = field(default=None, compare=False)
    cost: Mapping[str, float] = field(default_factory=dict)

    @property
    def measured(self) -> str:
        """What the bars measured, in short."""
        return "; ".join(f"{bar.name} {bar.found:.3f}" for bar in self.bars if bar.is_known)


@dataclass(frozen=True)
class Decision:
    """Whether a candidate is published, and why, in a sentence."""

    is_published: bool
    reason: str


def judge(candidate: Candidate) -> Decision:
    """Publish a candidate that clears every bar, of which there must be one; what cannot be judged is refused."""
    if candidate.model is None:
        return Decision(is_published=False, reason=candidate.refusal)
    if not candidate.bars:
        return Decision(is_published=False, reason="not published: it was compared with nothing")
    unknown = [bar for bar in candidate.bars if not bar.is_known]
    if unknown:
        return Decision(is_published=False, reason=f"not published: {'; '.join(dict.fromkeys(map(str, unknown)))}")
    said = "; ".join(str(bar) for bar in candidate.bars)
    missed = [bar for bar in candidate.bars if not bar.is_cleared]
    verdict = "published" if not missed else "not published"
    return Decision(
        is_published=not missed, reason=f"{verdict}: {said}" + (f"; {candidate.remark}" if candidate.remark else "")
    )
