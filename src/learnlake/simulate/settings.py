"""What a simulated world is made of."""

from datetime import date

from pydantic import Field

from learnlake.settings import Settings


class SimulateSettings(Settings):
    """How many people are invented, for how long, and from which seed.

    The same settings give the same lines; a person's lines do not depend on ``users``. On the forum people turn to the figures
    of their own block of a hundred, so that the last block of a world that is no whole number of hundreds names some that do
    not exist.

    Attributes:
        users: people to invent; about 15 % of them have accounts on two platforms.
        days: length of the simulated span, in days.
        seed: the only source of chance.
        first_day: first day of the span, in each platform's own calendar.
    """

    users: int = Field(default=2_000, ge=10)
    days: int = Field(default=120, ge=14)
    seed: int = 7
    first_day: date = date(2026, 1, 5)
