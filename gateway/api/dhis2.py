"""A release as a data value set of DHIS2, with the identifiers that the requester names."""

from typing import Any

from flask import Response, current_app
from marshmallow import fields, validate

from gateway.api.access_control import principal
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals
from gateway.api.made_data import observations_of
from gateway.api.personal_addresses.address_secrets import way
from gateway.api.release_data import address_of, kept_release
from gateway.api.schemas import Strict, Text
from gateway.api.services import hub
from gateway.export.dhis2 import Dhis2Mapping, to_data_value_set
from gateway.export.observations import Selection
from gateway.hub.reading import note_reading

blueprint = Blueprint(
    "dhis2",
    __name__,
    url_prefix="/api/v1/questions/<question_id>/releases",
    description="Releases as data value sets of DHIS2",
)

_CODE = Text(max=200)
_IDENTIFIER = Text(min=1, max=50)


def _identifiers(**more: Any) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=_CODE),
        values=fields.String(validate=_IDENTIFIER, allow_none=True),
        validate=validate.Length(max=5000),
        **more,
    )


class Dhis2MappingSchema(Strict):
    orgUnits = _identifiers(  # noqa: N815 - DHIS2's names
        required=True,
        metadata={
            "example": {"KH": "ImspTQPwCqd", "LA": None},
            "description": "organisation units by codes of places, of the finest level; null leaves out",
        },
    )
    dataElements = _identifiers(  # noqa: N815
        required=True,
        metadata={
            "example": {"K": "fbfJHSPpUQD.pq2XI5kz2BY"},
            "description": "data elements, or dataElement.categoryOptionCombo, by the codes of all levels "
            "but place and time, with commas between; by the empty text where there are none",
        },
    )
    periods = _identifiers(
        load_default=dict,
        metadata={"description": "periods by codes of time that are no years, months or quarters"},
    )
    attributeOptionCombo = fields.String(load_default="", validate=Text(max=50))  # noqa: N815
    dataSet = fields.String(load_default="", validate=Text(max=50))  # noqa: N815


@blueprint.route("/<int:number>/dhis2", methods=["POST"])
@blueprint.arguments(Dhis2MappingSchema)
@blueprint.response(
    200, {"type": "object", "description": "a data value set, for /api/dataValueSets of DHIS2"}
)
@refusals(blueprint, s404="no such question or release, or somebody else's")
def post_data_value_set(body: dict[str, Any], question_id: str, number: int) -> Response:
    """A release for DHIS2, without totals. Nothing is changed: a mapping has no place in an address.

    A number that is missing is a data value without a value; its comment says why, and its range.
    """
    with hub().store.reading() as view:
        kept, _ = kept_release(view, question_id, number)
    mapping = Dhis2Mapping(
        body["orgUnits"], body["dataElements"], body["periods"], body["attributeOptionCombo"], body["dataSet"]
    )
    made = to_data_value_set(observations_of(kept.release, Selection.INNER, ""), mapping)
    note_reading(hub(), principal(), kept.release, way())
    response = Response(current_app.json.dumps(made), content_type="application/json")
    response.headers["Link"] = f'<{address_of(question_id, number)}/metadata>; rel="describedby"'
    return response
