"""The attacker's time: how much of it is left, and the error of having none."""

import time
from dataclasses import dataclass

import numpy as np

SETUP_GRACE = 2.0
"""Seconds by which putting the releases together may pass the limit: the cells left open are then named."""


class OutOfTimeError(Exception):
    """The time limit passed."""


@dataclass(frozen=True)
class Clock:
    """Runs until a moment of `time.monotonic`."""

    until: float

    @classmethod
    def of(cls, time_limit: float | None) -> "Clock":
        """A clock that runs for so many seconds from now; None: for ever."""
        return ENDLESS if time_limit is None else cls(time.monotonic() + time_limit)

    def left(self) -> float:
        """The seconds that are left; below 0 when they are over."""
        return self.until - time.monotonic()

    def check(self) -> None:
        """Raise OutOfTimeError when the time is up."""
        if self.left() <= 0:
            raise OutOfTimeError

    def later(self, seconds: float) -> "Clock":
        """A clock that runs so much longer."""
        return Clock(self.until + seconds)


ENDLESS = Clock(np.inf)
