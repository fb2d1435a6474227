"""Writes `tests/data/sealed.json`: files with keys, extracts and maps, sealed once.

    PYTHONPATH=. python tests/support/make_sealed.py

Sealing draws a key anew each time; tests that change valid files begin with the same files in every run.
Their keys are known to everybody: 32 bytes that count from 0, and the passphrase below.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from anonymisers.identity.key_custody import dump_custody, lock_from_file, lock_from_passphrase, new_custody
from anonymisers.identity.key_epochs import begin_epoch, dump_store, key_from_passphrase, new_store
from anonymisers.identity.pseudonym_map import sealed_map
from anonymisers.identity.pseudonyms import Domain
from anonymisers.identity.sealed_messages import public_of, public_text
from anonymisers.records.sealed_extract import Content, Label, moment_text, sealed_extract
from audit.formats.note import Signer
from gateway.keys.sealed import seal

PLACE = Path(__file__).parents[1] / "data" / "sealed.json"
PRIVATE = bytes(range(32))
PASSPHRASE = "seven quiet rivers under one bridge"
MADE = datetime(2026, 2, 1, tzinfo=UTC)


def files() -> dict[str, str]:
    """Each kind of file, by the name that its reader has in `outside/`."""
    reader = public_of(PRIVATE)
    until = moment_text(MADE + timedelta(days=90))
    label = Label("x-1", "KH", "ARMAC", "research", 1, public_text(reader), moment_text(MADE), until)
    content = Content(("person", "sex"), (("p1.1.X", "F"), ("p1.1.Y", "M")), ("For ARMAC only.",), "0123")
    domain = Domain("KH", 1, "ARMAC", "research", "nid")
    store = new_store("KH", from_passphrase=True)
    for _ in range(2):
        store = begin_epoch(store, key_from_passphrase(PASSPHRASE, store))
    locks = {"ana": lock_from_passphrase(PASSPHRASE), "ben": lock_from_file(PRIVATE)}
    extract = sealed_extract(label, content).decode()
    return {
        "a sealed key": seal(Signer.from_seed("KH/controller", PRIVATE), PASSPHRASE).to_bytes().decode(),
        "the label of an extract": extract,
        "a sealed extract": extract,
        "a map of pseudonyms": sealed_map({"p1.1.X": "p2.1.Z"}, reader, domain, 2).decode(),
        "custodians of a vault": dump_custody(new_custody("KH", locks)),
        "keys of pseudonyms": dump_store(store).decode(),
    }


if __name__ == "__main__":
    PLACE.write_text(json.dumps(files(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
