"""A register is uploaded, checked, and loaded by a second step: whole or not at all, for any upload."""

import io
import re
import time
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import httpx
import pytest
from desk_house import DeskHouse, desk_house, forms_of
from federation import snapshot
from job_in_process import JobInProcess

from audit.events.events import SnapshotLoaded, decode
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.sources.files import uploads
from gateway.web.controller.common.shapes import ReportProgress
from gateway.web.controller.register import upload_receiving

LOADS, UPLOAD = "/controller/loads", "/controller/loads/upload"
MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Date: date
      Sex: {to: sex, codes: {Male: M, Female: F}}
      Outcome: {to: outcome, codes: {Killed: K, Injured: I}}
constants: {consent_share: AGG, victim_type: DIR}
"""
ROWS = "Case,Date,Sex,Outcome\n" + "".join(
    f"C{n},{2022 + n % 3}-0{1 + n % 9}-11,{'Female' if n % 11 == 0 else 'Male'},Injured\n" for n in range(90)
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    with desk_house(tmp_path_factory.mktemp("uploads"), ready=False) as made:
        keep_snapshot(made.node, snapshot("KH"))
        yield made


@pytest.fixture
def ready(house: DeskHouse) -> DeskHouse:
    """A node with a mapping, and nothing uploaded."""
    (house.directory / "mapping.yaml").write_text(MAPPING)
    house.desk_context.jobs.start = JobInProcess(house)
    for one in house.desk_context.uploads.waiting():
        house.desk_context.uploads.remove(one.id)
    return house


def send(desk: DeskHouse, name: str, data: bytes | str, as_of: str = "") -> httpx.Response:
    """Choose a file on the page, and upload the file."""
    (form,) = [one for one in forms_of(desk.get(UPLOAD)) if one.action == UPLOAD]
    body = data if isinstance(data, bytes) else data.encode()
    fields = {**form.hidden, "as_of": as_of}
    return desk.browser.client.post(UPLOAD, data=fields, files={"register": (name, body)})


def settled(desk: DeskHouse) -> None:
    end = time.monotonic() + 120
    while desk.desk_context.jobs.under_way():
        assert time.monotonic() < end
        time.sleep(0.02)


def checked(desk: DeskHouse, name: str, data: bytes | str) -> tuple[str, str]:
    """Upload a file and wait for its check: address and page of the upload."""
    sent = send(desk, name, data)
    assert sent.status_code == 303, re.findall(r'class="notice alarm".*?</div>', sent.text, re.DOTALL)
    settled(desk)
    return sent.headers["Location"], desk.get(sent.headers["Location"])


def loads(desk: DeskHouse) -> int:
    return sum(isinstance(decode(entry), SnapshotLoaded) for entry in desk.member.log_entries())


def test_a_register_is_checked_then_loaded_and_its_file_is_gone(ready: DeskHouse) -> None:
    before = loads(ready)

    address, page = checked(ready, "ជនរងគ្រោះ 2025.csv", ROWS.replace("C7,2023-08-11", "C7,32/13"))

    assert (
        "If you load this register, 89 casualties up to 31 Dec 2025 become the newest snapshot of this node."
        in page
    )
    assert "victims.csv, Date: not a date in any format of the mapping (line 9)" in page
    assert "Name the format in the mapping, or correct the cell." in page
    assert "32/13" not in page
    assert "89 cases reported late" in page
    assert "120 cases no longer in the register" in page
    assert "Since the load before" in page
    assert re.search('aria-label="2023: [0-9]+ vanished, 29 appeared"', page)
    assert "Is this the complete register?" in page
    assert "120 of the 120 cases of the newest snapshot are not in this file." in page
    assert loads(ready) == before
    assert address.rpartition("/")[2] in ready.get(LOADS)

    done = ready.post(address, do="load", loaded_as="replaces")
    settled(ready)

    assert "90 rows were read" in ready.get(done.headers["Location"])
    assert loads(ready) == before + 1
    assert not list((ready.directory / "uploads").iterdir())
    assert "it was loaded or discarded" in ready.get(address, 404)
    assert "Uploaded, and not loaded yet" not in ready.get(LOADS)


def test_an_older_export_is_loaded_with_its_own_date(ready: DeskHouse) -> None:
    """Or the years since then would count as years in which nobody was hurt."""
    address = send(ready, "victims.csv", ROWS, as_of="2025-04-30").headers["Location"]
    settled(ready)
    assert 'datetime="2025-04-30"' in ready.get(address)

    ready.post(address, do="load", loaded_as="replaces")
    settled(ready)

    with ready.node.store.reading() as view:
        loaded = view.snapshot()
    assert loaded is not None
    assert loaded[1].created == date(2025, 4, 30)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [("30.4.2025", "is not a date"), ("2099-01-01", "lies in the future"), ("2025-02-30", "is not a date")],
)
def test_a_register_date_that_cannot_be_is_refused_and_nothing_is_kept(
    ready: DeskHouse, typed: str, fault: str
) -> None:
    sent = send(ready, "victims.csv", ROWS, as_of=typed)

    assert sent.status_code == 422
    assert fault in sent.text
    assert f'value="{typed}"' in sent.text
    assert not ready.desk_context.uploads.waiting()


def test_an_upload_is_thrown_away(ready: DeskHouse) -> None:
    address, _ = checked(ready, "victims.csv", ROWS)

    assert ready.post(address, do="away").headers["Location"] == LOADS

    ready.get(address, 404)
    assert not list((ready.directory / "uploads").iterdir())


def newest(desk: DeskHouse) -> tuple[int, int | None]:
    """Casualties of the newest snapshot, and the percent that had to count."""
    with desk.node.store.reading() as view:
        found = view.snapshot()
    assert found is not None
    return len(found[1]), found[0].least_counted


def test_an_upload_that_lacks_many_cases_asks_whether_it_adds_or_replaces(ready: DeskHouse) -> None:
    whole, _ = checked(ready, "victims.csv", ROWS)
    ready.post(whole, do="load", loaded_as="replaces")
    settled(ready)
    before = loads(ready)
    header, *rows = ROWS.replace("C", "N").replace("Nase", "Case").splitlines(keepends=True)
    year = header + "".join(row for row in rows if ",2024-" in row)

    address, page = checked(ready, "2024.csv", year)

    assert "90 of the 90 cases of the newest snapshot are not in this file." in page
    assert "It has no case of: 2022, 2023, 2024." in page
    for said in ({}, {"loaded_as": "unsaid"}, {"loaded_as": "whatever"}):
        asked = ready.post(address, do="load", **said)
        assert asked.status_code == 422
        assert "Say whether the file adds to the register or replaces it." in asked.text
    assert loads(ready) == before

    ready.post(address, do="load", loaded_as="adds")
    settled(ready)
    assert newest(ready) == (120, 95)


def test_an_upload_of_which_too_few_rows_count_asks_for_a_lower_share(ready: DeskHouse) -> None:
    address, page = checked(ready, "victims.csv", ROWS.replace("-11,", "-99,", 18))
    assert "Of the rows of victims.csv, fewer count than the 95 % that the mapping demands." in page
    assert "18: a date that the calendar does not have" in page
    assert 'value="75"' in page
    assert 'value="90"' not in page, "that was not reached"
    before = loads(ready)
    for least in ("", "90", "95", "74", "x"):
        asked = ready.post(address, do="load", loaded_as="replaces", least_counted=least)
        assert asked.status_code == 422
        assert "Say how many rows must count" in asked.text
    assert loads(ready) == before

    ready.post(address, do="load", loaded_as="replaces", least_counted="75")
    settled(ready)
    assert newest(ready) == (72, 75)


def test_an_upload_that_an_older_version_checked_is_checked_again(ready: DeskHouse) -> None:
    address, _ = checked(ready, "victims.csv", ROWS)
    held = ready.desk_context.uploads
    found = held.of(address.rpartition("/")[2])
    noted = held.noted(found)
    assert noted is not None
    held.note(found, {name: value for name, value in noted.items() if name != "missing"})

    assert "The register has not been checked yet" in ready.get(address)
    assert ready.post(address, do="load", loaded_as="replaces").headers["Location"] == address
    settled(ready)
    assert "Load</button>" in ready.get(address)


def test_faults_of_an_upload_are_named_in_the_language_of_the_page(ready: DeskHouse) -> None:
    ready.browser.get("/language/km")
    try:
        wrong_kind = send(ready, "victims.exe", b"MZ").text
        _, cut_off = checked(ready, "victims.csv", ROWS + '"C90,2024')
    finally:
        ready.browser.get("/language/en")

    assert "victims.exe មិនមែនជាប្រភេទឯកសារដែលអាចអានបានទេ៖ .csv, .xlsx" in wrong_kind
    assert "victims.csv ដាច់៖ វាចប់នៅពាក់កណ្តាលជួរដេក នៅបន្ទាត់ 92" in cut_off


@pytest.mark.parametrize(("name", "data", "said"), [
    ("victims.doc", b"PK\x03\x04", "not of a kind that can be read"),
    ("<script>alert(1)</script>.exe", b"MZ", "not of a kind that can be read"),
    ("victims.csv", b"", "it is empty"),
    ("", b"", "No file was chosen."),
])  # fmt: skip
def test_a_file_that_cannot_be_the_register_is_refused_at_once(
    ready: DeskHouse, name: str, data: bytes, said: str
) -> None:
    sent = send(ready, name, data)

    assert sent.status_code in (422, 200)
    assert said in sent.text
    assert "<script>alert" not in sent.text
    assert ready.desk_context.uploads.waiting() == ()


@pytest.mark.parametrize(("name", "data", "said"), [
    ("victims.csv", ROWS[:-12], "ends in the middle of a row, on line 91"),
    ("victims.csv", ROWS + 'C90,"2022-0', "ends in the middle of a row, on line 92"),
    ("victims.csv", ROWS.replace("Outcome", "Result", 1), "Outcome"),
    ("victims.csv", b"Case,Date,Sex,Outcome\nC1,2022-01-01,\xff\xfe,Injured\n", "line 2"),
    ("victims.csv", b"%PDF-1.7", "does not match the type in its name"),
    ("export.zip", b"PK\x03\x04 half a zip", "not a complete zip"),
])  # fmt: skip
def test_unreadable_values_are_listed_by_line_and_change_nothing(
    ready: DeskHouse, name: str, data: bytes | str, said: str
) -> None:
    before = loads(ready)

    address, page = checked(ready, name, data)

    alarm = " ".join(re.findall(r'class="notice alarm".*?</div>', page, re.DOTALL))
    assert said in alarm
    assert "Load</button>" not in page
    assert ready.post(address, do="load").headers["Location"] == address, "it is checked once more instead"
    settled(ready)
    assert loads(ready) == before


def test_a_file_that_ends_early_is_doubted(ready: DeskHouse) -> None:
    _, page = checked(ready, "victims.csv", ROWS[:-1])

    assert "the last line has no line end: is the file complete?" in page


def test_a_decompression_bomb_is_refused_as_such(ready: DeskHouse) -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("victims.csv", bytes(20 << 20))

    _, page = checked(ready, "register.zip", bomb.getvalue())

    assert "would be far too large when unpacked" in page


def test_a_mapping_that_changed_since_the_check_loads_nothing(ready: DeskHouse) -> None:
    address, _ = checked(ready, "victims.csv", ROWS)
    before = loads(ready)
    (ready.directory / "mapping.yaml").write_text(MAPPING.replace("Female: F", "Female: M"))

    ready.post(address, do="load", loaded_as="replaces")
    settled(ready)

    assert "The mapping has been changed since the upload was checked." in ready.get(address)
    assert loads(ready) == before


def test_more_than_is_taken_is_refused_before_it_is_looked_at(
    ready: DeskHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (uploads, upload_receiving):
        monkeypatch.setattr(module, "LARGEST", 3 << 20)

    sent = send(ready, "victims.csv", ROWS + " " * (5 << 20))

    assert sent.status_code == 413
    assert "larger than 3 MB" in sent.text
    assert ready.desk_context.uploads.waiting() == ()


def test_a_register_of_some_megabytes_is_taken_whole(ready: DeskHouse) -> None:
    rows = ROWS.replace("\n", f",{'x' * 300}\n").replace("x" * 300, "Note", 1)
    many = rows + "".join(f"X{n},2022-05,Male,Killed,{'x' * 300}\n" for n in range(9_000))
    assert len(many) > 2 << 20, "more than any other form may have"

    _, page = checked(ready, "victims.csv", many)

    assert "9,090 casualties" in page


def test_a_node_without_a_mapping_or_with_a_database_says_so(ready: DeskHouse) -> None:
    desk = ready
    (desk.directory / "mapping.yaml").unlink()
    assert "This node has no mapping yet" in desk.get(UPLOAD)
    (desk.directory / "mapping.yaml").write_text(
        MAPPING.replace("source: csv", "source: database").replace("victims.csv", "victims")
    )
    assert "reads a database" in desk.get(UPLOAD)
    (desk.directory / "mapping.yaml").write_text("mapping: 7\n")
    assert "The mapping cannot be used" in desk.get(UPLOAD)


def test_progress_is_seen_without_scripts(ready: DeskHouse) -> None:
    address, _ = checked(ready, "victims.csv", ROWS)
    held = Held()
    ready.desk_context.jobs.start = held
    ready.post(address, do="check")

    page = ready.get(address)

    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert "<progress" in page
    part = ready.browser.get(address, headers={"HX-Request": "true"})
    assert (part.status_code, "<h1>" in part.text) == (200, False)
    held.end()
    settled(ready)
    assert ready.browser.get(address, headers={"HX-Request": "true"}).status_code == 286


def test_nothing_of_an_upload_is_read_once_the_session_has_ended(ready: DeskHouse) -> None:
    # The last one here: the session of the others ends with it.
    page = ready.get(UPLOAD)
    (form,) = [one for one in forms_of(page) if one.action == UPLOAD]
    ready.region.clock.move(hours=13)

    sent = ready.browser.client.post(UPLOAD, data=form.hidden, files={"register": ("v.csv", bytes(3 << 20))})

    assert sent.status_code == 303
    assert sent.headers["Location"].startswith("/sign-in")
    assert ready.desk_context.uploads.waiting() == ()


class Held:
    """A job that runs until cancelled."""

    over = False

    def __call__(self, kind: str, body: Mapping[str, Any]) -> "Held":  # noqa: ARG002 - as any work
        return self

    def result(self, report: ReportProgress) -> Mapping[str, Any]:
        report("1 of 2", 0.5)
        while not self.over:
            time.sleep(0.01)
        return {"upload": ""}

    def end(self) -> None:
        self.over = True
