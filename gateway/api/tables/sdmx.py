"""SDMX REST 2.x, read-only: the dataflows are the requester's tables of ready-made questions.

Reading asks nobody anew. A table that the requester has not asked for yet is none; somebody else's likewise.
"""

from collections.abc import Mapping, Sequence

from flask import Response, request
from werkzeug.exceptions import NotAcceptable

from gateway.api.access_control import principal
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals, sent_as
from gateway.api.label_languages import languages
from gateway.api.made_data import observations_of
from gateway.api.personal_addresses.address_secrets import way
from gateway.api.services import hub
from gateway.api.tables.pxweb_tables import Table, tables
from gateway.export.observations import Observations, Selection
from gateway.export.sdmx.sdmx_artefacts import VERSION, Structure, flow, structure
from gateway.export.sdmx.sdmx_csv import to_sdmx_csv
from gateway.export.sdmx.sdmx_data_ml import to_sdmx_data_ml
from gateway.export.sdmx.sdmx_json import to_sdmx_json
from gateway.export.sdmx.sdmx_selection import selected
from gateway.export.sdmx.sdmx_structure_json import to_structure_json
from gateway.export.sdmx.sdmx_structure_ml import to_structure_ml
from gateway.export.sdmx.sdmx_terms import AGENCY
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.reading import note_reading
from gateway.picturing import ENGLISH

blueprint = Blueprint(
    "sdmx", __name__, url_prefix="/api/sdmx/v2", description="Ready-made questions as dataflows of SDMX"
)

STRUCTURE_JSON = "application/vnd.sdmx.structure+json;version=2.0.0"
STRUCTURE_ML = "application/vnd.sdmx.structure+xml;version=3.0.0"
DATA_CSV = "application/vnd.sdmx.data+csv;version=2.0.0"
DATA_JSON = "application/vnd.sdmx.data+json;version=2.0.0"
DATA_ML = "application/vnd.sdmx.data+xml;version=3.0.0"
PLAIN_XML = ("application/xml", "text/xml")
"""What clients name that read XML alone: they get what there is in XML."""
KINDS = {
    "codelist": "codelists",
    "conceptscheme": "conceptSchemes",
    "datastructure": "dataStructures",
    "dataflow": "dataflows",
    "dataconstraint": "dataConstraints",
}
"""Kinds of artefacts in addresses, and in messages."""
ANY = frozenset({"*", "all", "~", "+", "latest", "*+", ""})
CONTEXTS = frozenset({"*", "dataflow", "datastructure"})
VERSIONS = ANY | {VERSION, "1.0.0", "1.0+", "1.0.0+"}


@blueprint.route("/structure/<kind>", methods=["GET"], strict_slashes=False)
@blueprint.route("/structure/<kind>/<agency>", methods=["GET"], strict_slashes=False)
@blueprint.route("/structure/<kind>/<agency>/<artefact>", methods=["GET"], strict_slashes=False)
@blueprint.route("/structure/<kind>/<agency>/<artefact>/<version>", methods=["GET"], strict_slashes=False)
@sent_as(blueprint, "a structure message", [STRUCTURE_JSON, STRUCTURE_ML])
@refusals(blueprint, s404="no such artefact of one's own tables", s406="no such format")
def get_sdmx_structure(kind: str, agency: str = "*", artefact: str = "*", version: str = "*") -> Response:
    """Code lists, concepts, data structures, dataflows and constraints, with names in every language.

    With `references` other than `none`, everything that belongs to the artefacts comes along.
    """
    if kind not in KINDS and kind != "*":
        raise _nothing()
    whole = kind == "*" or request.args.get("references", "none") != "none"
    structures = _structures(kind, agency, artefact, version)
    return _structure_message(
        structures, frozenset(KINDS.values()) if whole else {KINDS[kind]}, kind, artefact
    )


@blueprint.route("/schema/<context>/<agency>/<artefact>/<version>", methods=["GET"], strict_slashes=False)
@sent_as(blueprint, "a structure message", [STRUCTURE_JSON, STRUCTURE_ML])
@refusals(blueprint, s404="no such table among one's own", s406="no such format")
def get_sdmx_schema(context: str, agency: str, artefact: str, version: str) -> Response:
    """What is needed to read the data of a dataflow: its structure, code lists, concepts and constraint."""
    _check(context)
    structures = _structures("dataflow", agency, artefact, version)
    return _structure_message(structures, frozenset(KINDS.values()) - {"dataflows"}, "dataflow", artefact)


@blueprint.route(
    "/availability/<context>/<agency>/<artefact>/<version>", methods=["GET"], strict_slashes=False
)
@blueprint.route(
    "/availability/<context>/<agency>/<artefact>/<version>/<key>", methods=["GET"], strict_slashes=False
)
@sent_as(blueprint, "a structure message", [STRUCTURE_JSON, STRUCTURE_ML])
@refusals(blueprint, s404="no such table among one's own", s406="no such format")
def get_sdmx_availability(context: str, agency: str, artefact: str, version: str, key: str = "*") -> Response:
    """The codes for which a query would find observations, as a constraint."""
    _check(context)
    table = _table(agency, artefact, version)
    part = selected(_observations(table), key, _filters())
    return _structure_message([_structure(table, part)], {"dataConstraints"}, "dataflow", artefact)


