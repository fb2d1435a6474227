"""Accepting an invitation: a code instead of a default password, and the credentials of the new account."""

from flask import Blueprint, Response

from gateway.accounts import codes
from gateway.accounts.errors import AccountError, InvitationError, PassphraseError, WrongCodeError
from gateway.accounts.invitations import accept, read_invitation
from gateway.web.shared.base import page, typed, web

blueprint = Blueprint("web-invitation", __name__, url_prefix="/invitation")


@blueprint.get("")
def show() -> Response:
    return page("invitation.html", refused=None)


@blueprint.post("")
def check_code() -> Response:
    return _look(typed("invitation"))


@blueprint.post("/open")
def open_account() -> Response:
    code, passphrase = typed("invitation"), typed("passphrase")
    if passphrase != typed("passphrase_again"):
        different = PassphraseError("The two passphrases differ.", remedy="Type the same passphrase twice.")
        return _look(code, refused=different, status=422)
    try:
        recovery = accept(web().entrance, code, passphrase, typed("code"))
    except (PassphraseError, WrongCodeError) as error:
        return _look(code, refused=error, status=422)
    except InvitationError as error:
        return page("invitation.html", 403, refused=error)
    return page("recovery-codes.html", recovery=recovery, renewed=False)


def _look(code: str, *, refused: AccountError | None = None, status: int = 200) -> Response:
    try:
        invitation, generator = read_invitation(web().entrance, code)
    except InvitationError as error:
        return page("invitation.html", 403, refused=error)
    return page(
        "open-account.html",
        status,
        invitation=code,
        offer=invitation.offer,
        renews=invitation.renews,
        until=invitation.until,
        generator=generator,
        address=codes.address(generator, invitation.offer.name, web().entrance.place),
        directory=web().directory,
        refused=refused,
    )
