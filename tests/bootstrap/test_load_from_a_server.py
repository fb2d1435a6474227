"""A node loads the register that its mapping names an address of, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lone_node import lone_node
from register_services import KOBO_ASSET, KOBO_TOKEN, REFUSED, Service, kobo, served

from gateway.bootstrap.loading.register_loading import load_source, recompute
from gateway.bootstrap.loading.source_location import source_of
from gateway.sources.model.errors import SourceError
from gateway.sources.rows.load_progress import Reached
from gateway.sources.services import kobo as kobo_reader
from gateway.sources.services.credentials import FILE
from gateway.sources.services.kept_pages import FOLDER

MAPPING = """\
mapping: 1
member: KH
source: kobo
address: "{address}"
tables:
  Submissions:
    columns: {{_uuid: case_id, happened: date}}
    left_out: {{_id: tool, _submission_time: tool}}
constants: {{consent_share: AGG}}
"""
CONTENT = {"survey": [{"type": "date", "name": "happened"}], "choices": []}
SUBMISSIONS = [
    {"_id": n, "_uuid": f"uuid-{n}", "_submission_time": "2026-01-01T08:00:00", "happened": "2024-03-04"}
    for n in range(5)
]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A server with five submissions, on pages of two."""
    monkeypatch.setattr(kobo_reader, "PAGE", 2)
    with served(Service(kobo(SUBMISSIONS, CONTENT))) as running:
        yield running


def test_an_address_in_the_mapping_is_loaded_with_the_credentials_of_the_node(
    tmp_path: Path, service: Service
) -> None:
    address = f"{service.url}/#/forms/{KOBO_ASSET}/summary"
    text = MAPPING.format(address=address)
    with lone_node(tmp_path / "node") as (node, _):
        directory = tmp_path / "node"
        (directory / "mapping.yaml").write_text(text)
        (directory / FILE).touch(mode=0o600)
        (directory / FILE).write_text(f"{service.url}: {{token: {KOBO_TOKEN}}}\n")
        found = source_of(directory)
        assert found is not None
        assert (found.source, found.name) == (address, "127.0.0.1")

        reached: list[Reached] = []
        before = {path.name for path in directory.iterdir()}
        loaded = load_source(directory, node, "", text, reached.append)
        assert loaded.casualties == 5
        assert [at.rows for at in reached] == [2, 4, 5, 5]
        assert recompute(directory, node, "", text).id == loaded.kept.id

        service.fault = lambda _n, asked: REFUSED if asked.query.get("query", "").endswith("3}}") else None
        with pytest.raises(SourceError, match="no longer, let this node read") as caught:
            load_source(directory, node, "", text)
        with node.store.reading() as view:
            former = view.snapshot()
        assert former is not None
        assert former[0].id == loaded.kept.id
        assert KOBO_TOKEN not in f"{caught.value} {caught.value.remedy}"
        left = {path.name for path in directory.iterdir()} - before
        assert left == {
            "quality.json",
            "quality.html",
            "rejects.csv",
            FOLDER,
        }  # whose pages are for next time


def test_without_an_address_a_command_names_the_source(tmp_path: Path) -> None:
    text = MAPPING.format(address="x").replace('address: "x"\n', "")
    with lone_node(tmp_path / "node") as (node, _), pytest.raises(SourceError, match="Neither the command"):
        load_source(tmp_path / "node", node, "", text)
