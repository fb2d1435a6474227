"""Releases and what stands beside them, described for OpenAPI with the words of the wire's own types.

A release is sent as it stands in the log, which commits to its text: these describe it and write nothing.
"""

from typing import Any

from marshmallow import INCLUDE, Schema, fields

from gateway.wire.answer import Refusal
from gateway.wire.cells import Status
from gateway.wire.perturbation_notice import Mechanism
from gateway.wire.usage_terms import PassOn

MOMENT = {"format": "date-time"}
"""Of a field: a moment as RFC 3339 writes it."""


class AsWritten(fields.Nested):
    """An object that is described by a schema and sent as it is: nothing is left out, no key is renamed."""

    # Marshmallow's own classes differ in the first argument's name.
    def _serialize(self, nested_obj: Any, *_: Any, **__: Any) -> Any:  # type: ignore[override]
        return nested_obj


def _codes(words: type[Any], description: str, **options: Any) -> fields.Field[Any]:
    return fields.Enum(words, by_value=fields.String, metadata={"description": description}, **options)


class AskedWordsSchema(Schema):
    measure = fields.String(required=True)
    by = fields.List(fields.String(), required=True, metadata={"description": "levels, in display order"})
    where = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        required=True,
        metadata={"description": "level -> codes of which any one holds"},
    )
    purpose = fields.String(required=True)


class AxisSchema(Schema):
    level = fields.String(required=True)
    codes = fields.List(
        fields.String(), required=True, metadata={"description": "in display order; `Total` is the last one"}
    )


class _Former(Schema):
    """Of a release of a former version, in which some keys have former names."""

    class Meta:
        unknown = INCLUDE


class CellSchema(_Former):
    key = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "the code of each level; `Total` where the cell is a total"},
    )
    status = _codes(Status, "whether there is a number, or why not", required=True)
    value = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "null unless `status` is `value`: no blank is 0"},
    )
    at_least = fields.Integer(metadata={"description": "the least that a withheld number can be"})
    at_most = fields.Integer(metadata={"description": "the most that a withheld number can be"})
    missing_members = fields.List(
        fields.String(), metadata={"description": "members that a total is without: it is none of the region"}
    )
    masked_members = fields.List(fields.String(), metadata={"description": "in former releases only"})
    largest_deviation = fields.Integer(
        metadata={"description": "the most by which the value may differ from the count"}
    )
    standard_deviation = fields.Integer(metadata={"description": "of noise in the value"})


class TermsSchema(Schema):
    retention_days = fields.Integer(
        required=True, allow_none=True, metadata={"description": "null without limit"}
    )
    redistribution = _codes(PassOn, "whether the answer may be passed on", required=True)
    legal_basis = fields.String(required=True, allow_none=True)


class PerturbationSchema(Schema):
    mechanism = _codes(Mechanism, "how numbers were changed to protect people", required=True)
    most = fields.Integer(metadata={"description": "the largest change of a number"})
    epsilon = fields.String(metadata={"description": "privacy loss of each table, a decimal"})
    scale = fields.String(metadata={"description": "of the discrete Laplace noise of one draw"})
    draws = fields.List(fields.Integer(), metadata={"description": "draws of noise in each cell"})


class QuotaSchema(Schema):
    period = fields.String(required=True)
    limit = fields.Integer(required=True)
    used = fields.Integer(required=True)


class EarlierSchema(Schema):
    question_id = fields.String(required=True)
    answered_at = fields.String(required=True, metadata=MOMENT)


class CoverageSchema(_Former):
    member = fields.String(required=True)
    answered = fields.Boolean(required=True)
    refusals = fields.List(_codes(Refusal, "why it did not answer"), required=True)
    policy = fields.String(required=True, allow_none=True, metadata={"description": "its version"})
    snapshot = fields.String(required=True, allow_none=True)
    snapshot_date = fields.String(
        required=True,
        allow_none=True,
        metadata={"format": "date", "description": "the last day that its records cover"},
    )
    quotas = fields.List(fields.Nested(QuotaSchema), required=True)
    waiting = fields.Boolean(required=True, metadata={"description": "for approval, at the deadline"})
    late = fields.Boolean(required=True)
    offline_since = fields.String(required=True, allow_none=True, metadata=MOMENT)
    earlier = fields.Nested(
        EarlierSchema,
        required=True,
        allow_none=True,
        metadata={"description": "its answer to the same question before, while it is away"},
    )
    terms = fields.Nested(TermsSchema)
    perturbation = fields.Nested(PerturbationSchema)
    least_counted = fields.Integer(
        metadata={"description": "percent of its register's rows that its controller demands to count"}
    )
    never_called = fields.Boolean(metadata={"description": "true where the member has never called the hub"})


class ReleaseSchema(Schema):
    """In a release of version 1 some keys of cells and coverage have former names (`lacks`, `off_by`)."""

    v = fields.Integer(required=True)
    question_id = fields.String(required=True)
    number = fields.Integer(required=True, metadata={"description": "1 for the first release of a question"})
    question = fields.Nested(AskedWordsSchema, required=True)
    axes = fields.List(fields.Nested(AxisSchema), required=True)
    cells = fields.List(fields.Nested(CellSchema), required=True)
    coverage = fields.List(fields.Nested(CoverageSchema), required=True)
    asked_at = fields.String(required=True, metadata=MOMENT)
    released_at = fields.String(required=True, metadata=MOMENT)


class OpeningSchema(Schema):
    label = fields.String(required=True)
    salt = fields.String(required=True, metadata={"description": "64 hexadecimal digits"})


class LabelledSchema(Schema):
    name = fields.String(required=True)
    label = fields.String(required=True)


class ProvenSchema(Schema):
    log = fields.String(required=True, metadata={"description": "the log's name"})
    asked = fields.Integer(required=True, metadata={"description": "the entry of the question"})
    released = fields.Integer(required=True, metadata={"description": "the entry of the release"})
    entry = fields.String(required=True, metadata={"description": "the latter's bytes, base64"})
    proof = fields.String(required=True, metadata={"description": "its tlog-proof (C2SP)"})
    opening = fields.Nested(OpeningSchema, required=True, allow_none=True)


class MetadataSchema(Schema):
    title = fields.String(required=True)
    question_id = fields.String(required=True)
    question = fields.Nested(AskedWordsSchema, required=True)
    number = fields.Integer(required=True)
    asked_at = fields.String(required=True, metadata=MOMENT)
    released_at = fields.String(required=True, metadata=MOMENT)
    dictionary = fields.String(required=True, metadata={"description": "its version"})
    measure = fields.Nested(LabelledSchema, required=True)
    counted = fields.List(fields.String(), metadata={"description": "what the number counts, in words"})
    coarser_tables = fields.List(
        fields.String(), metadata={"description": "what to ask instead of a table that is mostly withheld"}
    )
    levels = fields.List(fields.Nested(LabelledSchema), required=True)
    status = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    coverage = fields.List(fields.Nested(CoverageSchema), required=True)
    coverage_in_words = fields.List(fields.String(), required=True)
    terms_in_words = fields.List(fields.String(), required=True)
    data = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "the address of the data in each format"},
    )
    receipt = fields.Nested(ProvenSchema, required=True)
