"""A server of a register for each module, and the credentials for it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from register_services import Answer, Service, served

from gateway.sources.services import service_client


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between tries: nobody recovers here."""
    monkeypatch.setattr(service_client, "WAITS", (0.0, 0.0))


@pytest.fixture(scope="module")
def serving() -> Iterator[Callable[[Answer], Service]]:
    """Serves an answer until the module's tests are done; the same server, however often it is asked for."""
    with ExitStack() as stack:
        running: list[Service] = []

        def serve(answer: Answer) -> Service:
            if not running:
                running.append(stack.enter_context(served(Service(answer))))
            service = running[0]
            service.answer, service.fault = answer, lambda _number, _asked: None
            service.asked.clear()
            return service

        yield serve


@pytest.fixture
def credentials(tmp_path: Path) -> Callable[[str, Mapping[str, str]], Path]:
    """Writes a file of credentials for an address."""

    def written(address: str, secret: Mapping[str, str]) -> Path:
        path = tmp_path / "credentials.yaml"
        path.touch(mode=0o600)
        lines = "".join(f"  {name}: '{value}'\n" for name, value in secret.items())
        path.write_text(f"{address}:\n{lines}")
        return path

    return written
