"""Pages travel compressed: many offices are on slow lines.

The length of a compressed page can betray its content to an attacker who mixes in chosen words (BREACH). Form
tokens change every second, and a file name of random length in the gzip header hides the length besides (as
proposed in "Heal the Breach", IEEE Transactions on Dependable and Secure Computing, 2022).
"""

import gzip
import io
import secrets

from flask import Flask, Response, request

SMALLEST = 600
"""Bytes; below this size, compression gains nothing."""
KINDS = frozenset(
    {"text/html", "text/css", "text/javascript", "application/json", "image/svg+xml", "text/plain"}
)
LONGEST_NAME = 100
LEVEL = 6


def install(app: Flask) -> None:
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if not _wanted(response):
        return response
    response.direct_passthrough = False
    data = response.get_data()
    if len(data) < SMALLEST:
        return response
    response.set_data(compressed(data))
    response.headers["Content-Encoding"] = "gzip"
    response.headers.add("Vary", "Accept-Encoding")
    if response.get_etag()[0] is not None:
        response.set_etag(str(response.get_etag()[0]), weak=True)
    return response


def _wanted(response: Response) -> bool:
    ours = (request.blueprint or "").startswith(("web", "twin-"))
    return (
        ours
        and response.status_code not in {204, 304}
        and response.mimetype in KINDS
        and "Content-Encoding" not in response.headers
        and request.accept_encodings["gzip"] > 0
        and request.method != "HEAD"
    )


def compressed(data: bytes) -> bytes:
    """gzip (RFC 1952) with a name of random length in its header."""
    out = io.BytesIO()
    name = "s" * secrets.randbelow(LONGEST_NAME)
    with gzip.GzipFile(filename=name, mode="wb", compresslevel=LEVEL, fileobj=out, mtime=0) as file:
        file.write(data)
    return out.getvalue()
