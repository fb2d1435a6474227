"""Why somebody is turned away. Words never tell whether an account exists, or what was wrong."""

from gateway.errors import SafelaneError


class AccountError(SafelaneError):
    """Root of the errors about accounts."""

    exit_code = 11


class NotAuthenticatedError(AccountError):
    """Nobody is known by this token or session, or none came."""


class SignInRefusedError(AccountError):
    """One wording for whatever was wrong: the name, the passphrase, the code, or that attempts are closed."""

    def __init__(self) -> None:
        super().__init__(
            "That did not work: name, passphrase or code is wrong, or there were too many attempts.",
            remedy="Check all three, wait a few minutes, and try again. The attempt has been logged.",
        )


class BusyError(AccountError):
    """Too many passphrases are being checked at once."""

    exit_code = 6

    def __init__(self) -> None:
        super().__init__("Too many people are signing in right now.", remedy="Try again in a minute.")


class NotPermittedError(AccountError):
    """The duty of this person does not do this."""


class StaleFormError(AccountError):
    """A form that was not made for this session, or too long ago."""

    def __init__(self) -> None:
        super().__init__(
            "This form is out of date.",
            remedy="Nothing was changed. Open the page again and repeat the step.",
        )


class UnstorableError(AccountError):
    """A value with the character NUL or half a character: no database keeps that."""

    def __init__(self) -> None:
        super().__init__(
            "Your input contains an invisible character that no database can store.",
            remedy="Nothing was changed. Type the text again instead of pasting it.",
        )


class NotFreshError(AccountError):
    """What is asked for needs somebody who has signed in just now."""

    def __init__(self) -> None:
        super().__init__(
            "This step needs a sign-in of the last few minutes.", remedy="Sign in again, then repeat it."
        )


class InvitationError(AccountError):
    """An invitation that is unknown, used or expired: one wording for all of them."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation does not open an account: it is mistyped, used, withdrawn or expired.",
            remedy="Copy the code again, or ask the operator for a new invitation.",
        )


class PassphraseError(AccountError):
    """A new passphrase that would be guessed."""


class WrongCodeError(AccountError):
    """A new code generator that does not show the code that it should."""

    def __init__(self) -> None:
        super().__init__(
            "The code does not match the key shown.",
            remedy="Check that the clock of your device is right, wait for the next code, and type it.",
        )


class UnknownAccountError(AccountError):
    """There is no such account, session or token, or it is somebody else's."""


class AccountTakenError(AccountError):
    """The name is in use."""


class AccountRuleError(AccountError):
    """What an account, invitation or token would be is against a rule of this house."""


class IdentityRefusedError(AccountError):
    """The directory's answer was not accepted. `reason` is for the log, never for the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            "The sign-in at your directory was not accepted.",
            remedy="Start again from the sign-in page. If it happens again, tell the operator the time.",
        )
        self.reason = reason
