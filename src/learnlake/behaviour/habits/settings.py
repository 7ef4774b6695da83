"""Settings of study habits and stuck points."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field, model_validator

from learnlake.lake import columns as c
from learnlake.lake.supply import Supply
from learnlake.settings import Conf, Section


class HabitSettings(Section):
    """What counts as study, and from when on something is a habit or a hurdle.

    Attributes:
        window_days: last days whose study is looked at.
        course_days: last days whose enrolments, courses and items are looked at.
        study_types: events that are study; of those in ``work_types`` something is handed in.
        work_types: events by which something is handed in or tried.
        touch_types: events that tell how far in a course somebody got.
        gap_minutes: idle minutes that end a session where the source names none.
        cram_hours: hours before a deadline that are the last.
        behind_below: pace from which down somebody is behind.
        fewest_peers: learners of the same course and age, at least, that a pace goes by.
        least_share: share of sessions or work that a habit takes at least.
        least_weekend_share: share of days of study on weekends that the habit takes at least; an even spread has 2 in 7.
        most_q: largest q-value of a habit or a hurdle.
        least_effect: smallest effect size (Cohen's h) of a hurdle.
        fewest_users: users, at least, of whom an item must have a hurdle told.
        pass_mark: score from which on a try passes.
        many_tries: tries from which on they are many.
        stop_days: days of silence after which somebody has stopped.
    """

    where: ClassVar[str] = "habits"
    window_days: int = Field(default=84, ge=7, le=182)
    course_days: int = Field(default=365, ge=7)
    study_types: tuple[c.EventType, ...] = Field(default=("study", "submit", "attempt"), min_length=1)
    work_types: tuple[c.EventType, ...] = Field(default=("submit", "attempt"), min_length=1)
    touch_types: tuple[c.EventType, ...] = Field(default=("view", "study", "submit", "attempt"), min_length=1)
    gap_minutes: int = Field(default=30, ge=1)
    cram_hours: int = Field(default=24, ge=1)
    behind_below: float = Field(default=0.75, gt=0, le=1)
    fewest_peers: int = Field(default=10, ge=2)
    least_share: float = Field(default=0.5, gt=0, le=1)
    least_weekend_share: float = Field(default=0.4, gt=0, le=1)
    most_q: float = Field(default=0.05, gt=0, lt=1)
    least_effect: float = Field(default=0.2, ge=0)
    fewest_users: int = Field(default=10, ge=1)
    pass_mark: float = Field(default=0.4, gt=0, le=1)
    many_tries: int = Field(default=3, ge=2)
    stop_days: int = Field(default=14, ge=1)

    @model_validator(mode="after")
    def _courses_outlast_the_window(self) -> HabitSettings:
        if self.course_days < self.window_days:
            raise ValueError(f"course_days {self.course_days} must not be less than window_days {self.window_days}")
        return self


def no_study(conf: Conf) -> str:
    """Say that no platform tells of studying or of work that is handed in; empty where one does."""
    settings = conf.of(HabitSettings)
    return Supply.of(conf).lacks(settings.study_types)
