"""The requester's personal addresses: which there are, and withdrawing them.

A person makes one on the page of the account: made with a token, an address would outlive it.
"""

from typing import Any

from marshmallow import Schema, fields

from gateway.accounts.addresses import withdraw_address
from gateway.api.access_control import accounts, principal
from gateway.api.blueprint import Blueprint
from gateway.api.describing.describe import refusals
from gateway.api.release_schemas import MOMENT

blueprint = Blueprint(
    "addresses", __name__, url_prefix="/api/v1/addresses", description="Personal addresses of one's tables"
)


class AddressSchema(Schema):
    id = fields.String(required=True)
    label = fields.String(required=True)
    question = fields.String(
        required=True, allow_none=True, metadata={"description": "the one question it reads; null for all"}
    )
    since = fields.String(required=True, metadata=MOMENT)
    until = fields.String(required=True, metadata=MOMENT)
    used = fields.String(required=True, allow_none=True, metadata=MOMENT)


@blueprint.route("", methods=["GET"])
@blueprint.response(200, AddressSchema(many=True))
@refusals(blueprint)
def get_addresses() -> list[dict[str, Any]]:
    """The requester's own personal addresses, newest first, without their secrets."""
    with accounts().store.reading() as view:
        tokens = view.people.tokens_of(principal().user)
    return [
        {
            "id": one.id,
            "label": one.label,
            "question": one.question,
            "since": one.since.isoformat(),
            "until": one.until.isoformat(),
            "used": one.used.isoformat() if one.used else None,
        }
        for one in tokens
        if one.is_address
    ]


@blueprint.route("/<address_id>", methods=["DELETE"])
@blueprint.response(204)
@refusals(blueprint, s404="no such personal address, or somebody else's")
def delete_address(address_id: str) -> None:
    """Withdraw a personal address: it opens nothing from now on."""
    user = principal().user
    withdraw_address(accounts(), user, user, address_id)
