"""An OpenID provider, such as a ministry's own directory: redirects a browser and identifies a person.

OpenID Connect Core 1.0 with the authorisation code flow and PKCE (RFC 7636, S256), as RFC 9700 recommends.
The provider's endpoints are read from its discovery document, whose issuer must be the configured issuer. An
ID token is valid only if a key of the provider has signed the token with an asymmetric algorithm, for this
client, for this very sign-in (nonce), and now.
"""

import hmac
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from gateway.accounts.errors import IdentityRefusedError
from gateway.accounts.model import Identity
from gateway.errors import SafelaneError
from gateway.http.provider_calls import ProviderCalls
from gateway.wire.strict_values import storable

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]
"""Signed with a key that only the provider has: never `none`, never a shared secret."""
LEEWAY_SECONDS = 60
"""How far the provider's clock may be wrong."""
LONGEST_ID_TOKEN = 20_000
LONGEST_SUBJECT = 255
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class Clock(Protocol):
    def now(self) -> datetime: ...


class DirectoryError(SafelaneError):
    """Invalid settings of a directory."""

    exit_code = 8


@dataclass(frozen=True)
class Client:
    """Our registration at a provider. `acr` is the required assurance of a sign-in, if any."""

    issuer: str
    id: str
    secret: str
    name: str
    acr: str = ""


@dataclass(frozen=True)
class _Endpoints:
    authorisation: str
    token: str
    keys: str


class OidcDirectory:
    """`gateway.accounts.ports.Directory` over OpenID Connect. Raises DirectoryError for a plain issuer."""

    def __init__(self, client: Client, clock: Clock) -> None:
        _require_tls(client.issuer, "its issuer")
        self._client = client
        self._clock = clock
        self._calls = ProviderCalls()
        self._endpoints: _Endpoints | None = None

    @property
    def name(self) -> str:
        return self._client.name

    def address(self, state: str, nonce: str, verifier: str, redirect: str) -> str:
        """Return the address to send the browser to.

        Raises IdentityRefusedError for an unreachable provider.
        """
        query = {
            "response_type": "code",
            "client_id": self._client.id,
            "redirect_uri": redirect,
            "scope": "openid",
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        if self._client.acr:
            query["acr_values"] = self._client.acr
        address = self._discovered().authorisation
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"

    def identity(self, query: dict[str, str], nonce: str, verifier: str, redirect: str) -> Identity:
        """Return the person's identity from the query of the redirect. Raises IdentityRefusedError."""
        if "error" in query or "code" not in query:
            raise IdentityRefusedError("refused-there")
        if query.get("iss", self._client.issuer) != self._client.issuer:
            raise IdentityRefusedError("issuer")  # RFC 9207: the answer of another provider
        id_token = self._exchange(query["code"], verifier, redirect)
        claims = self._claims(id_token, nonce)
        return Identity(self._client.issuer, claims["sub"])

    def _discovered(self) -> _Endpoints:
        # Without a lock: several threads may ask at once, and none waits for the others.
        if self._endpoints is None:
            self._endpoints = self._discover()
        return self._endpoints

    def _discover(self) -> _Endpoints:
        said = self._calls.get(self._client.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if said.get("issuer") != self._client.issuer:
            raise IdentityRefusedError("issuer")
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        if not all(isinstance(said.get(name), str) for name in names):
            raise IdentityRefusedError("discovery")
        endpoints = _Endpoints(*(said[name] for name in names))
        for url in (endpoints.authorisation, endpoints.token, endpoints.keys):
            _require_tls(url, "an address of it")
        return endpoints

    def _exchange(self, code: str, verifier: str, redirect: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": verifier,
            "client_id": self._client.id,
        }
        # A client with a secret shows it in the header (client_secret_basic); a public one has only PKCE.
        us = self._client
        known = httpx.BasicAuth(us.id, us.secret) if us.secret else None
        id_token = self._calls.post(self._discovered().token, form, known).get("id_token")
        if not isinstance(id_token, str) or len(id_token) > LONGEST_ID_TOKEN:
            raise IdentityRefusedError("exchange")
        return id_token

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Validate an ID token (OpenID Connect Core 1.0, section 3.1.3.7)."""
        try:
            keys = KeySet.import_key_set(self._calls.get(self._discovered().keys))  # type: ignore[arg-type]
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS).claims
        except (JoseError, ValueError, KeyError, TypeError, RecursionError):
            raise IdentityRefusedError("signature") from None
        now = self._clock.now().timestamp()
        audience = claims.get("aud")
        audiences = [audience] if isinstance(audience, str) else audience
        checks = {
            "issuer": claims.get("iss") == self._client.issuer,
            "audience": audiences == [self._client.id],
            "authorised-party": claims.get("azp", self._client.id) == self._client.id,
            "nonce": _equal(claims.get("nonce"), nonce),
            "expired": _number(claims.get("exp")) > now - LEEWAY_SECONDS,
            "issued": 0 < _number(claims.get("iat")) < now + LEEWAY_SECONDS,
            "assurance": not self._client.acr or claims.get("acr") == self._client.acr,
            "subject": _is_a_name(claims.get("sub")),
        }
        for reason, holds in checks.items():
            if not holds:
                raise IdentityRefusedError(reason)
        return dict(claims)


def _require_tls(url: str, what: str) -> None:
    with suppress(ValueError):  # such as a bracket without its other half
        parts = urlsplit(url)
        if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
            return
    raise DirectoryError(
        f"The directory cannot be trusted: {what} is no https:// address.",
        remedy="Set 'oidc_issuer' in safelane.yaml to the https:// address that the provider names.",
    )


def _equal(left: Any, right: str) -> bool:
    return isinstance(left, str) and hmac.compare_digest(left.encode(errors="replace"), right.encode())


def _is_a_name(value: Any) -> bool:
    """Return whether a database can look the value up."""
    try:
        return isinstance(value, str) and 0 < len(storable(value)) <= LONGEST_SUBJECT
    except ValueError:
        return False


def _number(value: Any) -> float:
    """Return a time in seconds; 0.0, which is long ago, for anything else."""
    try:
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
    except OverflowError:  # JSON has integers of any length
        return 0.0
