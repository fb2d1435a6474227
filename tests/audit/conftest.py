"""Published vectors and a small log, shared by the tests of audit/."""

import json
from pathlib import Path
from typing import Any

import pytest
from memory_log import MemoryStorage

from audit.formats.note import Signer
from audit.log.log import Log

_VECTORS = json.loads((Path(__file__).parents[1] / "data" / "tlog.json").read_text("utf-8"))


@pytest.fixture
def vectors() -> dict[str, Any]:
    """RFC 6962 and C2SP vectors (tests/data/tlog.json says where each comes from)."""
    return _VECTORS


@pytest.fixture
def signer() -> Signer:
    return Signer.from_seed("log.example/hub", bytes(range(32)))


@pytest.fixture
def log(signer: Signer) -> Log:
    return Log(signer)


@pytest.fixture
def storage(log: Log) -> MemoryStorage:
    """An empty log's storage, its first checkpoint signed."""
    storage = MemoryStorage(log.origin)
    log.create(storage, now=1_700_000_000)
    return storage


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `<name>_vector` runs once for each vector in the list `<name>`."""
    for argument in metafunc.fixturenames:
        if argument.endswith("_vector"):
            cases = _VECTORS[argument.removesuffix("_vector")]
            ids = [case.get("desc", "") if isinstance(case, dict) else "" for case in cases]
            metafunc.parametrize(argument, cases, ids=[f"{i}-{name}" for i, name in enumerate(ids)])
