"""The mapping of the desk becomes that of the node with the load, or nothing changes at all."""

from pathlib import Path

import pytest

from gateway.bootstrap.loading.source_location import FORMER, mapping_kept
from gateway.sources.model.errors import SourceError


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """The directory of a node with a mapping."""
    settings = "member: KH\nhub_url: https://hub.example\nhub_log_key: k\nhub_call_key: k\n"
    (tmp_path / "safelane.yaml").write_text(settings, encoding="utf-8")
    (tmp_path / "mapping.yaml").write_text("the former one\n", encoding="utf-8")
    return tmp_path


def test_the_former_mapping_stays_beside_the_new_one_for_the_owner_only(node: Path) -> None:
    with mapping_kept(node, "the new one\n"):
        assert (node / "mapping.yaml").read_text(encoding="utf-8") == "the former one\n"

    assert (node / "mapping.yaml").read_text(encoding="utf-8") == "the new one\n"
    assert (node / FORMER).read_text(encoding="utf-8") == "the former one\n"
    assert [path.stat().st_mode & 0o077 for path in (node / "mapping.yaml", node / FORMER)] == [0, 0]
    with mapping_kept(node, "the new one\n"):
        pass
    assert (node / FORMER).read_text(encoding="utf-8") == "the former one\n", "the same again is no change"


def test_a_load_that_fails_changes_no_mapping(node: Path) -> None:
    before = sorted(node.iterdir())

    with pytest.raises(RuntimeError), mapping_kept(node, "the new one\n"):
        raise RuntimeError("the disk is full")

    assert (node / "mapping.yaml").read_text(encoding="utf-8") == "the former one\n"
    assert sorted(node.iterdir()) == before


def test_a_mapping_that_cannot_be_written_is_an_error_before_the_load(node: Path) -> None:
    (node / ".mapping.yaml.new").mkdir()
    loaded = False

    with pytest.raises(SourceError, match="cannot be written"), mapping_kept(node, "the new one\n"):
        loaded = True

    assert not loaded
