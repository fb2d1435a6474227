"""Prints what people compare when a member joins: as costly to make as it is for them."""

from hashlib import sha256

from audit.formats.note import Signer
from gateway.wire.enrolment import Enrolment, HubKeys, fingerprint, hub_fingerprint


def key(name: str) -> str:
    return str(Signer.from_seed(f"test.example/{name}", sha256(name.encode()).digest()).key)


if __name__ == "__main__":
    enrolment = Enrolment("KH", *(key(f"KH/{use}") for use in ("answers", "log", "witness", "calls")))
    print(fingerprint(HubKeys(key("log"), key("calls")), enrolment))  # noqa: T201 - that is what it is for
    print(hub_fingerprint("test.example", key("calls")))  # noqa: T201
