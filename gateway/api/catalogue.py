"""The catalogue of words for questions, and the members."""

from typing import Any

from flask import Response, current_app, request
from marshmallow import Schema, fields

from gateway.api.blueprint import Blueprint
from gateway.api.browsers import place
from gateway.api.describing.describe import refusals
from gateway.api.label_languages import languages
from gateway.api.release_schemas import MOMENT
from gateway.api.services import hub
from gateway.export.code_lists import describe, listed, to_code_list
from gateway.export.dcat import catalogue
from gateway.hub.absence import offline_since
from gateway.hub.errors import UnknownQuestionError
from gateway.picturing import ENGLISH
from gateway.question import COUNTRY

blueprint = Blueprint("catalogue", __name__, url_prefix="/api/v1", description="Words and members")

DESCRIPTION = "-metadata.json"
"""What the address of the description of a CSV has behind that of the CSV, as CSV on the Web looks for it."""


class WordSchema(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)


class LevelSchema(WordSchema):
    dimension = fields.String(required=True)
    codes = fields.Dict(keys=fields.String(), values=fields.String())


class CatalogueSchema(Schema):
    dictionary = fields.String(required=True)
    measures = fields.List(fields.Nested(WordSchema), required=True)
    purposes = fields.List(fields.Nested(WordSchema), required=True)
    levels = fields.List(fields.Nested(LevelSchema), required=True)


class CodeListSchema(Schema):
    level = fields.String(required=True, metadata={"example": "province"})
    csv = fields.String(required=True, metadata={"description": "the address of the codes and labels"})
    metadata = fields.String(
        required=True, metadata={"description": "the address of what describes it, as CSV on the Web"}
    )


class MemberSchema(Schema):
    member = fields.String(required=True)
    name = fields.String(required=True)
    last_seen = fields.String(allow_none=True, required=True, metadata=MOMENT)
    offline_since = fields.String(
        allow_none=True,
        required=True,
        metadata={
            **MOMENT,
            "description": "since when it has not called; null while it does, or before it ever did: then "
            "`last_seen` is null too",
        },
    )


@blueprint.route("/catalogue", methods=["GET"])
@blueprint.response(200, CatalogueSchema)
@refusals(blueprint)
def get_catalogue() -> dict[str, Any]:
    """Every word for questions. Calendar levels have endless codes and list none."""
    d = hub().dictionary
    levels = [{"name": COUNTRY, "label": "country", "dimension": COUNTRY, "codes": _names(d.members)}]
    levels += [
        {"name": level.name, "label": level.label, "dimension": level.dimension, "codes": d.codes(level.name)}
        for level in d.levels.values()
    ]
    return {
        "dictionary": d.version,
        "measures": [{"name": m.name, "label": m.label} for m in d.measures.values()],
        "purposes": [{"name": p.name, "label": p.label} for p in d.purposes.values()],
        "levels": levels,
    }


@blueprint.route("/catalogue/dcat", methods=["GET"])
@blueprint.response(200, {"type": "object"}, content_type="application/ld+json")
@refusals(blueprint)
def get_dcat() -> Response:
    """Ready-made questions as a catalogue of DCAT-AP, in JSON-LD; it tells of no release."""
    made = catalogue(hub().dictionary, place().origin(), hub().log.origin, {"en": ENGLISH, **languages()})
    return Response(current_app.json.dumps(made), content_type="application/ld+json")


@blueprint.route("/catalogue/codelists", methods=["GET"])
@blueprint.response(200, CodeListSchema(many=True))
@refusals(blueprint)
def get_code_lists() -> list[dict[str, str]]:
    """The code lists of the dictionary, with the addresses of their CSV and its description."""
    return [
        {"level": level, "csv": _code_list(level), "metadata": f"{_code_list(level)}{DESCRIPTION}"}
        for level in listed(hub().dictionary)
    ]


@blueprint.route("/catalogue/codelists/<level>.csv", methods=["GET"])
@blueprint.response(200, {"type": "string"}, content_type="text/csv")
@refusals(blueprint, s404="the dictionary has no such code list")
def get_code_list(level: str) -> Response:
    """The codes of a level as CSV, with their labels in every language."""
    text = to_code_list(hub().dictionary, _listed(level), {"en": ENGLISH, **languages()})
    response = Response(text, content_type="text/csv; charset=utf-8; header=present")
    link = f'<{_code_list(level)}{DESCRIPTION}>; rel="describedby"; type="application/csvm+json"'
    response.headers["Link"] = link
    return response


@blueprint.route(f"/catalogue/codelists/<level>.csv{DESCRIPTION}", methods=["GET"])
@blueprint.response(200, {"type": "object"}, content_type="application/csvm+json")
@refusals(blueprint, s404="the dictionary has no such code list")
def get_code_list_metadata(level: str) -> Response:
    """What describes the CSV of a code list: metadata of CSV on the Web (W3C)."""
    made = describe(
        hub().dictionary,
        _listed(level),
        {"en": ENGLISH, **languages()},
        f"{place().origin()}{_code_list(level)}",
    )
    return Response(current_app.json.dumps(made), content_type="application/csvm+json")


@blueprint.route("/members", methods=["GET"])
@blueprint.response(200, MemberSchema(many=True))
@refusals(blueprint)
def get_members() -> list[dict[str, Any]]:
    """The members of the region, with the time of the last contact."""
    with hub().store.reading() as view:
        presence = view.presence()
        codes = [e.member for e in view.enrolments()]
    seen = {p.member: p.last_seen.isoformat() for p in presence}
    away = offline_since(codes, presence, hub().started, hub().clock.now())
    return [
        {
            "member": code,
            "name": hub().dictionary.member(code).name,
            "last_seen": seen.get(code),
            "offline_since": None if (since := away.get(code)) is None else since.isoformat(),
        }
        for code in codes
    ]


def _listed(level: str) -> str:
    known = listed(hub().dictionary)
    if level not in known:
        raise UnknownQuestionError(
            "The dictionary has no such code list.", remedy=f"There are {', '.join(known)}."
        )
    return level


def _code_list(level: str) -> str:
    return f"{request.script_root}/api/v1/catalogue/codelists/{level}.csv"


def _names(members: Any) -> dict[str, str]:
    return {code: member.name for code, member in members.items()}
