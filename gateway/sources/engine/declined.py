"""Why the engine leaves a register to the row-wise loader."""


class DeclinedError(Exception):
    """The engine cannot read this register as the row-wise loader does. Holds the reason, never a value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
