"""The OpenAPI description says what is sent: every key of the wire's types, and a name for each operation."""

import json
from collections import Counter
from dataclasses import fields as fields_of
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from any_releases import any_releases
from hypothesis import given, settings
from marshmallow import Schema
from regions import Region

from gateway.api.describing.deprecations import DEPRECATED, LEAST
from gateway.api.describing.problem_types import TYPES
from gateway.api.release_schemas import CellSchema, CoverageSchema, QuotaSchema, ReleaseSchema, TermsSchema
from gateway.api.schemas import AskedSchema
from gateway.export.data_formats import MEDIA_TYPES
from gateway.wire.answer import Quota
from gateway.wire.cells import Cell
from gateway.wire.release import Coverage, Release
from gateway.wire.usage_terms import Terms


@pytest.fixture(scope="module")
def description(shared_region: Region) -> dict[str, Any]:
    text: dict[str, Any] = shared_region.analyst.get("/openapi.json").json()
    assert shared_region.analyst.get("/openapi.json").json() == text
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


def test_moments_have_a_format_addresses_an_example_and_every_error_a_problem(
    description: dict[str, Any],
) -> None:
    schemas = description["components"]["schemas"]
    moments = [
        (name, field)
        for name, schema in schemas.items()
        for field, said in schema.get("properties", {}).items()
        if field.endswith(("_at", "_seen")) and "string" in str(said.get("type"))
    ]
    assert len(moments) >= 8
    assert all(schemas[name]["properties"][field]["format"] == "date-time" for name, field in moments)
    assert description["servers"] == [{"url": "/", "description": description["servers"][0]["description"]}]
    for path, described in description["paths"].items():
        if path.startswith("/api/v1/questions") or "pxweb" in path or "sdmx" in path:
            named = {one["name"] for one in described.get("parameters", ()) if "example" not in one}
            assert named <= {"query_id"}, path
        for method, operation in described.items():
            for status, response in operation["responses"].items() if method != "parameters" else ():
                if not status.startswith(("2", "3")):
                    found = description["components"]["responses"].get(
                        response.get("$ref", "").rpartition("/")[2], response
                    )
                    assert [*found["content"]] == ["application/problem+json"], (path, status)
    assert "Error" not in schemas


def test_data_are_described_as_what_they_are_in_each_format(description: dict[str, Any]) -> None:
    data = description["paths"]["/api/v1/questions/{question_id}/releases/{number}/data"]["get"]
    schemas = {kind: each["schema"] for kind, each in data["responses"]["200"]["content"].items()}

    assert schemas["text/csv"] == {"type": "string"}
    assert schemas["application/json"] == {"type": "object"}  # JSON-stat
    assert schemas["application/vnd.apache.arrow.stream"] == {"type": "string", "format": "binary"}
    assert set(schemas) == set(MEDIA_TYPES)
    sdmx = description["paths"]["/api/sdmx/v2/data/{context}/{agency}/{artefact}/{version}"]["get"]
    assert len(sdmx["responses"]["200"]["content"]) == 3


def test_what_will_go_says_so_in_every_answer_and_in_the_description(
    description: dict[str, Any], shared_region: Region
) -> None:
    for line, found in DEPRECATED.items():
        method, _, path = line.partition(" ")
        reply = shared_region.nobody.request(method, path)

        assert reply.headers["Deprecation"] == f"@{int(found.since.timestamp())}"
        assert parsedate_to_datetime(reply.headers["Sunset"]) - found.since == LEAST
        assert reply.links["deprecation"]["url"] == "/openapi.json"
        assert description["paths"][path][method.lower()]["deprecated"] is True
    assert "Deprecation" not in shared_region.analyst.get("/api/v1/members").headers


def test_a_program_tells_problems_apart_by_their_type(shared_region: Region) -> None:
    asked = {"measure": "casualties", "by": ["planet"], "purpose": "regional-reporting"}
    kinds = {
        "not-found": shared_region.analyst.get("/api/v1/questions/q-1"),
        "not-signed-in": shared_region.nobody.get("/api/v1/questions"),
        "not-permitted": shared_region.auditor.get("/api/v1/questions"),
        "wrong-question": shared_region.analyst.post("/api/v1/questions", json=asked),
    }
    for name, reply in kinds.items():
        assert reply.json()["type"] == f"urn:problem-type:safelane:{name}"
        assert "Retry-After" not in reply.headers
    assert shared_region.analyst.get("/nowhere").json()["type"] == "about:blank"
    page = (Path(__file__).parents[2] / "docs" / "reference" / "http-api.md").read_text("utf-8")
    assert all(f"`{kind.rpartition(':')[2]}`" in page for kind in TYPES[1:])


def test_a_release_is_sent_as_the_log_has_it_whatever_the_description_lacks() -> None:
    """A key that no schema knows, of a former version, say, is part of the text to which the log commits."""
    release = {"cells": [{"lacks": ["TH"], "off_by": 2}], "later": 1}
    assert AskedSchema().dump({"release": release})["release"] == release
