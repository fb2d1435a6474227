"""Requests and responses for auditors. An entry must match all given fields of a search."""

from marshmallow import Schema, fields, validate

from gateway.api.schemas import WORD, Strict

LARGEST_NUMBER = 2**63 - 1
MOST_AT_ONCE = 1000


class SearchSchema(Strict):
    actor = fields.String(
        validate=WORD, metadata={"description": "by or about this person, as far as not erased"}
    )
    organisation = fields.String(validate=WORD)
    purpose = fields.String(validate=WORD)
    member = fields.String(validate=WORD)
    type = fields.String(validate=WORD, metadata={"example": "asked"})
    question = fields.String(validate=WORD)
    outcome = fields.String(validate=validate.OneOf(["answered", "refused", "missing", "earlier", "denied"]))
    reason = fields.String(validate=WORD)
    since = fields.Date(metadata={"description": "from that day on, in UTC"})
    until = fields.Date(metadata={"description": "before that day, in UTC"})
    start = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=LARGEST_NUMBER),
        metadata={"description": "the first entry to look at: `next` of the reply before"},
    )
    limit = fields.Integer(load_default=100, validate=validate.Range(min=1, max=MOST_AT_ONCE))


class SampleSchema(Strict):
    count = fields.Integer(required=True, validate=validate.Range(min=1, max=MOST_AT_ONCE))
    size = fields.Integer(
        validate=validate.Range(min=1, max=LARGEST_NUMBER),
        metadata={"description": "draw by the checkpoint of this size; without it, by the latest"},
    )
    seed = fields.String(
        load_default="",
        validate=validate.Length(max=200),
        metadata={"description": "words agreed on once the checkpoint was fixed"},
    )


class EntrySchema(Schema):
    number = fields.Integer(required=True)
    entry = fields.Dict(required=True, metadata={"description": "as it stands in the log"})
    says = fields.String(required=True)
    actor = fields.String(
        required=True, allow_none=True, metadata={"description": "who; null where it is not known any more"}
    )


DAMAGED = "entries that were met and left out, since what is stored is not what was logged"


class FoundSchema(Schema):
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    size = fields.Integer(required=True, metadata={"description": "of the log"})
    next = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "`start` of the next page; null after the last"},
    )
    damaged = fields.List(fields.Integer(), required=True, metadata={"description": DAMAGED})


class SampledSchema(Schema):
    entries = fields.List(fields.Nested(EntrySchema), required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True, metadata={"description": "of the checkpoint that it follows from"})
    damaged = fields.List(fields.Integer(), required=True, metadata={"description": DAMAGED})


class StorySchema(Schema):
    lines = fields.List(fields.String(), required=True)


class NoticeSchema(Schema):
    kind = fields.String(required=True)
    about = fields.String(required=True)
    message = fields.String(required=True)
    entries = fields.List(fields.Integer(), required=True, metadata={"description": "that it rests on"})
    explained = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "the entry in which an auditor explained it; null while it is open"},
    )


class DossierSchema(Schema):
    question = fields.String(required=True)
    format = fields.String(required=True)
    keys = fields.List(fields.String(), required=True, metadata={"description": "of the logs"})
    witnesses = fields.List(fields.String(), required=True, metadata={"description": "their keys"})
    entries = fields.List(fields.Dict(), required=True)


class ReplaySchema(Schema):
    differences = fields.List(
        fields.String(), required=True, metadata={"description": "empty where the decision is as logged"}
    )
    unchecked = fields.List(
        fields.String(), required=True, metadata={"description": "what could not be compared any more"}
    )
    changed = fields.List(
        fields.String(), required=True, metadata={"description": "what is no longer as it was then"}
    )


class WitnessStatusSchema(Schema):
    witness = fields.String(required=True)
    key = fields.String(required=True)
    size = fields.Integer(
        required=True, allow_none=True, metadata={"description": "of the checkpoint that it cosigned"}
    )
    at = fields.DateTime(required=True, allow_none=True, metadata={"description": "when it says it did"})


class LogStatusSchema(Schema):
    origin = fields.String(required=True)
    size = fields.Integer(required=True)
    root = fields.String(required=True)
    signed_at = fields.DateTime(required=True)
    note = fields.String(required=True, metadata={"description": "the signed checkpoint itself"})
    key = fields.String(required=True, metadata={"description": "of the log"})
    witnesses = fields.List(fields.Nested(WitnessStatusSchema), required=True)
    reached = fields.Integer(
        required=True, metadata={"description": "size that more than half of the witnesses have cosigned"}
    )
