"""How a long computation tells how far it is."""

from collections.abc import Callable

Progress = Callable[[str, float], None]
"""Called with the name of the step and the part of it that is done, from 0 to 1."""
