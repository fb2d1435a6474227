"""The callback by which a long computation reports progress."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the name of the current step and the completed share of the step, from 0 to 1."""
