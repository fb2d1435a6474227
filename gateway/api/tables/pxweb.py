"""PxWeb API 2.0, read-only: the tables are the requester's newest releases of ready-made and saved questions.

Reading asks nobody anew. A table that the requester has not asked for yet is none; somebody else's likewise.
"""

from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, request
from marshmallow import EXCLUDE, RAISE, fields, validate
from werkzeug.datastructures import MultiDict

from gateway import __version__
from gateway.api.access_control import principal
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals
from gateway.api.label_languages import languages, words_of
from gateway.api.made_data import observations_of
from gateway.api.personal_addresses.address_secrets import way
from gateway.api.schemas import WORD, Strict
from gateway.api.services import hub
from gateway.api.tables.pxweb_tables import Table, tables
from gateway.export.observations import Observations, Selection
from gateway.export.pxweb.px_selection import SelectionError, split
from gateway.export.pxweb.px_table import Query, data, metadata
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.reading import note_reading

blueprint = Blueprint(
    "pxweb", __name__, url_prefix="/api/pxweb/v2", description="Ready-made questions as tables of PxWeb"
)

VERSION = "2.0.0"
FORMAT = "json-stat2"
MOST_CELLS = 1_000_000
"""More than any release has: no client need cut a table into pieces."""
AS_PXWEB = {"type": "object", "description": "as the specification of PxWeb API 2.0 (PxAPI-2.yml) has it"}
_OTHER = ("lang", "outputFormat", "outputFormatParams", "heading", "stub")
"""Parameters of a query beside its variables; JSON-stat names its dimensions, whatever their placement."""


class PxLanguageSchema(Strict):
    class Meta:
        unknown = EXCLUDE  # clients of PxWeb send parameters of their own

    lang = fields.String(load_default="", metadata={"description": "the language of labels"})


class PxTablesSchema(PxLanguageSchema):
    query = fields.String(load_default="", validate=validate.Length(max=200))
    pastDays = fields.Integer(  # noqa: N815 - PxWeb's names
        load_default=None, allow_none=True, validate=validate.Range(min=1, max=36_500)
    )
    pageNumber = fields.Integer(load_default=1, validate=validate.Range(min=1, max=10_000))  # noqa: N815
    pageSize = fields.Integer(load_default=100, validate=validate.Range(min=1, max=10_000))  # noqa: N815


class PxVariableSchema(Strict):
    variableCode = fields.String(required=True, validate=WORD)  # noqa: N815 - PxWeb's names
    valueCodes = fields.List(  # noqa: N815
        fields.String(validate=WORD), load_default=list, validate=validate.Length(max=5000)
    )
    codelist = fields.String(
        load_default=None, allow_none=True, validate=validate.Equal("", error="There are no code lists.")
    )


class PxPlacementSchema(Strict):
    heading = fields.List(fields.String(validate=WORD), load_default=list)
    stub = fields.List(fields.String(validate=WORD), load_default=list)


class PxQuerySchema(Strict):
    selection = fields.List(fields.Nested(PxVariableSchema), required=True, validate=validate.Length(max=20))
    placement = fields.Nested(PxPlacementSchema, load_default=None, allow_none=True)


@blueprint.route("/config", methods=["GET"])
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint)
def get_config() -> Response:
    """What this PxWeb offers: languages, one format, and no limit that a release can reach."""
    config = {
        "apiVersion": VERSION,
        "appVersion": __version__,
        "languages": [{"id": code, "label": code} for code in ("en", *sorted(languages()))],
        "defaultLanguage": "en",
        "maxDataCells": MOST_CELLS,
        "maxCallsPerTimeWindow": 6000,
        "timeWindow": 60,
        "license": "The terms of each member's part stand in the notes of each table.",
        "sourceReferences": [],
        "defaultDataFormat": FORMAT,
        "dataFormats": [FORMAT],
        "features": [],
    }
    return as_json(config)


