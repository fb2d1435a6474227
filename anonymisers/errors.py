"""The one tree of errors of this package: what is wrong, where, what to do; never a withheld count."""

FEWER_TABLES = "Drop a level or a table, or allow fewer dimensions in one table."
"""The remedy where no safe release of all tables was found."""


class AnonymiserError(Exception):
    """Something in the data, the rules or a proof is not as it must be.

    `message` says what is wrong and where, `remedy` what to do next.
    """

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy


class TableError(AnonymiserError):
    """A table, a release or a hierarchy that cannot be read as what it claims to be."""


class RulesError(AnonymiserError):
    """Rules that contradict themselves or the table they are to protect."""


class LatticeTooLargeError(AnonymiserError):
    """The tables asked for hold more cells than one cube may."""


class CertificateError(AnonymiserError):
    """A certificate that does not show what it must show."""


class ProtectionError(AnonymiserError):
    """No pattern could be found, or the attacker broke the one that was: nothing may be released."""


class IdentifierError(AnonymiserError):
    """A value that cannot become a pseudonym, or a text that is not one."""


class KeyStoreError(AnonymiserError):
    """A key of the wrong length, or a key store that is damaged or locked with another secret."""


class EpochDestroyedError(KeyStoreError):
    """The key of this epoch was destroyed on purpose: its pseudonyms can never be computed again."""


class RecordsError(AnonymiserError):
    """Records that no risk can be computed for."""


class ExtractError(AnonymiserError):
    """A file that is no extract, or one that is damaged."""


class ExtractExpiredError(ExtractError):
    """An extract whose time is over."""


class BudgetError(AnonymiserError):
    """A privacy budget that does not allow a question, or that cannot be read."""
