"""Refusals as pages, and the headers of all pages.

Errors have become problems by then (`gateway.api.problems`): here they are only drawn, so that a page tells
no more than the API does.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Flask, Response, redirect, request

from gateway.accounts.errors import NotAuthenticatedError, NotFreshError
from gateway.api.browsers import place
from gateway.api.problems import known
from gateway.web.base import page
from gateway.web.forms import is_page

PROBLEM = "application/problem+json"
NOT_FOR_PEOPLE = ("/api/", "/federation/", "/log/")

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
"""No script at all, nothing from elsewhere."""

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
    # The last one runs first: a problem is drawn before it gets the headers of a page.
    app.after_request(_headers)
    app.after_request(_as_page)


def sign_in_address(target: str, **more: str) -> str:
    return "/sign-in?" + urlencode({"next": target, **more})


def _only_under_our_name() -> Response | None:
    """A page under another name is a trick (DNS rebinding) or a proxy that is set up wrongly."""
    if not is_page() or place().serves(request.host):
        return None
    words = "No pages are served under this address. The operator sets it as 'public_url' in safelane.yaml.\n"
    return Response(words, 421, content_type="text/plain")


def _sign_in_first(error: NotAuthenticatedError) -> Any:
    if is_page():
        return redirect(sign_in_address(_here()), 303)
    return known(error)


def _sign_in_again(error: NotFreshError) -> Any:
    if is_page():
        return redirect(sign_in_address(_here(), again="1"), 303)
    return known(error)


def _here() -> str:
    return request.path if request.method == "GET" else "/account"


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
