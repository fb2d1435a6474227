"""Requests and responses of the HTTP API, for OpenAPI. Unknown fields are refused, never ignored."""

from typing import Any

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from audit.log.excerpt import MOST_LEAVES
from gateway.api.describing.problem_types import TYPES
from gateway.api.release_schemas import MOMENT, AsWritten, OpeningSchema, ReleaseSchema
from gateway.wire.sharing_statement import LARGEST
from gateway.wire.strict_values import storable
from gateway.wire.upload_batch import MOST_PIECES

DEADLINE_SECONDS = 10
LONGEST_DEADLINE_SECONDS = 7 * 24 * 3600
LATE_SECONDS = 7 * 24 * 3600
LONGEST_LATE_SECONDS = 31 * 24 * 3600


class Text(validate.Length):
    """A text of a limited length, without an unpaired surrogate or the character NUL, which no database
    stores.
    """

    def __call__(self, value: Any) -> Any:
        try:
            return super().__call__(storable(value))
        except ValueError:
            raise ValidationError("No text holds NUL or half a character.") from None


WORD = Text(min=1, max=100)


class Strict(Schema):
    class Meta:
        unknown = RAISE


class QuestionSchema(Strict):
    measure = fields.String(required=True, validate=WORD, metadata={"example": "casualties"})
    by = fields.List(
        fields.String(validate=WORD),
        required=True,
        validate=validate.Length(max=10),
        metadata={"example": ["country", "year", "outcome"], "description": "levels, in display order"},
    )
    where = fields.Dict(
        keys=fields.String(validate=WORD),
        values=fields.List(fields.String(validate=WORD), validate=validate.Length(min=1, max=500)),
        load_default=dict,
        validate=validate.Length(max=10),
        metadata={"example": {"sex": ["F"]}, "description": "level -> codes of which any one holds"},
    )
    purpose = fields.String(required=True, validate=WORD, metadata={"example": "regional-reporting"})
    deadline_seconds = fields.Integer(
        load_default=DEADLINE_SECONDS,
        strict=True,
        validate=validate.Range(min=1, max=LONGEST_DEADLINE_SECONDS),
        metadata={
            "description": "how long members may take; what has not come by then is reported as missing"
        },
    )
    late_seconds = fields.Integer(
        load_default=LATE_SECONDS,
        strict=True,
        validate=validate.Range(min=0, max=LONGEST_LATE_SECONDS),
        metadata={"description": "for how long after that an answer still counts, as a release of its own"},
    )


class ReceiptSchema(Schema):
    entry = fields.String(required=True, metadata={"description": "the log entry's bytes, base64"})
    proof = fields.String(required=True, metadata={"description": "tlog-proof of the entry (C2SP)"})


class PageSchema(Strict):
    start = fields.Integer(
        load_default=0,
        validate=validate.Range(min=0, max=2**31 - 1),
        metadata={"description": "how many are passed over"},
    )
    limit = fields.Integer(load_default=1000, validate=validate.Range(min=1, max=1000))


class OutlineSchema(Schema):
    id = fields.String(required=True, metadata={"example": "q-70fb82e60bc167085dfe7549"})
    state = fields.String(required=True, validate=validate.OneOf(["open", "released"]))
    members = fields.List(fields.String(), required=True, metadata={"example": ["KH", "TH"]})
    asked_at = fields.String(required=True, metadata=MOMENT)
    deadline = fields.String(required=True, metadata={**MOMENT, "description": "it is released by then"})
    late_until = fields.String(
        required=True, metadata={**MOMENT, "description": "answers until then become a release of their own"}
    )


class ReleasedSchema(Schema):
    number = fields.Integer(required=True)
    released_at = fields.String(required=True, metadata=MOMENT)
    late = fields.List(
        fields.String(), required=True, metadata={"description": "members whose answers came late"}
    )