@blueprint.route("/data/<context>/<agency>/<artefact>/<version>", methods=["GET"], strict_slashes=False)
@blueprint.route("/data/<context>/<agency>/<artefact>/<version>/<key>", methods=["GET"], strict_slashes=False)
@sent_as(blueprint, "the observations", [DATA_CSV, DATA_JSON, DATA_ML])
@refusals(blueprint, s404="no such table, or nothing that the query selects", s406="no such format")
def get_sdmx_data(context: str, agency: str, artefact: str, version: str, key: str = "*") -> Response:
    """The observations that a key and filters `c[DIMENSION]` select; without any, all that are no totals."""
    _check(context)
    table = _table(agency, artefact, version)
    part = selected(_observations(table), key, _filters())
    chosen = _preferred((DATA_CSV, DATA_JSON, DATA_ML))
    if chosen != DATA_CSV and not part.axes:
        raise NotAcceptable(f"A single number is to be had as {DATA_CSV} only.")
    written = {DATA_CSV: to_sdmx_csv, DATA_JSON: to_sdmx_json, DATA_ML: to_sdmx_data_ml}[chosen]
    note_reading(hub(), principal(), table.release, way())
    return _sent(written(part, flow(table.id)), chosen)


def _check(context: str) -> None:
    """Raise UnknownQuestionError for a context in which there are no data: a table is one dataflow."""
    if context not in CONTEXTS:
        raise _nothing()


def _structures(kind: str, agency: str, artefact: str, version: str) -> list[Structure]:
    """The structures of the tables to which an artefact belongs."""
    if agency not in ANY | {AGENCY} or version not in VERSIONS:
        raise _nothing()
    found = [_structure(table, _observations(table)) for table in _tables().values()]
    if artefact not in ANY and kind in ("dataflow", "datastructure", "dataconstraint"):
        found = [one for one in found if artefact in (one.id, f"CR_{one.id}")]
    if not found and artefact not in ANY:
        raise _nothing()
    return found


def _structure_message(
    structures: Sequence[Structure], kinds: frozenset[str] | set[str], kind: str, artefact: str
) -> Response:
    if kind == "codelist" and artefact not in ANY:
        structures = [_with_list(one, artefact) for one in structures]
        if not any(one.code_lists for one in structures):
            raise _nothing()
    chosen = _preferred((STRUCTURE_JSON, STRUCTURE_ML))
    written = to_structure_json if chosen == STRUCTURE_JSON else to_structure_ml
    prepared = hub().clock.now().replace(microsecond=0).isoformat()
    return _sent(written(structures, kinds, prepared), chosen)


def _with_list(one: Structure, artefact: str) -> Structure:
    lists = tuple(each for each in one.code_lists if each.id == artefact)
    return Structure(one.id, one.names, one.dimensions, one.measure, one.attributes, lists, one.found)


def _tables() -> Mapping[str, Table]:
    with hub().store.reading() as view:
        return tables(hub().dictionary, view, principal().user)


def _table(agency: str, artefact: str, version: str) -> Table:
    named = {flow(name): table for name, table in _tables().items()}
    if agency not in ANY | {AGENCY} or version not in VERSIONS or artefact not in named:
        raise _nothing()
    return named[artefact]


def _observations(table: Table) -> Observations:
    return observations_of(table.release, Selection.ALL, "")


def _structure(table: Table, observations: Observations) -> Structure:
    return structure(table.id, observations, {"en": ENGLISH, **languages()})


def _filters() -> dict[str, str]:
    """The filters of the address; two of one dimension must both hold."""
    found: dict[str, str] = {}
    for name, value in request.args.items(multi=True):
        if name.startswith("c[") and name.endswith("]"):
            dimension = name[2:-1]
            found[dimension] = (
                f"{found[dimension]}+{value}" if dimension in found else value.replace(" ", "+")
            )
    return found


def _preferred(offered: Sequence[str]) -> str:
    """The first format of those offered that the requester accepts, by its media type."""
    if not request.accept_mimetypes:
        return offered[0]
    for named, quality in request.accept_mimetypes:
        kind, _, version = named.replace(" ", "").lower().partition(";")
        for one in offered:
            media_type, _, ours = one.partition(";")
            fitting = kind in (media_type, "*/*", "application/*") and version in ("", ours)
            if quality > 0 and (fitting or (kind in PLAIN_XML and media_type.endswith("+xml"))):
                return one
    raise NotAcceptable(f"There are {', '.join(offered)}.")


def _sent(text: str, content_type: str) -> Response:
    response = Response(text, content_type=content_type)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Accept, Authorization"
    return response


def _nothing() -> UnknownQuestionError:
    return UnknownQuestionError(
        "There is no such artefact among your tables.",
        remedy="A ready-made question is a dataflow once you asked it: /structure/dataflow lists yours.",
    )
