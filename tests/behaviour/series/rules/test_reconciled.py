from __future__ import annotations

from pyspark.sql import SparkSession

from learnlake.behaviour.series.rules.reconciled import reconciled
from learnlake.lake.tables.series import FORECASTS
from tests.drawing import draw, expect


def test_segments_are_brought_to_all_users_in_proportion_and_platforms_in_what_adds_up(spark: SparkSession) -> None:
    said = draw(
        FORECASTS,
        """
        scheme   | segment_id | metric       | period | period_start | forecast | low_80 | high_80 | low_95 | high_95
        all      | all        | minutes      | day    | 2026-01-02   | 12.0     | 10.0   | 14.0    | 8.0    | 16.0
        level    | junior     | minutes      | day    | 2026-01-02   | 6.0      | 3.0    | 9.0     | 0.0    | 12.0
        level    | senior     | minutes      | day    | 2026-01-02   | 2.0      | 1.0    | 3.0     | 1.0    | 4.0
        all      | all        | active_users | day    | 2026-01-02   | 5.0      | 4.0    | 6.0     | 3.0    | 7.0
        platform | academy    | active_users | day    | 2026-01-02   | 4.0      | 4.0    | 4.0     | 4.0    | 4.0
        platform | forum      | active_users | day    | 2026-01-02   | 2.0      | 2.0    | 2.0     | 2.0    | 2.0
        platform | academy    | minutes      | day    | 2026-01-02   | 4.0      | 4.0    | 4.0     | 4.0    | 4.0
        value    | a          | minutes      | day    | 2026-01-03   | 4.0      | 4.0    | 4.0     | 4.0    | 4.0
    """,
    )
    expect(
        reconciled(said),
        FORECASTS,
        """
        scheme   | segment_id | metric       | period_start | forecast | low_80 | high_80 | low_95 | high_95
        all      | all        | minutes      | 2026-01-02   | 12.0     | 10.0   | 14.0    | 8.0    | 16.0
        level    | junior     | minutes      | 2026-01-02   | 9.0      | 4.5    | 13.5    | 0.0    | 18.0
        level    | senior     | minutes      | 2026-01-02   | 3.0      | 1.5    | 4.5     | 1.5    | 6.0
        all      | all        | active_users | 2026-01-02   | 5.0      | 4.0    | 6.0     | 3.0    | 7.0
        platform | academy    | active_users | 2026-01-02   | 4.0      | 4.0    | 4.0     | 4.0    | 4.0
        platform | forum      | active_users | 2026-01-02   | 2.0      | 2.0    | 2.0     | 2.0    | 2.0
        platform | academy    | minutes      | 2026-01-02   | 12.0     | 12.0   | 12.0    | 12.0   | 12.0
        value    | a          | minutes      | 2026-01-03   | 4.0      | 4.0    | 4.0     | 4.0    | 4.0
    """,
    )


def test_what_cannot_be_scaled_is_spread_evenly(spark: SparkSession) -> None:
    said = draw(
        FORECASTS,
        """
        scheme | segment_id | metric  | period | period_start | forecast
        all    | all        | revenue | day    | 2026-01-02   | 6.0
        level  | junior     | revenue | day    | 2026-01-02   | 0.0
        level  | senior     | revenue | day    | 2026-01-02   | 0.0
        all    | all        | revenue | day    | 2026-01-03   | -4.0
        level  | junior     | revenue | day    | 2026-01-03   | 1.0
        level  | senior     | revenue | day    | 2026-01-03   | -1.0
    """,
    )
    expect(
        reconciled(said).where("scheme = 'level'"),
        FORECASTS,
        """
        segment_id | period_start | forecast
        junior     | 2026-01-02   | 3.0
        senior     | 2026-01-02   | 3.0
        junior     | 2026-01-03   | -1.0
        senior     | 2026-01-03   | -3.0
    """,
    )
