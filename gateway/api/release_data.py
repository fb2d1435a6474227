"""The data of a release for programs: an address for each format, which never changes what it holds.

Reading a release asks nobody anew. Everything here is the requester's own; what is not looks like nothing.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request
from marshmallow import RAISE, fields, validate
from werkzeug.exceptions import NotAcceptable

from audit.events.event_values import ReadThrough
from audit.formats.encoding import to_base64
from audit.reading.sidecar import ENDING
from gateway import __version__
from gateway.api.access_control import principal
from gateway.api.blueprint import Blueprint
from gateway.api.browsers import place
from gateway.api.describing.describe import refusals, sent_as
from gateway.api.label_languages import words_of
from gateway.api.made_data import made_data, observations_of
from gateway.api.personal_addresses.address_secrets import way
from gateway.api.release_schemas import MetadataSchema
from gateway.api.schemas import Strict
from gateway.api.services import hub
from gateway.export.csv_descriptions import csvw, data_package
from gateway.export.data_formats import FORMATS, MEDIA_TYPES, data
from gateway.export.export_formats import CONTENT_TYPES
from gateway.export.notes import Receipt
from gateway.export.observations import Observations, Selection
from gateway.export.release_metadata import metadata
from gateway.hub.errors import UnknownQuestionError
from gateway.hub.model import AskedQuestion, KeptRelease
from gateway.hub.ports import View
from gateway.hub.proofs import sidecar
from gateway.hub.reading import note_reading
from gateway.wire.release import RESULT

blueprint = Blueprint(
    "data",
    __name__,
    url_prefix="/api/v1/questions/<question_id>/releases",
    description="The data of releases, in formats of statistics",
)

NEVER_CHANGES = "private, max-age=31536000, immutable"
MAY_CHANGE = "private, no-cache"


class LabelsSchema(Strict):
    labels = fields.String(
        load_default="",
        validate=validate.Regexp(r"\A([a-z]{2,3})?\Z"),
        metadata={"description": "a language: labels beside the codes of CSV, and of JSON-stat"},
    )


class DataSchema(LabelsSchema):
    cells = fields.Enum(
        Selection,
        by_value=True,
        load_default=Selection.INNER,
        metadata={"description": "cells that are no totals, which can be added up; only totals; or all"},
    )


_AS_COPY = "as the copy that `If-None-Match` names"


@blueprint.route("/<int:number>/data", methods=["GET"], defaults={"ending": None})
@blueprint.route("/<int:number>/data.<ending>", methods=["GET"])
@blueprint.arguments(DataSchema, location="query", unknown=RAISE)
@sent_as(blueprint, "the data of a release", MEDIA_TYPES, s304=_AS_COPY)
@refusals(blueprint, s404="no such question or release, or somebody else's", s406="no such format")
def get_data(query: dict[str, Any], question_id: str, number: int, ending: str | None) -> Response:
    """A release as CSV, JSON-stat, SDMX-CSV or workbook, by the address's ending or by `Accept`.

    The bytes under a number never change while program and dictionary are the same.
    """
    return _data(question_id, number, ending, query)


@blueprint.route("/newest/data", methods=["GET"], defaults={"ending": None})
@blueprint.route("/newest/data.<ending>", methods=["GET"])
@blueprint.arguments(DataSchema, location="query", unknown=RAISE)
@sent_as(blueprint, "the data of the newest release", MEDIA_TYPES, s304=_AS_COPY)
@refusals(blueprint, s404="no such question, no release of it yet, or somebody else's", s406="no such format")
def get_newest_data(query: dict[str, Any], question_id: str, ending: str | None) -> Response:
    """The newest release in the same formats; `Content-Location` names its own address."""
    return _data(question_id, None, ending, query)


@blueprint.route("/newest/refreshing.xlsx", methods=["GET"])
@blueprint.arguments(LabelsSchema, location="query", unknown=RAISE)
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type=CONTENT_TYPES["xlsx"])
@refusals(blueprint, s404="no such question, or no personal address", s406="no such language")
def get_refreshing_workbook(query: dict[str, Any], question_id: str) -> Response:
    """A workbook that fetches the newest release anew, by the personal address that it is fetched with."""
    if way() is not ReadThrough.ADDRESS:
        raise UnknownQuestionError(
            "A workbook that refreshes holds a personal address, since Excel sends no token.",
            remedy="Make a personal address for the question on the page of your account.",
        )
    with hub().store.reading() as view:
        kept, asked_index = kept_release(view, question_id, None)
    language = query["labels"] or "en"
    at = f"{place().origin()}{releases_of(question_id)}/newest/data.csv?labels={language}"
    # Here, because a library for workbooks is in the way of whoever only starts.
    from gateway.export.refreshing_workbook import refreshing_workbook  # noqa: PLC0415

    observations = observations_of(kept.release, Selection.INNER, language)
    made = refreshing_workbook(observations, at, Receipt(hub().log.origin, asked_index, kept.index))
    note_reading(hub(), principal(), kept.release, way())
    response = Response(made, content_type=CONTENT_TYPES["xlsx"])
    name = f"safelane-{question_id}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"  # it holds a secret
    return response


@blueprint.route("/<int:number>/metadata", methods=["GET"])
@blueprint.response(200, MetadataSchema)
@refusals(blueprint, s404="no such question or release, or somebody else's")
def get_metadata(question_id: str, number: int) -> Response:
    """What stands beside the data: the question, levels, coverage, terms, statuses, the proof in the log."""
    with hub().store.reading() as view:
        kept, asked_index = kept_release(view, question_id, number)
        opening = view.opening(RESULT, kept.index)
        beside = {
            "log": hub().log.origin,
            "asked": asked_index,
            "released": kept.index,
            "entry": to_base64(hub().log.entry(view.log, kept.index)),
            "proof": str(hub().log.fullest_receipt(view.log, kept.index)),
            "opening": None if opening is None else {"label": opening.label, "salt": opening.salt.hex()},
        }
    described = metadata(kept.release, hub().dictionary)
    at = address_of(question_id, kept.release.number)
    addresses = {ending: f"{at}/data.{ending}" for ending in FORMATS}
    text = current_app.json.dumps({**described, "data": addresses, "receipt": beside})
    response = Response(text, content_type="application/json")
    response.headers["Cache-Control"] = MAY_CHANGE  # witnesses go on cosigning
    return response


@blueprint.route("/<int:number>/csvw", methods=["GET"])
@blueprint.response(200, {"type": "object"}, content_type="application/csvm+json")
@refusals(blueprint, s404="no such question or release, or somebody else's")
def get_csvw(question_id: str, number: int) -> Response:
    """The columns of the CSV as metadata of CSV on the Web (W3C)."""
    kept, _, address = _described_csv(question_id, number)
    made = csvw(Observations.of(kept.release, hub().dictionary), address)
    return _description(made, "application/csvm+json")


@blueprint.route("/<int:number>/datapackage.json", methods=["GET"])
@blueprint.response(200, {"type": "object"})
@refusals(blueprint, s404="no such question or release, or somebody else's")
def get_data_package(question_id: str, number: int) -> Response:
    """A Data Package whose one resource is the CSV: columns, codes with labels, terms, the log's entries."""
    kept, asked_index, address = _described_csv(question_id, number)
    receipt = Receipt(hub().log.origin, asked_index, kept.index)
    observations = Observations.of(kept.release, hub().dictionary)
    return _description(data_package(observations, address, receipt), "application/json")


