"""The attacker's time: the time left, and the error when no time is left."""

import time
from dataclasses import dataclass

import numpy as np

SETUP_GRACE = 2.0
"""Seconds by which joining the releases may exceed the limit, so that open cells can be named."""


class OutOfTimeError(Exception):
    """The time limit passed."""


@dataclass(frozen=True)
class Clock:
    """Runs until a moment of `time.monotonic`."""

    until: float

    @classmethod
    def of(cls, time_limit: float | None) -> "Clock":
        """Return a clock running for `time_limit` seconds from now; None: for ever."""
        return ENDLESS if time_limit is None else cls(time.monotonic() + time_limit)

    def left(self) -> float:
        """Return the remaining seconds; below 0 when the time is over."""
        return self.until - time.monotonic()

    def check(self) -> None:
        """Raise OutOfTimeError when the time is up."""
        if self.left() <= 0:
            raise OutOfTimeError

    def later(self, seconds: float) -> "Clock":
        """Return a clock running `seconds` longer."""
        return Clock(self.until + seconds)


ENDLESS = Clock(np.inf)
