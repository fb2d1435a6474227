"""Takes a large body at one address only, and keeps the body in the node's own directory while it arrives.

The body is a register with names: nothing is written elsewhere on the machine, and a requester who may not
load data is turned away before any of the body is read.
"""

import tempfile
from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from gateway.sources.files.uploads import LARGEST, MOST_FILES, too_large
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.common.errors import problem_text

TAKES = "web-controller-loads.take_upload"
BESIDE_THE_FILES = 1 << 20
"""Bytes of a form around its files."""
FIELDS = 20


class Receiving(Request):
    """A request whose files are kept in the node's directory, and deleted with the request."""

    def _get_file_stream(self, *_sizes: Any, **_more: Any) -> IO[bytes]:
        if self.endpoint != TAKES:
            return super()._get_file_stream(*_sizes, **_more)
        return tempfile.TemporaryFile("rb+", dir=desk_context().uploads.arriving())


def install(app: Flask) -> None:
    """Install before the forms: checking a form reads the whole body."""
    app.request_class = Receiving
    app.before_request(_receive)


def _receive() -> None:
    if request.endpoint != TAKES or request.method != "POST":
        return
    request.max_content_length = LARGEST + BESIDE_THE_FILES
    request.max_form_parts = MOST_FILES + FIELDS
    if (request.content_length or 0) > request.max_content_length:
        raise RequestEntityTooLarge(problem_text(too_large()))
