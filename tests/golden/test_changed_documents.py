"""Whatever somebody makes of a document that a command or a page is given, its reader says what is wrong."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import people_and_policies
import pytest
from changed_texts import as_text, changed_bytes, changed_json, tried
from golden_tables import KEY
from hypothesis import given
from hypothesis import strategies as st
from small_cubes import TABLE

from anonymisers.cube.certified_cube import build_cube
from anonymisers.errors import AnonymiserError
from anonymisers.identity.key_custody import parse_custody
from anonymisers.identity.key_epochs import parse_store
from anonymisers.magnitudes.contributions import Contributions
from anonymisers.magnitudes.magnitude_release import MagnitudeRelease
from anonymisers.proof.certificate import Certificate
from anonymisers.tables.registered_figures import parse_figures
from anonymisers.tables.rules import Rules
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
DIMS = {"sex": {"codes": ["Total", "F", "M"], "parent": {"F": "Total", "M": "Total"}}}
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
SEALED = json.loads((Path(__file__).parents[1] / "data" / "sealed.json").read_text("utf-8"))


def certificate() -> str:
    """Of a small table, in its written form."""
    return build_cube(TABLE, Rules(threshold=5), KEY).certificate.to_json()


QUESTIONS = """\
questions:
  - {name: a, recipient: ARMAC, purpose: regional-reporting, measure: casualties, expect: permit}
"""
SETTINGS = (
    b"origin: a.example/log\nlisten: 127.0.0.1:8080\npublic_url: https://a.example\nproxies: 192.0.2.7\n"
)
CREDENTIALS = b"https://kobo.example: {token: abc}\nhttps://dhis2.example:8080/x: {user: a, password: b}\n"
ADDRESSES = [
    b"https://kobo.example/api/v2/assets/aBcD1234efGH/",
    b"https://[::1]:8080/v1/projects/1/forms/f",
    b"https://gis.example/arcgis/rest/services/x/FeatureServer",
    b"https://dhis2.example/dhis/api/tracker?program=Ab12Cd34Ef5",
]


def of_json(read: Callable[[object], Any]) -> Callable[[str], Any]:
    return lambda text: read(parse_json(text))


DOCUMENTS: dict[str, tuple[dict[str, Any] | str, Callable[[str], Any]]] = {
    "registered figures": (FIGURES, of_json(parse_figures)),
    "amounts of people": (AMOUNTS, of_json(Contributions.from_json)),
    "a release of amounts": (RELEASED, of_json(MagnitudeRelease.from_json)),
    "a certificate": (certificate(), Certificate.from_json),
    "custodians of a vault": (SEALED["custodians of a vault"], parse_custody),
    "keys of pseudonyms": (
        SEALED["keys of pseudonyms"],
        lambda text: parse_store(text.encode("utf-8", "surrogatepass")),
    ),
}
"""As values, or as texts that have one spelling only."""


@pytest.mark.parametrize("name", DOCUMENTS)
@given(data=st.data())
@TRIED
def test_a_document_of_json(name: str, data: st.DataObject) -> None:
    document, read = DOCUMENTS[name]
    written = document if isinstance(document, str) else json.dumps(document)
    changed = data.draw(changed_json([json.loads(written)]))
    _read(read, json.dumps(changed, indent=1 if isinstance(document, str) else None))
    _read(read, as_text(data.draw(changed_bytes([written.encode()]))))


def test_a_code_that_is_no_text_is_refused() -> None:
    """It ended in a trace."""
    cells = [{"key": {"sex": {}}, "value": "10.5"}]
    with pytest.raises(AnonymiserError, match="no code"):
        MagnitudeRelease.from_json({**RELEASED, "cells": cells})


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
    (place / "safelane.yaml").write_bytes(b"[" * 2000)
    with pytest.raises(SafelaneError, match="not a YAML file"):  # ended in a trace
        read_config(place, HubConfig)
    file = place / "credentials.yaml"
    file.touch(mode=0o600)
    file.write_bytes(data.draw(changed_bytes([CREDENTIALS])))
    _read(lambda address: secret_for(file, address), "https://kobo.example")


@given(data=st.data())
@TRIED
def test_the_address_of_a_register(data: st.DataObject) -> None:
    for ended_in_a_trace in ("https://[kobo.example/api/v2/assets/aBcD/", "https:/\r/kobo.example/0"):
        _read(parse_service, ended_in_a_trace)
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
