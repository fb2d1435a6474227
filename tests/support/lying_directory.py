"""An OpenID provider that a test can make lie: real HTTP, real signatures, claims as a test wants them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Any

from authlib.common.encoding import urlsafe_b64encode
from flask import Flask, json, request
from joserfc import jwk, jws, jwt
from simulation import HandClock

from gateway.bootstrap.serving.waitress_server import WebServer

CLIENT = "safelane-hub"
SUBJECT = "ministry-person-17"


def new_key() -> jwk.RSAKey:
    return jwk.RSAKey.generate_key(2048, {"kid": "one"}, private=True)


own_key = cache(new_key)
"""Of every directory in a run: to make a key takes longer than most of the tests."""


@dataclass
class LyingDirectory:
    """`claims` are put over the honest ones; None takes one away."""

    clock: HandClock
    url: str = ""
    key: jwk.RSAKey = field(default_factory=own_key)
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Any = None
    discovery: dict[str, Any] = field(default_factory=dict)
    nonce: str = ""
    challenge: str = ""
    verified: list[bool] = field(default_factory=list)

    def id_token(self) -> str:
        now = int(self.clock.now().timestamp())
        honest = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": SUBJECT,
            "nonce": self.nonce,
            "iat": now,
            "exp": now + 300,
        }
        claims = {k: v for k, v in {**honest, **self.claims}.items() if v is not None}
        if self.sign is not None:
            return str(self.sign(claims))
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def signed_by(self, key: jwk.RSAKey, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)

    def signed_with_the_public_key(self, claims: dict[str, Any]) -> str:
        """The classic: the public key taken for the secret of HS256."""
        secret = jwk.OctKey.import_key(self.key.as_pem(private=False))
        return jwt.encode({"alg": "HS256", "kid": "one"}, claims, secret)

    def unsigned(self, claims: dict[str, Any]) -> str:
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        none = urlsafe_b64encode(b'{"alg":"none"}').decode()
        return ".".join((none, token.split(".")[1], ""))

    def changed(self, claims: dict[str, Any]) -> str:
        """Signed, then somebody else's subject put in."""
        head, _, tail = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key).split(".")
        body = json.dumps({**claims, "sub": "somebody-else"})
        other = jws.serialize_compact({"alg": "RS256"}, body, self.key)
        return ".".join((head, other.split(".")[1], tail))


@contextmanager
def lying_directory(clock: HandClock) -> Iterator[LyingDirectory]:
    app = Flask("lying-directory")
    directory = LyingDirectory(clock)

    @app.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        return {
            "issuer": directory.url,
            "authorization_endpoint": f"{directory.url}/authorize",
            "token_endpoint": f"{directory.url}/token",
            "jwks_uri": f"{directory.url}/keys",
            **directory.discovery,
        }

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [directory.key.as_dict(private=False)]}

    @app.post("/token")
    def token() -> Any:
        digest = sha256(request.form["code_verifier"].encode()).digest()
        directory.verified.append(urlsafe_b64encode(digest).decode().rstrip("=") == directory.challenge)
        return {"access_token": "x", "token_type": "Bearer", "id_token": directory.id_token()}

    server = WebServer(app, "127.0.0.1:0")
    server.start()
    directory.url = server.url
    try:
        yield directory
    finally:
        server.close()
