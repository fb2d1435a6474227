"""The gateway's tree of errors: every one tells a person what is wrong, where, and what to do next."""


class SafelaneError(Exception):
    """Something a person can act on.

    `message` says what is wrong and where, `remedy` what to do next. Neither ever holds a value taken from
    a person's record, a secret, or a withheld count.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