@blueprint.route("/tables", methods=["GET"])
@blueprint.arguments(PxTablesSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s406="no such language")
def get_tables(query: dict[str, Any]) -> Response:
    """The requester's tables: ready-made and saved questions of which there is a release."""
    wanted = query["query"].casefold()
    days = query["pastDays"]
    since = None if days is None else hub().clock.now() - timedelta(days=days)
    shown = [_shown(one, query["lang"]) for one in _tables().values() if since is None or one.moment >= since]
    found = [one for one in shown if wanted in f"{one['id']} {one['label']} {one['description']}".casefold()]
    size, number = query["pageSize"], query["pageNumber"]
    listed = {
        "language": query["lang"] or "en",
        "tables": found[(number - 1) * size : number * size],
        "page": {
            "pageNumber": number,
            "pageSize": size,
            "totalElements": len(found),
            "totalPages": max(1, -(-len(found) // size)),
            "links": [],
        },
        "links": [],
    }
    return as_json(listed)


@blueprint.route("/tables/<table_id>", methods=["GET"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such table among one's own", s406="no such language")
def get_table(query: dict[str, Any], table_id: str) -> Response:
    """One table: its title, when it was released, its variables."""
    return as_json({"language": query["lang"] or "en", **_shown(table_of(table_id), query["lang"])})


@blueprint.route("/tables/<table_id>/metadata", methods=["GET"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such table among one's own", s406="no such language")
def get_table_metadata(query: dict[str, Any], table_id: str) -> Response:
    """The variables of a table with all codes, and what each member gave under which terms, as notes."""
    return as_json(metadata(observations_in(table_of(table_id), query["lang"])))


@blueprint.route("/tables/<table_id>/data", methods=["GET"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such table among one's own", s406="no such language")
def get_table_data(query: dict[str, Any], table_id: str) -> Response:
    """What `valuecodes[VARIABLE]=CODE,CODE` selects; without any every cell that is no total."""
    table = table_of(table_id)
    selected = data(observations_in(table, query["lang"]), _from_address(request.args))
    note_reading(hub(), principal(), table.release, way())
    return as_json(selected)


@blueprint.route("/tables/<table_id>/data", methods=["POST"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.arguments(PxQuerySchema, unknown=RAISE)
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such table among one's own", s406="no such language")
def post_table_data(query: dict[str, Any], body: dict[str, Any], table_id: str) -> Response:
    """What a query in the body selects. Nothing is changed, and nobody is asked anew."""
    refuse_other_formats()
    table = table_of(table_id)
    selected = data(observations_in(table, query["lang"]), expressions(body))
    note_reading(hub(), principal(), table.release, way())
    return as_json(selected)


def expressions(selection: Mapping[str, Any]) -> Query | None:
    """The expressions of each variable in a selection as PxQuerySchema loads it; None where it names none."""
    wanted: dict[str, list[str]] = {}
    for variable in selection["selection"]:
        wanted.setdefault(variable["variableCode"], []).extend(variable["valueCodes"])
    return wanted or None


def refuse_other_formats() -> None:
    """Raise SelectionError where the address asks for a format that there is none of."""
    _from_address(request.args)


def _from_address(arguments: MultiDict[str, str]) -> Query | None:
    """The expressions of each variable in an address. Raises SelectionError for any other parameter."""
    wanted: dict[str, list[str]] = {}
    for name, value in arguments.items(multi=True):
        kind, _, variable = name.partition("[")
        if kind.lower() == "valuecodes" and variable.endswith("]"):
            wanted.setdefault(variable[:-1], []).extend(split(value))
        elif name == "outputFormat" and value not in ("", FORMAT):
            raise SelectionError(f"Data cannot be had as '{value}'.", remedy=f"There is {FORMAT}.")
        elif name not in _OTHER:
            raise SelectionError(
                f"There is no parameter '{name}'.", remedy=f"There are valuecodes[...], {', '.join(_OTHER)}."
            )
    return wanted or None


def _tables() -> Mapping[str, Table]:
    with hub().store.reading() as view:
        return tables(hub().dictionary, view, principal().user)


def table_of(table_id: str) -> Table:
    """The requester's table of this name. Raises UnknownQuestionError."""
    found = _tables().get(table_id)
    if found is None:
        raise UnknownQuestionError(
            "There is no such table among yours.",
            remedy="A ready-made or saved question is one once you asked it.",
        )
    return found


def observations_in(table: Table, language: str) -> Observations:
    """All cells of a table, with labels in a language. Raises NotAcceptable for one that there is none of."""
    return observations_of(table.release, Selection.ALL, language)


def _shown(table: Table, language: str) -> dict[str, Any]:
    shown = table.shown(hub().dictionary, words_of(language))
    address = f"{request.script_root}/api/pxweb/v2/tables/{table.id}"
    links = [("self", ""), ("metadata", "/metadata"), ("data", "/data")]
    named = [{"rel": rel, "hreflang": language or "en", "href": f"{address}{end}"} for rel, end in links]
    return {**shown, "links": named}


def as_json(body: dict[str, Any], status: int = HTTPStatus.OK) -> Response:
    """A response that only its reader may keep, and asks again before using it."""
    response = Response(current_app.json.dumps(body), status, content_type="application/json")
    response.headers["Cache-Control"] = "private, no-cache"
    return response
