"""Errors of accounts. No message reveals whether an account exists, or which part was wrong."""

from gateway.errors import SafelaneError


class AccountError(SafelaneError):
    """Root of the errors about accounts."""

    exit_code = 11


class NotAuthenticatedError(AccountError):
    """The token or session is unknown, or missing."""


class UnknownAddressError(AccountError):
    """An unknown, withdrawn or expired personal address, or an account that reads nothing any more."""

    def __init__(self) -> None:
        super().__init__(
            "This personal address opens nothing: it is mistyped, was withdrawn, or its time is over.",
            remedy="Its owner makes a new one on the page of the account.",
        )


class SignInRefusedError(AccountError):
    """One wording for every cause: wrong name, passphrase or code, or closed attempts."""

    def __init__(self) -> None:
        super().__init__(
            "That did not work: name, passphrase or code is wrong, or there were too many attempts.",
            remedy="Check all three, wait a few minutes, and try again. The attempt has been logged.",
        )


class PasskeyRefusedError(AccountError):
    """One wording for every cause: an unknown or altered passkey, or closed attempts.

    `reason` is for the log, never for the person.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(
            "That did not work: this passkey opens nothing here, it took longer than five minutes, or there "
            "were too many attempts.",
            remedy="Try again, or sign in with name, passphrase and code. The attempt has been logged.",
        )
        self.reason = reason


class NoPasskeyError(AccountError):
    """A new passkey that was not accepted."""


class BusyError(AccountError):
    """Too many passphrases are being checked at once."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__("Too many people are signing in right now.", remedy="Try again in a minute.")


class NotPermittedError(AccountError):
    """The duty of this person does not include the action."""


class StaleFormError(AccountError):
    """A form that was made for another session, or too long ago."""

    def __init__(self) -> None:
        super().__init__(
            "This form is out of date.",
            remedy="Nothing was changed. Open the page again and repeat the step.",
        )


class UnstorableError(AccountError):
    """A value with the character NUL or an unpaired surrogate, which no database stores."""

    def __init__(self) -> None:
        super().__init__(
            "Your input contains an invisible character that no database can store.",
            remedy="Nothing was changed. Type the text again instead of pasting it.",
        )


class NotFreshError(AccountError):
    """The action needs a person who has signed in just now."""

    def __init__(self) -> None:
        super().__init__(
            "This step needs a sign-in of the last few minutes.", remedy="Sign in again, then repeat it."
        )


class InvitationError(AccountError):
    """An unknown, used or expired invitation: one wording for all three."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation does not open an account: it is mistyped, used, withdrawn or expired.",
            remedy="Copy the code again, or ask the operator for a new invitation.",
        )


class PassphraseError(AccountError):
    """A new passphrase that is easy to guess."""


class WrongCodeError(AccountError):
    """A new code generator that shows a wrong code."""

    def __init__(self) -> None:
        super().__init__(
            "The code does not match the key shown.",
            remedy="Check that the clock of your device is right, wait for the next code, and type it.",
        )


class UnknownAccountError(AccountError):
    """The account, session or token does not exist, or belongs to somebody else."""


class AccountTakenError(AccountError):
    """The name is in use."""


class AccountRuleError(AccountError):
    """The account, invitation or token would break a rule for accounts."""


class IdentityRefusedError(AccountError):
    """The directory's answer was not accepted. `reason` is for the log, never for the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The sign-in at your directory was not accepted.",
            remedy="Start again from the sign-in page. If it happens again, tell the operator the time.",
        )
        self.reason = reason
