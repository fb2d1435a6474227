"""The page of the own account: sessions, tokens, credentials, and all data stored about the person."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, g, json, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from gateway.accounts import codes
from gateway.accounts.addresses import has_addresses, make_address
from gateway.accounts.errors import (
    AccountError,
    AccountRuleError,
    NoPasskeyError,
    PassphraseError,
    SignInRefusedError,
    WrongCodeError,
)
from gateway.accounts.invitations import GENERATOR
from gateway.accounts.leaving import export
from gateway.accounts.managing import renew
from gateway.accounts.model import AddressRequest, Scope, Session, Token, TokenRequest
from gateway.accounts.passkeys.registering import add_passkey, asked_options, remove_passkey
from gateway.accounts.renewal.two_operators import deny_request, request_about
from gateway.accounts.sessions import Present, end, open_sessions, require_fresh
from gateway.accounts.tokens import make_token, revoke, scopes_of
from gateway.api.access_control import accounts, principal, signed_in
from gateway.api.browsers import BROWSER, SESSION, drop_cookie
from gateway.api.services import hub
from gateway.web.analyst import analyst_wording
from gateway.web.entrance.own_passkeys import OwnPasskeys, own_passkeys
from gateway.web.entrance.personal_addresses import AddressRow, chosen, offered, row, shown_once
from gateway.web.shared.base import page, typed, web
from gateway.web.shared.desk import Desk, Model, shown
from gateway.web.shared.languages import translated
from gateway.web.shared.passkey_place import asked, needed_party

desk = Desk("account")

PAGE = "/account"
TEMPLATE = "account.html"


@dataclass(frozen=True)
class SessionRow:
    """A session of the person. `here`: the session of this request."""

    id: str
    agent: str
    since: datetime
    seen: datetime
    here: bool


@dataclass(frozen=True)
class TokenRow:
    """A token of a program, without the token itself, which is stored nowhere."""

    id: str
    label: str
    scopes: tuple[str, ...]
    until: datetime
    used: datetime | None
    expired: bool


@dataclass(frozen=True)
class AskedFor:
    """An operator's request that new means replace the person's: who asked, and until when it waits."""

    by: str
    until: datetime


@dataclass(frozen=True)
class AccountPage:
    """The own account. `purposes` and `scopes` (permissions of a token): each word and its meaning.

    `renewable`: whether the person can change passphrase and code generator here. `renewal`: a request of an
    operator to let the person in again.
    """

    name: str
    role: str
    organisation: str
    purposes: tuple[tuple[str, str], ...]
    sessions: tuple[SessionRow, ...]
    tokens: tuple[TokenRow, ...]
    scopes: tuple[tuple[str, str], ...]
    has_addresses: bool
    addresses: tuple[AddressRow, ...]
    questions: tuple[tuple[str, str], ...]
    renewable: bool
    passkeys: OwnPasskeys
    renewal: AskedFor | None = None
    refused: AccountError | None = None


@desk.page(PAGE, TEMPLATE)
def show() -> Model:
    return _account()


@desk.form(f"{PAGE}/renewal/deny")
def deny_renewal() -> AnyResponse:
    """The person has lost nothing: the request of an operator ends. Needs a recent sign-in."""
    who = signed_in()
    require_fresh(accounts(), who)
    try:
        deny_request(web().entrance, who.account.name)
    except AccountError as error:
        return _refused(error)
    return redirect(PAGE, 303)


@desk.form(f"{PAGE}/sessions/end")
def end_sessions() -> AnyResponse:
    """End one named session, or all others; needs a recent sign-in, so that a taken-over browser cannot."""
    who = signed_in()
    require_fresh(accounts(), who)
    name, wanted = who.account.name, typed("session")
    others = [s.id for s in open_sessions(accounts(), name) if s.id != who.session.id]
    if wanted or others:
        end(accounts(), name, name, [wanted] if wanted else others)
    return redirect(PAGE, 303)


@desk.form(f"{PAGE}/tokens")
def add_token() -> AnyResponse:
    who = signed_in()
    require_fresh(accounts(), who)
    try:
        requested = TokenRequest(typed("label"), _scopes(), int(typed("days") or 0))
        token = make_token(accounts(), who.account.name, who.account.name, requested)
    except ValueError:
        return _refused(AccountRuleError("A token needs a number of days.", remedy="Type a number."))
    except AccountRuleError as error:
        return _refused(error)
    return page("token.html", token=token, label=requested.label)


@desk.form(f"{PAGE}/addresses")
def add_address() -> AnyResponse:
    """Make a personal address; needs a recent sign-in, as a token does."""
    who = signed_in()
    require_fresh(accounts(), who)
    name = who.account.name
    try:
        if not has_addresses(accounts().side, who.account.role):
            raise AccountRuleError("You have no tables to read.", remedy="Ask an analyst.")
        question = chosen(typed("question"))
        requested = AddressRequest(typed("label"), int(typed("days") or 0), question)
        secret = make_address(accounts(), name, name, requested)
    except ValueError:
        return _refused(AccountRuleError("An address needs a number of days.", remedy="Type a number."))
    except AccountRuleError as error:
        return _refused(error)
    return page("address.html", model=shown_once(requested.label, secret, question))


@desk.form(f"{PAGE}/tokens/revoke")
def revoke_token() -> AnyResponse:
    name = signed_in().account.name
    revoke(accounts(), name, name, [typed("token")])
    return redirect(PAGE, 303)


@desk.pages.get(f"{PAGE}/passkeys/challenge")  # for the script of the page: no twin
def passkey_challenge() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    return asked(*asked_options(web().entrance, needed_party(), who.account.name))


@desk.form(f"{PAGE}/passkeys")
def new_passkey() -> AnyResponse:
    """Keep a passkey; needs a recent sign-in, since a passkey outlives the session."""
    who = signed_in()
    require_fresh(accounts(), who)
    response = request.form.get("response", "")
    try:
        if not response:
            raise NoPasskeyError(
                "Your browser sent no passkey.",
                remedy="Use a browser that runs scripts and knows passkeys; nothing was changed.",
            )
        add_passkey(
            web().entrance,
            needed_party(),
            who.account.name,
            label=typed("label"),
            response=response,
            challenge=typed("challenge"),
        )
    except (NoPasskeyError, AccountRuleError) as error:
        return _refused(error)
    return redirect(PAGE, 303)


@desk.form(f"{PAGE}/passkeys/remove")
def drop_passkey() -> AnyResponse:
    who = signed_in()
    require_fresh(accounts(), who)
    remove_passkey(accounts(), who.account.name, who.account.name, typed("passkey"))
    return redirect(PAGE, 303)


@desk.file(f"{PAGE}/export")
def export_own() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    kept = export(accounts(), who.account.name, who.account.name)
    response = Response(json.dumps(kept, indent=1) + "\n", content_type="application/json")
    response.headers["Content-Disposition"] = 'attachment; filename="safelane-account.json"'
    return response


@desk.pages.get(f"{PAGE}/credentials")  # shows a new secret to be copied by hand: no twin
def new_credentials() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    _require_passphrase()
    return _credentials(codes.new_generator())


@desk.form(f"{PAGE}/credentials")
def renew_credentials() -> Response:
    who = signed_in()
    require_fresh(accounts(), who)
    _require_passphrase()
    generator = _unsealed(typed("generator"))
    passphrase = typed("passphrase")
    try:
        if passphrase != typed("passphrase_again"):
            raise PassphraseError("The two passphrases differ.", remedy="Type the same passphrase twice.")
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


def _account(refused: AccountError | None = None) -> AccountPage:
    """The account of the requester: a person by a session, or a program by a token."""
    who, side, now = principal(), accounts().side, accounts().clock.now()
    with accounts().store.reading() as view:
        tokens = view.people.tokens_of(who.user)
        renewable = view.people.credentials(who.user) is not None
        passkeys = own_passkeys(view.people.passkeys_of(who.user))
        request_ = request_about(view.people, who.user, now)
    here = _session()
    return AccountPage(
        name=who.user,
        role=who.role.value,
        organisation=who.organisation,
        purposes=tuple(
            (word, analyst_wording.purpose(hub().dictionary, word)) for word in sorted(who.purposes)
        ),
        sessions=tuple(_session_row(one, here) for one in open_sessions(accounts(), who.user)),
        tokens=tuple(_token_row(one, now) for one in tokens if not one.is_address),
        scopes=tuple((one.value, translated(one.says)) for one in sorted(scopes_of(side, who.role))),
        has_addresses=has_addresses(side, who.role),
        addresses=tuple(row(one, now) for one in tokens if one.is_address),
        # A token that tells of the account need not be one for questions.
        questions=offered(who.user) if here is not None and has_addresses(side, who.role) else (),
        renewable=here is not None and renewable,
        passkeys=passkeys,
        renewal=None if request_ is None else AskedFor(request_.by, request_.until),
        refused=refused,
    )


def _refused(error: AccountError) -> AnyResponse:
    return shown((_account(error), 422), TEMPLATE)


def _session() -> Session | None:
    """The session of the request; None at the page's JSON twin, which a token opens."""
    found = g.get("present")
    return found.session if isinstance(found, Present) else None


def _session_row(one: Session, here: Session | None) -> SessionRow:
    return SessionRow(one.id, one.agent, one.since, one.seen, here is not None and one.id == here.id)


def _token_row(one: Token, now: datetime) -> TokenRow:
    return TokenRow(one.id, one.label, one.words, one.until, one.used, one.until <= now)


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
    """The generator shown before: sealed in the form, so that nobody can substitute a known generator."""
    name = signed_in().account.name
    try:
        return web().entrance.sealer.unseal(bytes.fromhex(text), f"{GENERATOR} {name}")
    except ValueError:
        raise AccountRuleError("The form was changed in transit.", remedy="Open the page again.") from None


def _require_passphrase() -> None:
    with accounts().store.reading() as view:
        known = view.people.credentials(signed_in().account.name)
    if known is None:
        raise AccountRuleError(
            "You sign in at your directory: passphrase and codes are changed there.",
            remedy="Ask the administrator of the directory.",
        )


def _scopes() -> frozenset[Scope]:
    return frozenset(Scope(word) for word in request.form.getlist("scope"))
