"""Rules are named, pure yes/no questions about a row; ``flag`` says which ones a row breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from learnlake.lake import columns as c

NOT_APPLICABLE = "not_applicable"
Rule = Callable[[], Column]


@dataclass(frozen=True)
class RuleSet(Mapping[str, Rule]):
    """Rules by name. A rule is a function because a Column needs a running session."""

    rules: dict[str, Rule] = field(default_factory=dict)

    def rule(self, build: Rule) -> Rule:
        """Add a rule under its own name."""
        self.rules[build.__name__] = build
        return build

    def __getitem__(self, name: str) -> Rule:
        return self.rules[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.rules)

    def __len__(self) -> int:
        return len(self.rules)


def flag(frame: DataFrame, rules: Mapping[str, Rule], is_applicable: Column | None = None) -> DataFrame:
    """Add ``reasons``, the names of the rules each row breaks; an unknown answer counts as broken.

    Args:
        frame: rows with the columns the rules ask for.
        rules: name -> rule.
        is_applicable: rows for which this is not true get the single reason ``not_applicable``.
    """
    answers = {name: F.coalesce(build(), F.lit(True)) for name, build in rules.items()}
    none: Column = F.array().cast(c.REASONS.dtype)
    names = F.array_compact(F.array(*(F.when(answer, F.lit(name)) for name, answer in answers.items())))
    reasons = F.when(~any_of(answers.values()), none).otherwise(names)  # few rows pay for the names
    if is_applicable is not None:
        reasons = F.when(F.coalesce(is_applicable, F.lit(False)), reasons).otherwise(F.array(F.lit(NOT_APPLICABLE)))
    return frame.withColumn(c.REASONS.name, reasons)


def is_sound() -> Column:
    """Say whether a flagged row breaks no rule and is applicable."""
    return F.size(c.REASONS.name) == 0


def is_rejected() -> Column:
    """Say whether a flagged row was refused; a row that is not applicable was not."""
    return (F.size(c.REASONS.name) > 0) & ~F.array_contains(c.REASONS.name, NOT_APPLICABLE)


def any_of(conditions: Iterable[Column]) -> Column:
    """Say whether any of some conditions holds; false without any."""
    return reduce(or_, conditions, F.lit(False))
