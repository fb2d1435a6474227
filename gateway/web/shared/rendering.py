"""Refusals as pages, and the headers of all pages.

Errors have become problems before (`gateway.api.problems`): here problems are only rendered, so that a page
discloses no more than the API does.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, g, redirect, request

from gateway.accounts.errors import NotAuthenticatedError, NotFreshError, StaleFormError
from gateway.api.browsers import place
from gateway.api.problems import known
from gateway.web.shared import kept_input
from gateway.web.shared.base import page
from gateway.web.shared.forms import ChangedMeanwhileError, is_page
from gateway.web.shared.sign_in_pages import sign_in_page

PROBLEM = "application/problem+json"
NOT_FOR_PEOPLE = ("/api/", "/federation/", "/log/")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; font-src 'self'; "
    "img-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""Scripts and style are files of ours, none stand in a page; nothing comes from elsewhere."""

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # With no-referrer browsers would send "Origin: null" with our own forms.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}
A_YEAR = "max-age=31536000; includeSubDomains"


def install(app: Flask) -> None:
    app.before_request(_only_under_our_name)
    app.register_error_handler(NotAuthenticatedError, _sign_in_first)
    app.register_error_handler(NotFreshError, _sign_in_again)
    app.register_error_handler(StaleFormError, _out_of_date)
    app.register_error_handler(ChangedMeanwhileError, kept_input.changed)
    # The last one runs first: a problem is drawn before it gets the headers of a page.
    app.after_request(_headers)
    app.after_request(_as_page)


def sign_in_address(target: str, **more: str) -> str:
    return "/sign-in?" + urlencode({"next": target, **more})


def _only_under_our_name() -> Response | None:
    """A page under another name is a trick (DNS rebinding) or a sign of a misconfigured proxy."""
    if not is_page() or place().serves(request.host):
        return None
    words = "No pages are served under this address. The operator sets it as 'public_url' in safelane.yaml.\n"
    return Response(words, 421, content_type="text/plain")


def _sign_in_first(error: NotAuthenticatedError) -> Any:
    if not is_page():
        return known(error)
    if request.headers.get("HX-Request") == "true":
        expired = page("_expired.html", 401)
        # At the top of the page: the part that a script asked for may hold a half-filled form.
        expired.headers.update({"HX-Retarget": "#main", "HX-Reswap": "afterbegin"})
        return expired
    return _sign_in_keeping() or redirect(sign_in_address(_here()), 303)


def _sign_in_again(error: NotFreshError) -> Any:
    if not is_page():
        return known(error)
    return _sign_in_keeping(again=True) or redirect(sign_in_address(_here(), again="1"), 303)


def _sign_in_keeping(*, again: bool = False) -> Response | None:
    """The sign-in page with the person's input, sealed; None without any input."""
    if request.method != "POST" or kept_input.unread():
        return None
    form = kept_input.typed_form() or kept_input.unseal(request.form.get(kept_input.KEPT, ""))
    if form is None:
        return None
    g.pop("present", None)  # the next form comes from a person who is not signed in yet
    return sign_in_page("/", again=again, kept=kept_input.seal(form), status=401)


def _out_of_date(error: StaleFormError) -> Any:
    """A person who is still signed in gets the input back, in a new form."""
    form, who = kept_input.typed_form() if is_page() else None, g.get("present")
    found = None if form is None or who is None else kept_input.give_back(form, who, 403)
    return known(error) if found is None else found


def _here() -> str:
    """Where to continue after signing in: the exact address, so that a link keeps its meaning."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/account"


def _as_page(response: Response) -> Response:
    if response.mimetype != PROBLEM or not _for_people():
        return response
    problem: dict[str, Any] = response.get_json()
    drawn = page("problem.html", response.status_code, problem=problem)
    for name, value in response.headers.items():
        if name not in {"Content-Type", "Content-Length", "WWW-Authenticate"}:
            drawn.headers.setdefault(name, value)
    return drawn


def _for_people() -> bool:
    if is_page():
        return True
    accepted = request.accept_mimetypes.best_match([PROBLEM, "text/html"])
    return accepted == "text/html" and not request.path.startswith(NOT_FOR_PEOPLE)


def _headers(response: Response) -> Response:
    if is_page() or response.mimetype == "text/html":
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    if place().secure:
        response.headers.setdefault("Strict-Transport-Security", A_YEAR)
    return response
