"""Shares beside their intervals, as columns that are named alike."""

from __future__ import annotations

from pyspark.sql import Column

from learnlake.modelling import intervals


def wilson(count: Column, whole: Column, stem: str) -> dict[str, Column]:
    """Return the share ``count / whole`` and the ends of its 95 % interval; null where nobody is counted.

    Args:
        count: how many of them, at most ``whole``.
        whole: how many there are.
        stem: what the columns are called: ``<stem>_share``, ``<stem>_low_share`` and ``<stem>_high_share``.
    """
    made = intervals.wilson(count, whole)
    return {f"{stem}_share": made.value, f"{stem}_low_share": made.low, f"{stem}_high_share": made.high}
