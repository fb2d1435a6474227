"""Assembles the hub's and the node's web applications."""

import json
from http import HTTPStatus
from threading import Lock
from typing import Any

from flask import Flask, Response, request
from flask_smorest import Api, Blueprint

from audit.formats.vkey import VerifierKey
from gateway import __version__
from gateway.accounts.context import Accounts
from gateway.api import (
    access_control,
    audit,
    catalogue,
    dhis2,
    federation,
    limits,
    problems,
    questions,
    release_data,
    storable,
)
from gateway.api.describing import deprecations
from gateway.api.describing.describe import completed
from gateway.api.log import log_blueprint
from gateway.api.made_data import MADE, MadeData
from gateway.api.personal_addresses import address_secrets, addresses
from gateway.api.services import AUDITED, KEY, NODE
from gateway.api.tables import pxweb, pxweb_saved, sdmx
from gateway.api.wrong_tokens import WrongTokens
from gateway.auditing.audited_log import AuditedLog
from gateway.hub.accounts import accounts_of as hub_accounts
from gateway.hub.context import Hub
from gateway.hub.proofs import audited as audited_hub
from gateway.member.answer.audit_access import audited as audited_node
from gateway.member.node.accounts import accounts_of as node_accounts
from gateway.member.node.context import Node

LIMITER = "safelane-limiter"

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes. A member's answer with the largest table has about half of that size."""

NOTHING = "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
"""The content security policy of every response other than a page."""

APPLICATIONS = ("federation.post_application",)
"""To join; each shows the secret of an invitation."""

LARGEST_QUESTION = 64 * 1024
"""Bytes. A question with every filter full of codes is smaller."""


class LimitedApi(Api):
    """flask-smorest without its own error pages: ours are problems (RFC 9457).

    Operations are described once somebody reads the description: all of them take a tenth of a second.
    """

    def __init__(self, app: Flask) -> None:
        super().__init__(app)
        self._undescribed: list[Blueprint] = []
        self._describing = Lock()
        self._text = ""

    def register_blueprint(self, blueprint: Blueprint) -> None:
        self._app.register_blueprint(blueprint)
        self._undescribed.append(blueprint)

    def _register_error_handlers(self) -> None:
        pass

    def _register_responses(self) -> None:
        """Later: a response for each status of HTTP takes as long as all the rest of an application."""

    def _openapi_json(self) -> Response:
        with self._describing:
            if self._undescribed:
                self._text = self._described()
        return Response(self._text, content_type="application/json")

    def _described(self) -> str:
        super()._register_responses()
        while self._undescribed:
            blueprint = self._undescribed.pop(0)
            blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
            self.spec.tag({"name": blueprint.name, "description": blueprint.description})
        return json.dumps(completed(self._app, self.spec.to_dict()), indent=2)


def create_hub_app(hub: Hub) -> Flask:
    app = _app("safelane-hub", hub_accounts(hub), audited_hub(hub))
    app.extensions[KEY] = hub
    app.extensions[MADE] = MadeData()
    api = _described(app, "Safelane regional hub")
    api.spec.components.security_scheme(
        "signature",
        {
            "type": "apiKey",
            "in": "header",
            "name": "Signature",
            "description": "RFC 9421 over method, path, query, type and digest of the body: Ed25519, a nonce",
        },
    )
    for blueprint in (
        questions.blueprint,
        release_data.blueprint,
        dhis2.blueprint,
        pxweb.blueprint,
        pxweb_saved.blueprint,
        sdmx.blueprint,
        addresses.blueprint,
        catalogue.blueprint,
        audit.blueprint,
        federation.blueprint,
    ):
        api.register_blueprint(blueprint)
    app.register_blueprint(log_blueprint(hub.log, hub.store, lambda: _witnesses(hub)))
    limits.limit_forms(app, app.extensions[LIMITER], APPLICATIONS)
    app.before_request(_small_questions)
    return app


def create_node_app(node: Node) -> Flask:
    """Return a node's application for its own state: the node's log, with names at hand or as files."""
    app = _app("safelane-node", node_accounts(node), audited_node(node))
    _described(app, "Safelane member node").register_blueprint(audit.blueprint)
    app.register_blueprint(log_blueprint(node.log, node.store))
    app.extensions[NODE] = node
    return app


def _described(app: Flask, title: str) -> LimitedApi:
    """Return an API with its description at /openapi.json."""
    app.config.update(
        API_TITLE=title,
        API_VERSION=__version__,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = LimitedApi(app)
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    return api


def _app(name: str, accounts: Accounts, audited: AuditedLog) -> Flask:
    app = Flask(name, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.json.sort_keys = False  # type: ignore[attr-defined]  # the default provider has it
    problems.install(app)
    app.after_request(_headers)
    app.extensions[LIMITER] = limits.install(app)
    storable.install(app)
    deprecations.install(app)
    address_secrets.install(app)
    access_control.install(app, accounts, WrongTokens(app.extensions[LIMITER]))
    app.extensions[AUDITED] = audited
    app.get("/healthz")(_health)
    return app


def _witnesses(hub: Hub) -> list[VerifierKey]:
    with hub.store.reading() as view:
        return [VerifierKey.parse(enrolment.witness_key) for enrolment in view.enrolments()]


def _small_questions() -> None:
    if request.path.startswith("/api/"):
        request.max_content_length = LARGEST_QUESTION


def _headers(response: Response) -> Response:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Content-Security-Policy", NOTHING)
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")
    if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
        # The limiter names the time until its count begins anew, whether or not anybody has to wait.
        response.headers.pop("Retry-After", None)
    return response


def _health() -> dict[str, Any]:
    return {"status": "ok", "version": __version__}
