"""Whatever somebody makes of a document that a command or a page is given, its reader says what is wrong."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import people_and_policies
import pytest
from changed_texts import as_text, changed_bytes, changed_json, tried
from hypothesis import given
from hypothesis import strategies as st

from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_custody import parse_custody
from anonymisers.identity.key_epochs import parse_store
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_release import MagnitudeRelease
from anonymisers.proof.certificate import Certificate
from anonymisers.tables.registered_figures import parse_figures
from anonymisers.tables.strict_json import parse_json
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.errors import SafelaneError
from gateway.keys.sealed_stream import OpeningReader, SealingWriter
from gateway.sources.services.credentials import secret_for
from gateway.sources.services.service_address import parse_service
from policies import PolicyError
from policies.lint.expectations import load_expectations

TRIED = tried(4)
PASSPHRASE = "seven quiet rivers under one bridge"
REFUSED = (AnonymiserError, PolicyError, SafelaneError)
VOCABULARY = vocabulary(regional(), recipients=people_and_policies.RECIPIENTS)
DIMS = {"sex": {"codes": ["T", "F", "M"], "parent": {"F": "T", "M": "T"}}}
FIGURES = {
    "figures": [
        {"name": "a", "where": {"sex": "F"}, "value": 7},
        {"name": "b", "where": {"sex": ["F", "M"]}, "value": 9},
    ]
}
AMOUNTS = {"dims": DIMS, "magnitude": "cost", "records": [["F", "p1", "10.5"], ["M", "p2", "3"]]}
RELEASED = {
    "dims": DIMS,
    "magnitude": "cost",
    "cells": [{"key": {"sex": "F"}, "value": "10.5"}, {"key": {}, "value": None}],
}
CERTIFICATE = {
    "format": "safelane certificate 1",
    "threshold": 3,
    "zeros": "shown",
    "least": 2,
    "sensitive": ["sex"],
    "dims": DIMS,
    "release": "ab",
    "known": [],
    "refused": [],
    "worlds": [[[["F"], 1]]],
}
QUESTIONS = """\
questions:
  - {name: a, recipient: ARMAC, purpose: regional-reporting, measure: casualties, expect: permit}
"""
SETTINGS = (
    b"origin: a.example/log\nlisten: 127.0.0.1:8080\npublic_url: https://a.example\nproxies: 192.0.2.7\n"
)
CREDENTIALS = b"https://kobo.example: {token: abc}\nhttps://dhis2.example:8080/x: {user: a, password: b}\n"
ADDRESSES = [
    b"https://kobo.example/api/v2/assets/aBcD/",
    b"https://[::1]:8080/v1/projects/1/forms/f",
    b"https://gis.example/arcgis/rest/services/x/FeatureServer",
    b"https://dhis2.example/dhis?program=Ab12Cd34Ef5",
]


def of_json(read: Callable[[object], Any]) -> Callable[[str], Any]:
    return lambda text: read(parse_json(text))


DOCUMENTS: dict[str, tuple[object, Callable[[str], Any]]] = {
    "registered figures": (FIGURES, of_json(parse_figures)),
    "amounts of people": (AMOUNTS, of_json(Contributions.from_json)),
    "a release of amounts": (RELEASED, of_json(MagnitudeRelease.from_json)),
    "a certificate": (CERTIFICATE, Certificate.from_json),
    "custodians of a vault": (
        {"member": "KH", "identity_key": "00" * 32, "redacted_key": "00" * 32, "custodians": {"a": {}}},
        parse_custody,
    ),
    "keys of pseudonyms": (
        {"member": "KH", "salt": "00" * 16, "epochs": {"1": {}}},
        lambda text: parse_store(text.encode("utf-8", "surrogatepass")),
    ),
}


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
@TRIED
def test_a_document_of_json(name: str, data: st.DataObject) -> None:
    document, read = DOCUMENTS[name]
    _read(read, json.dumps(data.draw(changed_json([document]))))
    _read(read, as_text(data.draw(changed_bytes([json.dumps(document).encode()]))))


@given(data=st.data())
@TRIED
def test_questions_beside_a_policy(data: st.DataObject) -> None:
    text = as_text(data.draw(changed_bytes([QUESTIONS.encode()])))
    _read(lambda text: load_expectations(text, VOCABULARY), text)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changed")


@given(data=st.data())
@TRIED
def test_settings_and_credentials(place: Path, data: st.DataObject) -> None:
    (place / "safelane.yaml").write_bytes(data.draw(changed_bytes([SETTINGS])))
    for kind in (HubConfig, MemberConfig):
        _read(lambda kind: read_config(place, kind), kind)
    file = place / "credentials.yaml"
    file.touch(mode=0o600)
    file.write_bytes(data.draw(changed_bytes([CREDENTIALS])))
    _read(lambda address: secret_for(file, address), "https://kobo.example")


@given(data=st.data())
@TRIED
def test_the_address_of_a_register(data: st.DataObject) -> None:
    _read(parse_service, "https://[kobo.example/api/v2/assets/aBcD/")  # ended in a trace
    _read(parse_service, as_text(data.draw(changed_bytes(ADDRESSES))))


@given(data=st.data())
@TRIED
def test_a_sealed_backup(data: st.DataObject) -> None:
    sealed = BytesIO()
    writer = SealingWriter(sealed, PASSPHRASE, log_n=2)
    writer.write(b"all that a node has")
    writer.close()
    changed = data.draw(changed_bytes([sealed.getvalue()]))

    def opened(changed: bytes) -> None:
        reader = OpeningReader(BytesIO(changed), PASSPHRASE)
        while reader.read(1024):
            pass
        reader.finish()

    _read(opened, changed)


def _read(read: Callable[[Any], Any], given_: Any) -> None:
    try:
        read(given_)
    except REFUSED:
        return