@blueprint.route("/<int:number>/proof", methods=["GET"])
@blueprint.response(200, {"type": "string"}, content_type="text/plain")
@refusals(blueprint, s404="no such question or release, or somebody else's")
def get_proof(question_id: str, number: int) -> Response:
    """The proof that a release stands in the regional log, as a `.tlog-proof` (C2SP)."""
    with hub().store.reading() as view:
        kept, _ = kept_release(view, question_id, number)
        proof = str(hub().log.fullest_receipt(view.log, kept.index))
    response = Response(proof, content_type="text/plain; charset=utf-8")
    name = f"{question_id}-{number}.tlog-proof"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = MAY_CHANGE
    return response


@blueprint.route("/<int:number>/sidecar", methods=["GET"])
@sent_as(blueprint, "the sidecar", ["application/json"])
@refusals(blueprint, s404="no such question or release, or somebody else's")
def get_sidecar(question_id: str, number: int) -> Response:
    """What proves a saved table without the hub: the release, its salt, and proofs, members' own too.

    `python -m audit open` checks a table with it.
    """
    with hub().store.reading() as view:
        asked, kept = _own(view, question_id, number)
    response = Response(str(sidecar(hub(), asked, kept)), content_type="application/json")
    name = f"{question_id}-{number}{ENDING}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = MAY_CHANGE
    return response


