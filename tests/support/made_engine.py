"""The redacting engine, imported where a test needs it: whoever collects the tests would wait for it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anonymisers.redaction.engine.engine import Engine
else:
    Engine = "Engine"


def engine() -> "Engine":
    from anonymisers.redaction.engine.engine import engine as made  # noqa: PLC0415 - seconds

    return made()
