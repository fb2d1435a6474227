"""What a browser says of a passkey is looked at before a library makes bytes of it."""

import json
import tracemalloc

import pytest

from gateway.accounts.errors import PasskeyRefusedError
from gateway.accounts.passkeys import verifying

FIELDS = {"clientDataJSON": "e30", "authenticatorData": "e30", "signature": "e30"}


@pytest.mark.parametrize("name", ["id", "rawId", *FIELDS])
def test_a_number_in_place_of_bytes_takes_no_memory(name: str) -> None:
    """A stranger's 200 bytes took gigabytes: of a number the library made as many bytes as it says."""
    response = {field: 50_000_000 if field == name else text for field, text in FIELDS.items()}
    answer = {"id": "YQ", "rawId": "YQ", "type": "public-key", "response": response}
    said = json.dumps({**answer, name: 50_000_000} if name in answer else answer)
    tracemalloc.start()
    try:
        with pytest.raises(PasskeyRefusedError):
            verifying.credential_of(said)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
