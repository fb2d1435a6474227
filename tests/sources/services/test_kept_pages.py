"""A fetch that ended too early goes on where it was: killed, refused, cut off; never with another state."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from register_services import (
    ARCGIS_PATH,
    DHIS2_PROGRAM,
    DHIS2_TOKEN,
    KOBO_ASSET,
    KOBO_TOKEN,
    ODK_PASSWORD,
    ODK_USER,
    REFUSED,
    Answer,
    ArcGis,
    Asked,
    Dhis2,
    Odk,
    Reply,
    Service,
    kobo,
)

from gateway.sources.model.errors import SourceError
from gateway.sources.services import dhis2 as dhis2_reader
from gateway.sources.services import kept_pages
from gateway.sources.services import kobo as kobo_reader
from gateway.sources.services import odk as odk_reader
from gateway.sources.services.service_source import Access, open_service

SIX = range(1, 7)
FORM = '<h:html xmlns:h="http://www.w3.org/1999/xhtml"><h:body/></h:html>'
LAYER = {
    "name": "Victims", "objectIdField": "OBJECTID", "maxRecordCount": 2, "editingInfo": {"lastEditDate": 1},
    "fields": [
        {"name": "OBJECTID", "type": "esriFieldTypeOID"}, {"name": "sex", "type": "esriFieldTypeString"},
    ],
}  # fmt: skip
STAGE = {"id": "stageAAAAAA", "displayName": "Accident", "programStageDataElements": []}
PROGRAM = {"displayName": "Victims", "programType": "WITHOUT_REGISTRATION", "programStages": [STAGE]}
LATER = "2999-01-01T00:00:00.000Z"
BROKEN = Reply({"detail": "broken"}, 500)


@dataclass
class Register:
    """Six rows behind a server, in pages of two. `edit` and `delete` change a row, `add` adds one."""

    kind: str
    rows: list[dict[str, Any]]
    service: Service
    place: str
    access: Access
    add: Callable[[], None]
    edit: Callable[[], None]

    def is_page(self, asked: Asked) -> bool:
        """Whether a page of whole rows is asked for."""
        if self.kind == "arcgis":
            return "objectIds" in asked.form
        if self.kind == "dhis2":
            return asked.query.get("order") == "createdAt:asc"
        return asked.path.endswith(("/data/", "/Submissions")) and not {"fields", "$filter"} & set(
            asked.query
        )

    def pages_asked(self) -> int:
        return sum(map(self.is_page, self.service.asked))

    def break_at(self, page: int, reply: Reply = BROKEN) -> None:
        """Let the server fail at a page, until it is note otherwise."""
        self.service.asked.clear()
        self.service.fault = lambda _number, asked: (
            reply if self.pages_asked() >= page and self.is_page(asked) else None
        )

    def repair(self) -> None:
        self.service.fault = lambda _number, _asked: None
        self.service.asked.clear()

    def fetch(self) -> tuple[list[list[str]], str]:
        """All rows of the largest table, and what is said of the pages."""
        with open_service(self.place, self.kind, self.access) as spool:
            name = max(spool.tables(), key=spool.size)
            with spool.table(name) as table:
                return [list(row) for chunk in table.chunks for row in chunk.rows], str(
                    spool.fetch_note or ""
                )

    def kept(self) -> list[Path]:
        """The files with pages."""
        assert self.access.folder is not None
        return list((self.access.folder / "fetched").glob("*"))


def _of_kobo(
    serve: Callable[[Answer], Service],
) -> tuple[Service, list[dict[str, Any]], str, dict[str, str], Any, Any]:
    rows = [{"_id": n, "_uuid": f"u{n}", "sex": "1"} for n in SIX]
    service = serve(kobo(rows, {"survey": [{"type": "text", "name": "sex"}]}))
    return (
        service, rows, f"{service.url}/#/forms/{KOBO_ASSET}", {"token": KOBO_TOKEN},
        lambda: rows.append({"_id": 7, "_uuid": "u7", "sex": "1"}),
        lambda: rows[0].update(_uuid="u1b", sex="2"),
    )  # fmt: skip


def _of_odk(
    serve: Callable[[Answer], Service],
) -> tuple[Service, list[dict[str, Any]], str, dict[str, str], Any, Any]:
    def row(n: int, at: str) -> dict[str, Any]:
        return {"__id": f"u{n}", "__system": {"submissionDate": at}, "sex": "1"}

    rows = [row(n, "2020-01-01T00:00:00.000Z") for n in SIX]
    service = serve(Odk(rows, [{"path": "/sex", "type": "string"}], FORM))
    return (
        service, rows, f"{service.url}/#/projects/7/forms/victims",
        {"user": ODK_USER, "password": ODK_PASSWORD},
        lambda: rows.append(row(7, LATER)),
        lambda: rows[0].update(sex="2", __system=rows[0]["__system"] | {"updatedAt": LATER}),
    )  # fmt: skip


def _of_arcgis(
    serve: Callable[[Answer], Service],
) -> tuple[Service, list[dict[str, Any]], str, dict[str, str], Any, Any]:
    rows = [{"OBJECTID": n, "sex": "1"} for n in SIX]
    about = {**LAYER, "editingInfo": {"lastEditDate": 1}}
    service = serve(ArcGis({0: (about, rows)}))

    def changed(change: Callable[[], object]) -> Callable[[], None]:
        def made() -> None:
            about["editingInfo"] = {"lastEditDate": 2}
            change()

        return made

    return (
        service, rows, f"{service.url}{ARCGIS_PATH}", {},
        changed(lambda: rows.append({"OBJECTID": 7, "sex": "1"})), changed(lambda: rows[0].update(sex="2")),
    )  # fmt: skip


def _of_dhis2(
    serve: Callable[[Answer], Service],
) -> tuple[Service, list[dict[str, Any]], str, dict[str, str], Any, Any]:
    def row(n: int, at: str) -> dict[str, Any]:
        return {"event": f"event{n}", "programStage": "stageAAAAAA", "status": "COMPLETED", "updatedAt": at}

    rows = [row(n, "2020-01-01T00:00:00.000") for n in SIX]
    service = serve(Dhis2(PROGRAM, [], rows))
    return (
        service, rows, f"{service.url}/hmis/api/tracker/events?program={DHIS2_PROGRAM}",
        {"token": DHIS2_TOKEN},
        lambda: rows.append(row(7, "2020-02-01T00:00:00.000")),
        lambda: rows[0].update(status="SKIPPED", updatedAt="2020-02-01T00:00:00.000"),
    )  # fmt: skip


MADE = {"kobo": _of_kobo, "odk": _of_odk, "arcgis": _of_arcgis, "dhis2": _of_dhis2}


@pytest.fixture(params=list(MADE))
def register(
    request: pytest.FixtureRequest,
    serving: Callable[[Answer], Service],
    credentials: Callable[[str, Mapping[str, str]], Path],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Register:
    for reader in (kobo_reader, odk_reader, dhis2_reader):
        monkeypatch.setattr(reader, "PAGE", 2)
    service, rows, place, secret, add, edit = MADE[request.param](serving)
    access = Access(credentials(service.url, secret) if secret else None, tmp_path)
    return Register(request.param, rows, service, place, access, add, edit)


def test_a_fetch_goes_on_behind_the_pages_that_came_and_asks_the_last_of_them_once_more(
    register: Register,
) -> None:
    whole, note = register.fetch()
    assert (len(whole), note, register.kept()) == (6, "", [])
    pages = register.pages_asked()
    register.break_at(3)

    with pytest.raises(SourceError) as error:
        register.fetch()

    (file,) = register.kept()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "the next load asks only for the rest" in error.value.remedy
    register.repair()

    again, note = register.fetch()

    assert again == whole
    # Kept: what was known to be right when the next page was asked for; the last of it is asked for again.
    assert register.pages_asked() == pages - 2 + 1
    assert note == (
        f"A fetch that was broken off went on. Pages that had come before: 2; pages fetched now: {pages - 2}."
    )
    assert register.kept() == []


@pytest.mark.parametrize("change", ["edit", "add", "delete", "replace"])
def test_a_register_that_changed_meanwhile_is_fetched_anew_and_that_is_told(
    register: Register, change: str
) -> None:
    register.break_at(3)
    with pytest.raises(SourceError):
        register.fetch()
    register.repair()

    if change in {"add", "replace"}:
        register.add()
    if change in {"delete", "replace"}:
        del register.rows[1]
    if change == "edit":
        register.edit()
    found, note = register.fetch()

    assert len(found) == len(register.rows)
    values = {cell for row in found for cell in row}
    assert change != "edit" or values & {"2", "SKIPPED"}
    assert note == "The register has changed since a fetch was broken off: all of it was fetched anew."
    assert register.kept() == []


def test_a_token_that_ended_is_renewed_by_its_owner_and_the_fetch_goes_on(register: Register) -> None:
    if register.kind == "arcgis":
        refused = Reply({"error": {"code": 498, "message": "Invalid token."}})
    else:
        refused = REFUSED
    register.break_at(2, refused)

    with pytest.raises(SourceError, match="let this node read"):
        register.fetch()
    register.repair()

    assert register.fetch()[1].startswith(
        "A fetch that was broken off went on. Pages that had come before: 1;"
    )


def test_a_page_that_is_not_as_it_ought_to_be_is_never_kept(register: Register) -> None:
    register.break_at(2, Reply({"login": "again"}))
    with pytest.raises(SourceError):
        register.fetch()
    register.repair()

    found, note = register.fetch()

    assert len(found) == 6
    assert note.startswith("A fetch that was broken off went on. Pages that had come before: 1;")


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda text: text[:-9],
        lambda text: text.replace(b'"1"', b'"2"').replace(b"event2", b"event9"),
        lambda _: b"",
    ],
)
def test_a_line_that_was_cut_off_or_changed_is_asked_for_again(register: Register, spoilt: Any) -> None:
    whole, _ = register.fetch()
    register.break_at(3)
    with pytest.raises(SourceError):
        register.fetch()
    register.repair()
    (file,) = register.kept()
    file.write_bytes(spoilt(file.read_bytes()))

    assert register.fetch()[0] == whole


def test_pages_go_after_a_day_and_without_a_directory_none_are_kept(register: Register) -> None:
    register.break_at(3)
    with pytest.raises(SourceError):
        register.fetch()
    (file,) = register.kept()
    long_ago = time.time() - kept_pages.KEPT.total_seconds() - 5
    os.utime(file, (long_ago, long_ago))

    kept_pages.remove_old_pages(file.parents[1])
    assert register.kept() == []

    register.access = Access(register.access.credentials)
    register.break_at(3)
    with pytest.raises(SourceError) as error:
        register.fetch()
    assert "the rest" not in error.value.remedy


@pytest.mark.parametrize("register", ["arcgis"], indirect=True)
def test_a_service_that_does_not_tell_its_last_edit_is_fetched_anew(register: Register) -> None:
    about, _ = register.service.answer.layers[0]  # type: ignore[attr-defined]  # a FeatureServer
    about.pop("editingInfo")
    register.break_at(3)
    with pytest.raises(SourceError):
        register.fetch()

    assert register.kept() == []
    register.repair()
    assert register.fetch()[1] == ""


@pytest.mark.parametrize("register", ["odk"], indirect=True)
def test_a_place_in_the_pages_that_the_server_no_longer_knows_begins_it_anew(register: Register) -> None:
    register.break_at(3)
    with pytest.raises(SourceError):
        register.fetch()
    register.repair()
    failed: list[bool] = []

    def once(_number: int, asked: Asked) -> Reply | None:
        if register.is_page(asked) and "$skiptoken" in asked.query and not failed:
            failed.append(True)
            return Reply({"code": 400.0}, 400)
        return None

    register.service.fault = once

    found, note = register.fetch()

    assert (len(found), "anew" in note) == (6, True)


@pytest.mark.parametrize("register", ["kobo", "odk", "dhis2"], indirect=True)
def test_a_server_that_cannot_tell_what_has_changed_is_read_whole_all_the_same(register: Register) -> None:
    def refusing(_number: int, asked: Asked) -> Reply | None:
        sorts = asked.query.get("order") == "updatedAt:desc"
        filters = "$filter" in asked.query or (register.kind == "kobo" and "fields" in asked.query)
        return Reply({}, 400) if sorts or filters else None

    register.break_at(3)
    with pytest.raises(SourceError):
        register.fetch()
    register.service.asked.clear()
    register.service.fault = refusing

    assert len(register.fetch()[0]) == 6
    assert register.kept() == []


FETCH = """
import sys
from pathlib import Path
from gateway.sources.services.service_source import Access, open_service
with open_service(sys.argv[1], "arcgis", Access(None, Path(sys.argv[2]))):
    pass
