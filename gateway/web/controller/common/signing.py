"""The signing key for an action on a page, and the error for a wrong passphrase."""

from dataclasses import dataclass

from flask_babel import gettext as _

from gateway.api.access_control import principal
from gateway.errors import SafelaneError
from gateway.keys.sealed import SealedKeyError
from gateway.member.errors import KeyRefusedError
from gateway.member.model.signing_key import Duty
from gateway.member.node.signing_keys import counting
from gateway.web.controller.common.context import desk_context
from gateway.web.shared.base import typed

NAME, PASSPHRASE = "by", "passphrase"


@dataclass(frozen=True)
class Keys:
    """Names of the holders of valid keys; `own` is the signed-in person, if among the holders."""

    names: tuple[str, ...]
    own: str

    @property
    def options(self) -> list[tuple[str, str]]:
        """For a list to choose from."""
        return [(name, name) for name in self.names]


def keys(*, controllers: bool = False) -> Keys:
    """The holders whose keys may sign; with `controllers`, holders with a controller's duty only."""
    with desk_context().node.store.reading() as view:
        there = counting(view)
    names = [h.name for h in there if not controllers or h.duty is Duty.CONTROLLER]
    wanted = typed(NAME) or principal().user
    own = wanted if wanted in names else (names[0] if len(names) == 1 else "")
    return Keys(tuple(sorted(names)), own)


class NotSignedError(SafelaneError):
    """The key did not open: nothing was done. `field` names the field to look at."""

    def __init__(self, field: str, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.field = field


def signed(text: str) -> str:
    """The text signed with the chosen key and the typed passphrase. Raises NotSignedError.

    The passphrase is used here and nowhere else: never stored, logged or shown again.
    """
    name, passphrase = typed(NAME), typed(PASSPHRASE)
    if not name:
        raise NotSignedError(NAME, _("Choose a signing key."))
    if not passphrase:
        raise NotSignedError(PASSPHRASE, _("Enter the passphrase of this key."))
    try:
        return desk_context().sign(name, passphrase, text)
    except KeyRefusedError as error:
        raise NotSignedError(NAME, error.message, error.remedy) from None
    except SealedKeyError as error:
        raise NotSignedError(PASSPHRASE, error.message, error.remedy) from None
