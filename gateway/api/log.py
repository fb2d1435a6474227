"""A log as C2SP tlog-tiles: plain files under /log/, public and cacheable."""

import gzip
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from flask import Blueprint, Response, request

from audit.formats.vkey import VerifierKey
from audit.log.log import Log, Storage
from audit.log.serve import serve

WITNESSES = "witnesses"
BUNDLES = "tile/entries/"


class _View(Protocol):
    @property
    def log(self) -> Storage: ...


class _Store(Protocol):
    def reading(self) -> AbstractContextManager[_View]: ...


def log_blueprint(
    log: Log, store: _Store, witnesses: Callable[[], Sequence[VerifierKey]] = tuple
) -> Blueprint:
    """Serve a log. `witnesses` returns the current keys of the log's witnesses."""
    blueprint = Blueprint("log", __name__, url_prefix="/log")

    @blueprint.get("/<path:path>")
    def get(path: str) -> Response:
        with store.reading() as view:
            found = serve(log, view.log, path, witnesses() if path == WITNESSES else ())
        if found is None:
            return Response("There is no such file in this log.\n", 404, content_type="text/plain")
        response = Response(found.body, content_type=found.content_type)
        response.headers["Cache-Control"] = found.cache_control
        return _packed(response) if path.startswith(BUNDLES) else response

    return blueprint


def _packed(response: Response) -> Response:
    """Gzipped for who asks for it. Nothing in a bundle is secret: its packed length may tell what it says."""
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzip.compress(response.get_data(), mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response
