"""Work in a process of its own: how it fails is reported as an event, never as a traceback with values."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lone_node import lone_node
from structlog.testing import capture_logs

from gateway.bootstrap.desk.worker_processes import Child, WorkError

SECRET = "a name that stands in a register"


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("child") / "KH"
    with lone_node(place):
        yield place


def test_an_error_that_nobody_foresaw_is_told_by_class_and_place(
    node: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with capture_logs() as reported, pytest.raises(WorkError, match="unexpected error"):
        Child(node, "preview", {"text": [SECRET]}).result(lambda *_: None)

    (event,) = reported
    assert (event["work"], event["kind"]) == ("preview", "TypeError")
    assert event["event"].startswith("work failed as nobody foresaw")
    assert re.fullmatch(r"(gateway|policies)\.[a-z_.]+:\d+", event["at"])
    assert SECRET not in str(reported)
    said = "".join(capfd.readouterr())  # servers of other tests may be heard here too
    assert SECRET not in said
    assert "TypeError" not in said


def test_a_process_that_was_killed_is_told_and_one_that_was_ended_is_not(node: Path) -> None:
    for end, codes in ((lambda c: c._process.kill(), [-9]), (Child.end, [])):
        child = Child(node, "protect", {})
        end(child)
        with capture_logs() as reported, pytest.raises(WorkError, match="before completion"):
            child.result(lambda *_: None)
        assert [each["code"] for each in reported] == codes
