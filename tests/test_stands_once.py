"""Canonical JSON, strict reading of messages and every kind of sealing stand once.

A pure package may keep its own, since policies, anonymisers and audit do not import each other; the gateway
uses theirs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("gateway", "policies", "anonymisers", "audit")

STANDS_IN = {
    "canonical JSON": (
        r"sort_keys=True, separators=|separators=\(\",\", \":\"\), sort_keys=True",
        {"audit/formats/canonical.py", "anonymisers/records/sealed_extract.py"},
    ),
    "a strict reader of JSON": (
        r"JSONDecoder\(",
        {"audit/formats/canonical.py", "anonymisers/tables/strict_json.py"},
    ),
    "HPKE": (r"HPKE\.new\(", {"anonymisers/identity/sealed_messages.py"}),
    "AES-KW": (
        r"MODE_KW",
        {"anonymisers/identity/key_epochs.py", "anonymisers/identity/key_custody.py"},
    ),
    "AES-GCM, one use a file": (
        r"MODE_GCM|AESGCM\(",
        {
            "anonymisers/identity/vault_records.py",  # records of a vault
            "gateway/keys/sealed.py",  # a person's signing key
            "gateway/keys/sealed_stream.py",  # backups
            "gateway/keys/sealer.py",  # secrets kept in the database
        },
    ),
    "scrypt": (
        r"hashlib\.scrypt\(",
        {
            "anonymisers/identity/key_epochs.py",
            "gateway/keys/passphrase.py",
            "gateway/wire/enrolment.py",  # fingerprints that people compare
        },
    ),
}


def sources() -> Iterator[tuple[str, str]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def holding(pattern: str, files: Iterator[tuple[str, str]]) -> set[str]:
    """The files in which the pattern stands, however their lines are broken."""
    return {name for name, text in files if re.search(pattern, re.sub(r"\s+", " ", text))}


@pytest.mark.parametrize("what", STANDS_IN)
def test_it_stands_where_the_list_says_and_nowhere_else(what: str) -> None:
    pattern, files = STANDS_IN[what]
    assert holding(pattern, sources()) == files


def test_another_copy_would_be_found() -> None:
    copy = 'def canonical(value):\n    return json.dumps(value, sort_keys=True, separators=(",", ":"))\n'
    pattern, _ = STANDS_IN["canonical JSON"]
    assert holding(pattern, iter([("gateway/copy.py", copy)])) == {"gateway/copy.py"}
