"""What counting once takes and gives over HTTP."""

from marshmallow import Schema, fields, validate

from audit.encoding import MAX_SIZE
from gateway.api.schemas import WORD, Strict, Text
from gateway.hub.counting_once import THRESHOLD
from gateway.wire.count_calls import PIECE_BYTES, Step
from gateway.wire.counting import LARGEST_SET

STEP = validate.OneOf([step.value for step in Step])
LONGEST_LIST = 2**40


class CountSchema(Strict):
    epoch = fields.String(
        required=True,
        validate=validate.Regexp(r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z"),
        metadata={"example": "2026", "description": "there is one run for it"},
    )
    kind = fields.String(
        load_default="national-id",
        validate=validate.Regexp(r"\A[a-z][a-z0-9-]{0,39}\Z"),
        metadata={"description": "what identifier stands for a person"},
    )
    size = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=1, max=LARGEST_SET),
        metadata={"description": "entries of every set, public; not below the largest"},
    )
    threshold = fields.Integer(load_default=THRESHOLD, strict=True, validate=validate.Range(min=2, max=1000))


class ShownCountSchema(Schema):
    run = fields.String(required=True)
    epoch = fields.String(required=True)
    kind = fields.String(required=True)
    size = fields.Integer(required=True)
    threshold = fields.Integer(required=True)
    members = fields.List(fields.String(), required=True)
    begun_at = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["open", "counted", "declined", "failed"]))
    done = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "by step (join, seal, mix, decline): members that have taken it"},
    )
    waits_for = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "members that the run waits for, and with which step"},
    )
    people = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "how many distinct people; none before the end, or if the rule forbids it"},
    )


class SeenSchema(Strict):
    seen_size = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=MAX_SIZE),
        metadata={"description": "of the regional log, as the node has witnessed it"},
    )


class CountCallSchema(Schema):
    entry = fields.String(required=True)
    receipt = fields.String(required=True)
    turn = fields.String(required=True, allow_none=True)
    joined = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    sealed = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    mixed = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class CountCallsSchema(Schema):
    runs = fields.List(fields.Nested(CountCallSchema), required=True)
    consistency = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "proof that the log of these runs extends that of the size named; base64"},
    )


class WantedSchema(Strict):
    member = fields.String(required=True, validate=WORD)
    step = fields.String(required=True, validate=STEP)
    start = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=LONGEST_LIST))


class EntriesSchema(Schema):
    bytes = fields.Integer(required=True, metadata={"description": "of the whole list"})
    data = fields.String(required=True, metadata={"description": "base64"})


class PieceSchema(Strict):
    step = fields.String(required=True, validate=STEP)
    start = fields.Integer(
        required=True,
        strict=True,
        validate=validate.Range(min=0, max=LONGEST_LIST),
        metadata={"description": "of the piece, in bytes; a multiple of the length of a piece"},
    )
    data = fields.String(required=True, validate=Text(max=2 * PIECE_BYTES))


class StepSchema(Strict):
    step = fields.String(required=True, validate=STEP)
    note = fields.String(required=True, validate=Text(max=10_000))
