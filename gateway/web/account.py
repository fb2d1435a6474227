"""The page of the own account: sessions, tokens, credentials, and everything that is kept about oneself."""

from typing import Any

from flask import Blueprint, Response, json, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.accounts import codes
from gateway.accounts.errors import (
    AccountError,
    AccountRuleError,
    PassphraseError,
    SignInRefusedError,
    WrongCodeError,
)
from gateway.accounts.inviting import GENERATOR
from gateway.accounts.leaving import export
from gateway.accounts.managing import renew
from gateway.accounts.model import Means, Scope, Wish
from gateway.accounts.sessions import end, open_sessions, require_fresh
from gateway.accounts.tokens import make_token, revoke, scopes_of
from gateway.api.browsers import BROWSER, SESSION, drop_cookie
from gateway.api.guard import accounts, signed_in
from gateway.web.base import page, typed, web

blueprint = Blueprint("web-account", __name__, url_prefix="/account")


@blueprint.get("")
def show() -> Response:
    return _show()


@blueprint.post("/sessions/end")
def end_sessions() -> AnyResponse:
    """One session that is named, or all others; an open browser that was taken over shuts nobody out."""
    who = signed_in()
    require_fresh(accounts(), who)
    name, wanted = who.account.name, typed("session")
    others = [s.id for s in open_sessions(accounts(), name) if s.id != who.session.id]
    if wanted or others:
        end(accounts(), name, name, [wanted] if wanted else others)
    return redirect("/account", 303)


@blueprint.post("/tokens")
def add_token() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    try:
        wish = Wish(typed("label"), _scopes(), int(typed("days") or 0))
        token = make_token(accounts(), who.account.name, who.account.name, wish)
    except ValueError:
        return _show(AccountRuleError("A token needs a number of days.", remedy="Type a number."), 422)
    except AccountRuleError as error:
        return _show(error, 422)
    return page("token.html", token=token, label=wish.label)


@blueprint.post("/tokens/revoke")
def revoke_token() -> AnyResponse:
    name = signed_in().account.name
    revoke(accounts(), name, name, [typed("token")])
    return redirect("/account", 303)


@blueprint.get("/export")
def export_own() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    kept = export(accounts(), who.account.name, who.account.name)
    response = Response(json.dumps(kept, indent=1) + "\n", content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="safelane-account.json"'
    return response


@blueprint.get("/credentials")
def new_credentials() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    _require_passphrase()
    return _credentials(codes.new_generator())


@blueprint.post("/credentials")
def renew_credentials() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    _require_passphrase()
    generator = _unsealed(typed("generator"))
    passphrase = typed("passphrase")
    try:
        if passphrase != typed("passphrase_again"):
            raise PassphraseError("The two passphrases differ.", remedy="Type it twice.")
        name = who.account.name
        recovery = renew(
            web().entrance,
            name,
            name,
            current=typed("current"),
            passphrase=passphrase,
            generator=generator,
            shown=typed("code"),
        )
    except (PassphraseError, WrongCodeError, SignInRefusedError) as error:
        return _credentials(generator, refused=error, status=422)
    response = page("recovery-codes.html", recovery=recovery, renewed=True)
    for cookie in (SESSION, BROWSER):
        drop_cookie(response, cookie)
    return response


def _show(refused: AccountError | None = None, status: int = 200) -> Response:
    who = signed_in()
    name = who.account.name
    with accounts().store.reading() as view:
        tokens = view.people.tokens_of(name)
    return page(
        "account.html",
        status,
        session=who.session,
        sessions=open_sessions(accounts(), name),
        tokens=tokens,
        scopes=sorted(scopes_of(accounts().side, who.account.role)),
        own_passphrase=who.session.means is Means.PASSPHRASE,
        now=accounts().clock.now(),
        refused=refused,
    )


def _credentials(generator: str, **more: Any) -> Response:
    name = signed_in().account.name
    return page(
        "credentials.html",
        more.pop("status", 200),
        generator=generator,
        sealed=web().entrance.sealer.seal(generator, f"{GENERATOR} {name}").hex(),
        address=codes.address(generator, name, web().entrance.place),
        refused=more.get("refused"),
    )


def _unsealed(text: str) -> str:
    """The generator that was shown: sealed in the form, so that nobody can put a known one there."""
    name = signed_in().account.name
    try:
        return web().entrance.sealer.unseal(bytes.fromhex(text), f"{GENERATOR} {name}")
    except ValueError:
        raise AccountRuleError("The form was changed on its way.", remedy="Open the page again.") from None


def _require_passphrase() -> None:
    if signed_in().session.means is not Means.PASSPHRASE:
        raise AccountRuleError(
            "You sign in at your directory: passphrase and codes are changed there.",
            remedy="Ask whoever runs the directory.",
        )


def _scopes() -> frozenset[Scope]:
    return frozenset(Scope(word) for word in request.form.getlist("scope"))