def _data(question_id: str, number: int | None, ending: str | None, query: Mapping[str, Any]) -> Response:
    with hub().store.reading() as view:
        kept, asked_index = kept_release(view, question_id, number)
    form = _form(ending)
    language: str = query["labels"]
    words_of(language)  # an unknown language is refused, whatever is kept
    at = address_of(question_id, kept.release.number)
    parts = (
        question_id, str(kept.release.number), form, query["cells"].value, language,
        hub().dictionary.version, __version__,
    )  # fmt: skip
    response = Response(content_type=_content_type(form))
    response.set_etag(" ".join(parts).replace('"', ""))
    response.headers["Cache-Control"] = MAY_CHANGE if number is None else NEVER_CHANGES
    response.headers["Vary"] = "Accept, Authorization"
    response.headers["Content-Location"] = f"{at}/data.{form}"
    response.headers["Link"] = f'<{at}/metadata>; rel="describedby"; type="application/json"'
    if form == "csv" and query["cells"] is Selection.INNER and not language:
        response.headers.add("Link", f'<{at}/csvw>; rel="describedby"; type="application/csvm+json"')
    response.make_conditional(request)
    if response.status_code != HTTPStatus.NOT_MODIFIED:
        note_reading(hub(), principal(), kept.release, way())

        def make() -> bytes:
            observations = observations_of(kept.release, query["cells"], language)
            receipt = Receipt(hub().log.origin, asked_index, kept.index)
            return data(observations, form, labelled=bool(language), receipt=receipt)

        content = made_data().files.get(parts, make)
        response.set_data(content)
        # Readers of Parquet fetch the end of a file first, then the columns that they need.
        response.make_conditional(request, accept_ranges=True, complete_length=len(content))
    return response


def _described_csv(question_id: str, number: int) -> tuple[KeptRelease, int, str]:
    """A release, the log entry of its question, and the full address of its CSV for this requester."""
    with hub().store.reading() as view:
        kept, asked_index = kept_release(view, question_id, number)
    return kept, asked_index, f"{place().origin()}{address_of(question_id, number)}/data.csv"


def _description(made: Mapping[str, Any], content_type: str) -> Response:
    response = Response(current_app.json.dumps(made), content_type=content_type)
    response.headers["Cache-Control"] = NEVER_CHANGES
    return response


def kept_release(view: View, question_id: str, number: int | None) -> tuple[KeptRelease, int]:
    """One's own release by its number, or the newest for None; and the log entry of the question.

    Raises UnknownQuestionError.
    """
    asked, kept = _own(view, question_id, number)
    return kept, asked.asked_index


def _own(view: View, question_id: str, number: int | None) -> tuple[AskedQuestion, KeptRelease]:
    asked = view.question(question_id)
    if asked is None or asked.user != principal().user:
        raise UnknownQuestionError("There is no such question among yours.")
    releases = view.releases(asked.id)
    wanted = len(releases) if number is None else number
    if not 1 <= wanted <= len(releases):
        raise UnknownQuestionError("There is no such release of the question.")
    return asked, releases[wanted - 1]


def _form(ending: str | None) -> str:
    """The format that the address names, else the one that the requester prefers."""
    there = f"There are {', '.join(f'data.{one}' for one in FORMATS)}."
    if ending is not None:
        if ending not in FORMATS:
            raise NotAcceptable(f"The data cannot be had in this form. {there}")
        return ending
    if not request.accept_mimetypes:
        return next(iter(FORMATS))
    # By hand, since Werkzeug takes `text/csv;version=2` for another type than `text/csv`.
    for named, quality in request.accept_mimetypes:
        fitting = (form for kind, form in MEDIA_TYPES.items() if _accepts(named.partition(";")[0], kind))
        if quality > 0 and (form := next(fitting, None)):
            return form
    raise NotAcceptable(f"The data cannot be had in any form that Accept names. {there}")


def _accepts(named: str, media_type: str) -> bool:
    """Whether a media range such as `text/*` has a media type (RFC 9110, section 12.5.1)."""
    whole, _, part = named.strip().lower().partition("/")
    return (whole, part) == tuple(media_type.split("/")) or (
        part == "*" and whole in ("*", media_type.partition("/")[0])
    )


def _content_type(form: str) -> str:
    media_type = FORMATS[form].media_type
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def address_of(question_id: str, number: int) -> str:
    """The address of a release, below where the application stands for this requester."""
    return f"{releases_of(question_id)}/{number}"


def releases_of(question_id: str) -> str:
    """The address of the releases of a question, as `address_of`."""
    return f"{request.script_root}/api/v1/questions/{quote(question_id, safe='')}/releases"
