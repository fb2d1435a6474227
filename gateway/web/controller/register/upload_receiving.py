"""Takes a large body at one address only, and keeps it in the node's own directory while it arrives.

What arrives is a register with names in it: it is written nowhere else on the machine, and whoever may not
load anything is turned away before any of it is looked at.
"""

import tempfile
from typing import IO, Any

from flask import Flask, Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from gateway.sources.files.uploads import LARGEST, MOST_FILES, too_large
from gateway.web.controller.common.context import bench
from gateway.web.controller.common.errors import told

TAKES = "web-controller-loads.take_upload"
BESIDE_THE_FILES = 1 << 20
"""Bytes of a form around its files."""
FIELDS = 20


class Receiving(Request):
    """A request whose files are kept in the node's directory; they go with it."""

    def _get_file_stream(self, *_sizes: Any, **_more: Any) -> IO[bytes]:
        if self.endpoint != TAKES:
            return super()._get_file_stream(*_sizes, **_more)
        return tempfile.TemporaryFile("rb+", dir=bench().uploads.arriving())


def install(app: Flask) -> None:
    """Before the forms are: these read the whole body."""
    app.request_class = Receiving
    app.before_request(_receive)


def _receive() -> None:
    if request.endpoint != TAKES or request.method != "POST":
        return
    request.max_content_length = LARGEST + BESIDE_THE_FILES
    request.max_form_parts = MOST_FILES + FIELDS
    if (request.content_length or 0) > request.max_content_length:
        raise RequestEntityTooLarge(told(too_large()))
