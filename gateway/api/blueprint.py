"""Operations of the API, whose bodies are JSON that is bounded in depth and in its numbers."""

from http import HTTPStatus
from typing import Any

import flask_smorest
from flask import Request
from webargs.core import is_json, missing
from webargs.flaskparser import FlaskParser, abort

from gateway.wire.strict_json import strict_json


class StrictParser(FlaskParser):
    """Reads arguments as flask-smorest's own parser does, and the body as strict JSON."""

    DEFAULT_VALIDATION_STATUS = HTTPStatus.UNPROCESSABLE_ENTITY.value

    def load_json(self, req: Request, schema: Any) -> Any:  # noqa: ARG002 - the parser's interface
        """Return the body, or `missing` for no JSON at all. Ends the request with 400 for a malformed one."""
        body = req.get_data(cache=True)
        if not body or not is_json(req.mimetype):
            return missing
        try:
            return strict_json(body)
        except ValueError as error:
            abort(HTTPStatus.BAD_REQUEST.value, exc=error, messages={"json": ["Invalid JSON body."]})


class Blueprint(flask_smorest.Blueprint):
    """A part of the API."""

    ARGUMENTS_PARSER = StrictParser()