"""


@pytest.mark.parametrize("register", ["arcgis"], indirect=True)
def test_a_fetch_that_is_killed_goes_on_in_the_next_process(register: Register) -> None:
    whole, _ = register.fetch()
    register.repair()
    stalled: list[bool] = []

    def stall(_number: int, asked: Asked) -> Reply | None:
        if register.is_page(asked) and register.pages_asked() == 3:
            stalled.append(True)
            time.sleep(60)
        return None

    register.service.fault = stall
    assert register.access.folder is not None
    process = subprocess.Popen([sys.executable, "-c", FETCH, register.place, str(register.access.folder)])
    while not stalled:
        assert process.poll() is None
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert len(register.kept()) == 1
    register.repair()

    found, note = register.fetch()

    assert found == whole
    assert note == "A fetch that was broken off went on. Pages that had come before: 2; pages fetched now: 1."
    assert register.kept() == []


@pytest.mark.parametrize("register", ["kobo"], indirect=True)
def test_a_second_process_at_the_same_time_keeps_nothing_and_harms_nothing(register: Register) -> None:
    assert register.access.folder is not None
    with kept_pages.kept_pages(register.access.folder, f"kobo {register.place}") as first:
        first.begin(lambda: 1, lambda _: True)
        found, note = register.fetch()
        assert (len(found), note) == (6, "")
        first.page("-1", dict)
        first.page("2", dict)
        assert first.waits
    assert len(register.kept()) == 1
