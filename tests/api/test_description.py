"""The OpenAPI description says what is sent: every key of the wire's types, and a name for each operation."""

import json
from collections import Counter
from dataclasses import fields as fields_of
from typing import Any

import jsonschema_rs
import pytest
from any_releases import any_releases
from hypothesis import given, settings
from marshmallow import Schema
from regions import over_http
from simulation import HandClock

from gateway.api.release_schemas import CellSchema, CoverageSchema, QuotaSchema, ReleaseSchema, TermsSchema
from gateway.api.schemas import AskedSchema
from gateway.wire.answer import Quota
from gateway.wire.cells import Cell
from gateway.wire.release import Coverage, Release
from gateway.wire.usage_terms import Terms


@pytest.fixture(scope="module")
def description(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    with over_http(tmp_path_factory.mktemp("described") / "hub", HandClock()) as region:
        text: dict[str, Any] = region.analyst.get("/openapi.json").json()
        assert region.analyst.get("/openapi.json").json() == text
        return text


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (ReleaseSchema, Release),
        (CellSchema, Cell),
        (CoverageSchema, Coverage),
        (QuotaSchema, Quota),
        (TermsSchema, Terms),
    ],
)
def test_every_field_of_the_wire_is_described_and_no_other(schema: type[Schema], kind: type[Any]) -> None:
    known = {"v" if one.name == "version" else one.name for one in fields_of(kind)}
    assert set(schema().fields) == known


def test_every_release_is_as_described(description: dict[str, Any]) -> None:
    release = {"$ref": "#/components/schemas/Release", "components": description["components"]}
    validator = jsonschema_rs.validator_for(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **release}
    )

    @settings(max_examples=30)
    @given(any_releases())
    def check(made: Release) -> None:
        sent = json.loads(json.dumps(made.as_json()))
        validator.validate(sent)
        assert not validator.is_valid({**sent, "axes": None})

    check()


def test_every_operation_has_a_name_of_its_own(description: dict[str, Any]) -> None:
    operations = [
        operation
        for described in description["paths"].values()
        for method, operation in described.items()
        if method != "parameters"
    ]

    names = Counter(operation.get("operationId") for operation in operations)
    assert set(names.values()) == {1}
    assert {"get_data", "get_data_by_ending", "post_question", "get_release"} <= set(names)


def test_a_release_is_sent_as_the_log_has_it_whatever_the_description_lacks() -> None:
    """A key that no schema knows, of a former version, say, is part of the text to which the log commits."""
    release = {"cells": [{"lacks": ["TH"], "off_by": 2}], "later": 1}
    assert AskedSchema().dump({"release": release})["release"] == release
