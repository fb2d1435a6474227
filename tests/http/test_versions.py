"""Sides of different versions work together within a major version; the first call tells what differs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from federation import federation
from flask import Flask, request

from gateway.api.app import create_hub_app
from gateway.bootstrap.serving.waitress_server import WebServer
from gateway.bootstrap.setup.open_member import hub_link
from gateway.http.link import HttpLink
from gateway.member.errors import LinkError
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.poll import Poll
from gateway.wire.upload_batch import UploadBatch
from gateway.wire.versions import FEATURES, GREETING, MAJOR, Hello, fields_for, unknown_to

POLL = Poll(0, None, None, 0.0)
OFFER = {"cells", "consent", "high", "low", "question_id", "threshold"}


Before = Callable[[], tuple[str, int] | None]


def no_other() -> None:
    """A hub as it is today."""


@contextmanager
def hub(
    directory: Path, *, before_greetings: bool = False, older: Before = no_other
) -> Iterator[tuple[Flask, HttpLink]]:
    """A hub over HTTP and a node's way to it; an older hub knows none of the newer fields, or no greeting."""
    with federation(directory, "KH", ready=False) as region:
        region.clock.time = datetime.now(UTC)  # calls are believed for a minute only
        app = create_hub_app(region.hub)
        if before_greetings:
            app.before_request(lambda: ("", 404) if request.path.endswith("/hello") else None)
        app.before_request(older)
        server = WebServer(app, "127.0.0.1:0")
        server.start()
        link = hub_link(directory / "KH", region.members["KH"].node, server.url)
        try:
            yield app, link
        finally:
            link.close()
            server.close()


def _as_it_was() -> tuple[str, int] | None:
    """Schemas are strict: a field that an old hub does not know is refused by it."""
    body = request.get_json(silent=True) or {}
    return ("unknown field", 422) if set(body) & {"serves", "sharing", "upload_batch"} else None


def _before_bounds_had_a_name() -> tuple[str, int] | None:
    """A hub of the time of regional totals: bounds are called offers, and have fields of totals."""
    body = request.get_json(silent=True) or {}
    if request.path.endswith("/bounds"):
        return "unknown", 404
    if request.path.endswith("/offers"):
        return None if set(body) == OFFER else ("unknown field", 422)
    batch = body.get("upload_batch") or {"answers", "contributions", "offers"}
    return None if set(batch) == {"answers", "contributions", "offers"} else ("unknown field", 422)


def test_sides_of_one_version_use_everything(tmp_path: Path) -> None:
    with hub(tmp_path) as (_, link):
        assert link.poll(POLL).deliveries == ()
        assert link.poll(replace(POLL, serves=("1", "s-1"))).deliveries == ()


def test_a_newer_node_spares_an_older_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.federation.FEATURES", ())
    with hub(tmp_path, older=_as_it_was) as (_, link):
        assert link.poll(replace(POLL, serves=("1", "s-1"))).deliveries == ()


@pytest.mark.parametrize("older", [False, True], ids=["of today", "older"])
def test_bounds_go_to_a_hub_under_the_name_that_it_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, older: bool
) -> None:
    """With a call of their own and in a batch: what the hub does not know it would refuse."""
    if older:
        monkeypatch.setattr("gateway.api.federation.FEATURES", FEATURES[1:])
    seen: list[str] = []
    stated = AnswerBounds("q-unknown", (0,), (None,))
    with hub(tmp_path, older=_before_bounds_had_a_name if older else no_other) as (app, link):
        app.after_request(lambda reply: seen.append(f"{request.path} {reply.status_code}") or reply)
        assert link.poll(replace(POLL, upload_batch=UploadBatch((stated,)))).deliveries == ()
        link.bounds(stated)

    name = "offers" if older else "bounds"
    assert seen[-1] == f"/federation/v2/{name} 404", "the question is unknown, the form is not"


def test_a_hub_from_before_greetings_is_told_to_be_of_a_former_version(tmp_path: Path) -> None:
    with hub(tmp_path, before_greetings=True) as (_, link), pytest.raises(LinkError) as refused:
        link.poll(POLL)
    assert f"does not speak version {MAJOR}" in refused.value.message
    assert "Upgrade" in (refused.value.remedy or "")


def test_a_node_of_the_former_version_learns_from_the_first_call_what_is_wrong(tmp_path: Path) -> None:
    """The path of the first call stays; a former node finds its own version missing among the hub's."""
    with hub(tmp_path) as (_, link):
        greeted = link.greeted()
    assert (GREETING, greeted.majors) == ("/federation/v1/hello", (MAJOR,))
    assert 1 not in greeted.majors


def test_an_older_node_goes_on_with_a_newer_hub(tmp_path: Path) -> None:
    """It does not greet, and says less in its poll."""
    with hub(tmp_path) as (_, link):
        link._hub = Hello("0.0.1", (MAJOR,), ())
        assert link.poll(POLL).deliveries == ()


def test_sides_without_a_common_version_say_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.api.federation.MAJOR", MAJOR + 1)
    with hub(tmp_path) as (_, link), pytest.raises(LinkError, match=f"does not speak version {MAJOR}"):
        link.poll(POLL)


def test_what_differs_is_named() -> None:
    for feature in FEATURES:
        older = Hello("0.9", (1,), tuple(f for f in FEATURES if f != feature))

        assert unknown_to(older) == (feature,)
        assert feature not in fields_for(older, POLL.as_json())
    assert set(fields_for(Hello("2.0", (1, 2), (*FEATURES, "more")), POLL.as_json())) == set(POLL.as_json())