class AskedSchema(OutlineSchema):
    answered = fields.List(fields.String(), required=True)
    waiting_for_a_person = fields.List(fields.String(), required=True)
    offline = fields.Dict(
        keys=fields.String(),
        values=fields.String(allow_none=True),
        required=True,
        metadata={
            "description": "members that have not answered and do not call, and since when; null for one "
            "that has never called"
        },
    )
    expected = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "members that have not answered and still may"},
    )
    asked = fields.Nested(ReceiptSchema, required=True)
    releases = fields.List(
        fields.Nested(ReleasedSchema),
        required=True,
        metadata={"description": "all releases of the question, the first one first"},
    )
    release = AsWritten(ReleaseSchema, metadata={"description": "the newest table, once released"})
    released = fields.Nested(ReceiptSchema, metadata={"description": "proof that the release was logged"})
    opening = fields.Nested(
        OpeningSchema, metadata={"description": "what opens the log entry's commitment to the release"}
    )


class WaitSchema(Strict):
    wait = fields.Float(
        load_default=0.0,
        validate=validate.Range(min=0, max=30),
        metadata={"description": "seconds to wait for the release before answering"},
    )
    after = fields.Integer(
        load_default=0,
        strict=False,
        validate=validate.Range(min=0, max=1000),
        metadata={"description": "wait for a release with a number above this one"},
    )


MOST_OF_A_CHECKPOINT = 20_000
"""Characters: a cosignature of ML-DSA-44 has 3,240, and while keys change there are two."""
SIZE = validate.Range(min=0, max=2**63 - 1)
PIECES = validate.Length(max=MOST_PIECES)
PROOF_LENGTH = validate.Length(max=63)


class ExcerptSchema(Strict):
    start = fields.Integer(required=True, strict=True, validate=SIZE)
    leaves = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(max=MOST_LEAVES),
        metadata={
            "description": "`entry` or `leaf`, a space, and the entry's bytes or its leaf hash, base64"
        },
    )
    proof = fields.List(fields.String(), required=True, validate=PROOF_LENGTH)


class ShownLogSchema(Strict):
    checkpoint = fields.String(required=True, validate=Text(max=MOST_OF_A_CHECKPOINT))
    old_size = fields.Integer(required=True, strict=True, validate=SIZE)
    consistency = fields.List(fields.String(), required=True, validate=PROOF_LENGTH)
    excerpt = fields.Nested(ExcerptSchema, load_default=None, allow_none=True)


class UploadBatchSchema(Strict):
    answers = fields.List(fields.Nested("AnswerSchema"), required=True, validate=PIECES)
    bounds = fields.List(fields.Nested("BoundsSchema"), load_default=[], validate=PIECES)
    contributions = fields.List(
        fields.Dict(),
        load_default=[],
        validate=PIECES,
        metadata={"description": "of an older node; not read"},
    )
    offers = fields.List(
        fields.Nested("FormerBoundsSchema"),
        load_default=[],
        validate=PIECES,
        metadata={"description": "of an older node: its bounds"},
    )


class PollSchema(Strict):
    seen_size = fields.Integer(required=True, strict=True, validate=SIZE)
    cosignature = fields.String(load_default=None, allow_none=True, validate=Text(max=MOST_OF_A_CHECKPOINT))
    log = fields.Nested(ShownLogSchema, load_default=None, allow_none=True)
    copied = fields.Integer(load_default=0, strict=True, validate=SIZE)
    wait = fields.Float(load_default=0.0, validate=validate.Range(min=0, max=30))
    waiting = fields.List(
        fields.String(validate=Text(max=100)), load_default=[], validate=validate.Length(max=200)
    )
    serves = fields.List(
        fields.String(validate=Text(min=1, max=40)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(equal=2),
        metadata={"description": "policy version and snapshot that the member answers from"},
    )
    upload_batch = fields.Nested(
        UploadBatchSchema,
        load_default=None,
        allow_none=True,
        metadata={"description": "what the member hands in, as with calls of their own"},
    )
    sharing = fields.String(
        load_default=None,
        allow_none=True,
        validate=Text(max=LARGEST),
        metadata={
            "description": "what the member's policy releases, as a signed note; its absence says nothing"
        },
    )


class ApplicationSchema(Strict):
    """Keys are vkeys of C2SP signed-note."""

    secret = fields.String(required=True, validate=Text(max=200))
    member = fields.String(required=True, validate=validate.Regexp(r"\A[A-Z]{2}\Z"))
    answer_key = fields.String(required=True, validate=Text(max=250))
    log_key = fields.String(required=True, validate=Text(max=250))
    witness_key = fields.String(required=True, validate=Text(max=2_000))
    call_key = fields.String(required=True, validate=Text(max=250))
    proof = fields.String(
        required=True,
        validate=Text(max=10_000),
        metadata={"description": "a note that the keys for answers, log and witness have signed"},
    )


class KeyStepSchema(Schema):
    entry = fields.String(required=True, metadata={"description": "base64 of the log entry key-changed"})
    receipt = fields.String(required=True, metadata={"description": "its tlog-proof"})
    statement = fields.String(
        required=True, allow_none=True, metadata={"description": "the entry, signed by both keys"}
    )


class CallKeysSchema(Schema):
    call_key = fields.String(required=True)
    changes = fields.List(fields.Nested(KeyStepSchema), required=True)


class HelloSchema(Schema):
    """Unknown fields are ignored here, since different versions exchange greetings."""

    class Meta:
        unknown = EXCLUDE

    software = fields.String(required=True, validate=Text(min=1, max=60))
    majors = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(min=1, max=20))
    features = fields.List(fields.String(validate=WORD), required=True, validate=validate.Length(max=100))


