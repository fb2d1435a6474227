"""What is slow is worked out once in a process: keys and hashes of a passphrase, signatures, paths of pages.

They are no cheaper than for users. What was made from the very same bytes before is not made again, so that
hundreds of tests in which the same people sign in do not wait hundreds of times for the same result. So that
a controller's key is sealed from the same bytes too, its salt is the same; the nonce beside it is new.

Fingerprints alone are cheaper: each is of new keys, and what they cost is for those who try millions of them.
Processes that tests start work them out in full (`tests/federation/test_found_a_region.py`).

Every node of a region checks the same signatures. Every application compiles the paths and the templates of
the same hundred pages. Every HTTP client reads which authorities its machine trusts, though tests speak
plain HTTP to it.
"""

import hashlib
import secrets
from collections.abc import Callable
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from flask import Flask
from httpx._transports import default as transports
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from audit.formats import ed25519
from gateway.accounts import passphrases
from gateway.keys import sealed
from gateway.wire import enrolment


class RememberingHasher(PasswordHasher):
    """Gives a passphrase one hash, and knows which passphrases it has tried on which hash."""

    def __init__(self, hasher: PasswordHasher) -> None:
        super().__init__(hasher.time_cost, hasher.memory_cost, hasher.parallelism)
        self.usual = hasher
        self._hashes: dict[str | bytes, str] = {}
        self._fits: dict[tuple[str | bytes, str | bytes], bool] = {}

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        if password not in self._hashes:
            self._hashes[password] = super().hash(password, salt=salt)
            self._fits[self._hashes[password], password] = True
        return self._hashes[password]

    def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002 - the name it has there
        if (hash, password) not in self._fits:
            try:
                self._fits[hash, password] = super().verify(hash, password)
            except VerifyMismatchError:
                self._fits[hash, password] = False
        if not self._fits[hash, password]:
            raise VerifyMismatchError
        return True


class CompiledTemplates(BytecodeCache):
    """Keeps what a template was compiled to; jinja2 asks for it with the template's name, path and text."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


def _one_salt(size: int) -> bytes:
    return bytes(size) if size == sealed._SALT else secrets.token_bytes(size)


def _remembering_paths(build: Callable[..., Any]) -> Callable[..., Any]:
    """How the path of a page is built: a function of its rule alone, until an application is given to it."""
    built: dict[tuple[object, ...], Any] = {}

    def remembering(rule: Rule, append_unknown: bool = True) -> Any:
        if rule.defaults or rule.subdomain or rule.host:
            return build(rule, append_unknown)
        key = tuple(rule._trace), append_unknown
        if key not in built:
            built[key] = build(rule, append_unknown)
        return built[key]

    return remembering


def remember() -> None:
    """From now on, in this process."""
    hashlib.scrypt = lru_cache(maxsize=None)(hashlib.scrypt)
    passphrases._hasher = RememberingHasher(passphrases._hasher)
    enrolment._SCRYPT["n"] = 2
    sealed.secrets = SimpleNamespace(token_bytes=_one_salt)
    ed25519.verify = lru_cache(maxsize=10_000)(ed25519.verify)  # a wrong one raises, and is not remembered
    Rule._compile_builder = _remembering_paths(Rule._compile_builder)
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": CompiledTemplates()}
    transports.create_ssl_context = lru_cache(maxsize=None)(transports.create_ssl_context)
