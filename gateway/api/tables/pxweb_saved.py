"""Saved queries of PxWeb API 2.0: the number of a query is the query, so that the hub keeps nothing.

Whoever has a number reads with it a table of their own, or none: a number opens nothing.
"""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, request
from marshmallow import EXCLUDE, fields, validate

from audit.errors import MalformedError
from gateway.api.access_control import principal
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals
from gateway.api.personal_addresses.address_secrets import way
from gateway.api.schemas import WORD, Text
from gateway.api.services import hub
from gateway.api.tables.pxweb import (
    AS_PXWEB,
    FORMAT,
    PxLanguageSchema,
    PxQuerySchema,
    as_json,
    expressions,
    observations_in,
    refuse_other_formats,
    table_of,
)
from gateway.export.pxweb.px_saved_query import SavedQuery, number_of, read_number
from gateway.export.pxweb.px_table import data, selection
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.reading import note_reading

blueprint = Blueprint(
    "saved queries", __name__, url_prefix="/api/pxweb/v2", description="Queries of PxWeb that are addresses"
)


class PxSavedQuerySchema(PxLanguageSchema):
    class Meta:
        unknown = EXCLUDE  # `id` and `links`, where a client sends back what it was given

    tableId = fields.String(required=True, validate=WORD)  # noqa: N815 - PxWeb's names
    selection = fields.Nested(PxQuerySchema, required=True)
    language = fields.String(load_default="", validate=Text(max=10))
    outputFormat = fields.String(  # noqa: N815
        load_default=FORMAT, validate=validate.OneOf(["", FORMAT], error=f"There is {FORMAT}.")
    )


@blueprint.route("/savedqueries", methods=["POST"])
@blueprint.arguments(PxSavedQuerySchema)
@blueprint.response(201, AS_PXWEB)
@refusals(blueprint, s404="no such table among one's own", s406="no such language")
def post_saved_query(body: dict[str, Any]) -> Response:
    """Give a query its number, once it is known to select something. Nothing is kept."""
    query = SavedQuery(
        body["tableId"],
        body["language"],
        tuple((name, tuple(codes)) for name, codes in (expressions(body["selection"]) or {}).items()),
    )
    number = number_of(query)
    selection(observations_in(table_of(query.table), query.language), _wanted(query))
    response = as_json(_described(query, number), HTTPStatus.CREATED)
    response.headers["Location"] = _address(number)
    return response


@blueprint.route("/savedqueries/<query_id>", methods=["GET"])
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such query, or no such table among one's own")
def get_saved_query(query_id: str) -> Response:
    """What a saved query selects, as it was written."""
    query = _read(query_id)
    table_of(query.table)
    return as_json(_described(query, query_id))


@blueprint.route("/savedqueries/<query_id>/selection", methods=["GET"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such query, or no such table among one's own", s406="no such language")
def get_saved_query_selection(query: dict[str, Any], query_id: str) -> Response:
    """The codes that a saved query selects in the newest release."""
    saved = _read(query_id)
    found = selection(observations_in(table_of(saved.table), query["lang"]), _wanted(saved))
    return as_json(_selection(found, query["lang"]))


@blueprint.route("/savedqueries/<query_id>/data", methods=["GET"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such query, or no such table among one's own", s406="no such language")
def get_saved_query_data(query: dict[str, Any], query_id: str) -> Response:
    """The data that a saved query selects in the newest release. Nobody is asked anew."""
    refuse_other_formats()
    saved = _read(query_id)
    table = table_of(saved.table)
    selected = data(observations_in(table, query["lang"] or saved.language), _wanted(saved))
    note_reading(hub(), principal(), table.release, way())
    return as_json(selected)


@blueprint.route("/tables/<table_id>/defaultselection", methods=["GET"])
@blueprint.arguments(PxLanguageSchema, location="query")
@blueprint.response(200, AS_PXWEB)
@refusals(blueprint, s404="no such table among one's own", s406="no such language")
def get_default_selection(query: dict[str, Any], table_id: str) -> Response:
    """The codes that data have without a query: all that are no totals."""
    found = selection(observations_in(table_of(table_id), query["lang"]), None)
    return as_json(_selection(found, query["lang"]))


def _read(number: str) -> SavedQuery:
    try:
        return read_number(number)
    except MalformedError:
        raise UnknownQuestionError(
            "There is no such saved query.", remedy="Copy its whole number, or save the query again."
        ) from None


def _wanted(query: SavedQuery) -> dict[str, tuple[str, ...]] | None:
    return dict(query.variables) or None


def _described(query: SavedQuery, number: str) -> dict[str, Any]:
    language = query.language or "en"
    address = _address(number)
    links = [("self", ""), ("data", "/data"), ("selection", "/selection")]
    return {
        "language": language,
        "id": number,
        "savedQuery": {
            "id": number,
            "tableId": query.table,
            "language": language,
            "selection": {"selection": _chosen(query.variables)},
            "outputFormat": FORMAT,
            "outputFormatParams": [],
        },
        "links": [{"rel": rel, "hreflang": language, "href": f"{address}{end}"} for rel, end in links],
    }


def _selection(codes: Mapping[str, tuple[str, ...]], language: str) -> dict[str, Any]:
    return {"language": language or "en", "selection": _chosen(codes.items()), "links": []}


def _chosen(variables: Iterable[tuple[str, tuple[str, ...]]]) -> list[dict[str, Any]]:
    return [{"variableCode": name, "valueCodes": [*codes]} for name, codes in variables]


def _address(number: str) -> str:
    return f"{request.script_root}/api/pxweb/v2/savedqueries/{number}"