class DeliverySchema(Schema):
    question_id = fields.String(required=True)
    entry = fields.String(required=True)
    receipt = fields.String(required=True)


class SeenLogSchema(Schema):
    size = fields.Integer(required=True, metadata={"description": "entries of the member's log witnessed"})
    copied = fields.Integer(required=True, metadata={"description": "entries of the member's log followed"})
    cosignature = fields.String(required=True, allow_none=True)


class OwnLogSchema(Strict):
    start = fields.Integer(
        required=True,
        strict=True,
        validate=SIZE,
        metadata={"description": "entries of its log that the node has"},
    )


class ReturnedLogSchema(Schema):
    start = fields.Integer(required=True)
    checkpoint = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "the newest one that the hub has witnessed; null before the first"},
    )
    leaves = fields.List(
        fields.String(), required=True, metadata={"description": "as in an excerpt, from entry `start` on"}
    )
    answers = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "the signed notes of answers among the leaves, by question"},
    )


class BoundsSchema(Strict):
    # As for an answer, the body as a whole bounds how long these may be.
    question_id = fields.String(required=True, validate=WORD)
    at_least = fields.List(fields.Integer(strict=True), required=True)
    at_most = fields.List(fields.Integer(strict=True, allow_none=True), required=True)


class FormerBoundsSchema(Strict):
    """Bounds of an older node, in the form of an offer to regional totals."""

    question_id = fields.String(required=True, validate=WORD)
    consent = fields.String(required=True, metadata={"description": "of an older node; not read"})
    low = fields.List(fields.Integer(strict=True), required=True)
    high = fields.List(fields.Integer(strict=True, allow_none=True), required=True)
    cells = fields.List(fields.Dict(), required=True, metadata={"description": "of an older node; not read"})
    threshold = fields.Integer(
        required=True, strict=True, metadata={"description": "of an older node; not read"}
    )


class PollResultSchema(Schema):
    checkpoint = fields.String(required=True)
    consistency = fields.List(fields.String(), required=True)
    deliveries = fields.List(fields.Nested(DeliverySchema), required=True)
    excerpt = fields.Nested(ExcerptSchema, required=True, allow_none=True)
    seen_log = fields.Nested(SeenLogSchema, required=True, allow_none=True)
    sum_calls = fields.List(
        fields.Dict(), required=True, metadata={"description": "empty: older nodes expect it"}
    )


class AnswerSchema(Strict):
    # How long these may be is bounded by the body as a whole (`LARGEST_BODY`), before it is read.
    answer = fields.String(required=True)
    entry = fields.String(required=True)
    receipt = fields.String(required=True)
    salt = fields.String(
        required=True,
        validate=validate.Regexp(r"\A([0-9a-f]{64})?\Z"),
        metadata={"description": "opens the entry's commitment to the answer; empty for a refusal"},
    )


class ProblemSchema(Schema):
    """RFC 9457."""

    type = fields.String(
        required=True,
        validate=validate.OneOf(TYPES),
        metadata={"description": "what is wrong, for programs; about:blank where the status says all"},
    )
    title = fields.String(required=True, metadata={"example": "Not Found"})
    status = fields.Integer(required=True, metadata={"example": 404})
    detail = fields.String(required=True, metadata={"example": "There is no such question among yours."})
    remedy = fields.String(metadata={"description": "what to do next"})
    faults = fields.Raw()
