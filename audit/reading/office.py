"""The hours at which an office is open, and its time zone, as people write them in settings."""

import re
from datetime import tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from audit.errors import MalformedError

_HOURS: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})", re.ASCII)


def time_zone(name: str) -> tzinfo:
    """Return a zone by its name, such as Asia/Phnom_Penh. Raises MalformedError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise MalformedError(
            "time zone", f"{name!r} is none that is known on this machine: write it as Asia/Phnom_Penh or UTC"
        ) from None


def office_hours(text: str) -> tuple[int, int]:
    """Return the first hour of the day and the hour at which it ends, from 8-17. Raises MalformedError."""
    match = _HOURS.fullmatch(text)
    begin, end = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 0 <= begin < end <= 24:
        raise MalformedError("office hours", f"{text!r} is not of the form 8-17, from 0 to 24 o'clock")
    return begin, end
