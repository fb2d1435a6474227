"""The mapping desk: a file of any shape, its columns and words said by a person, then counted and loaded."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from html.parser import HTMLParser

import httpx
import pytest
from desk_house import DeskHouse, desk_house, forms_of
from federation import snapshot
from job_in_process import JobInProcess
from ods_files import ods_file

from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.sources.desk import desk_draft
from gateway.sources.mapping import suggest
from gateway.sources.mapping.mapping_yaml import parse_mapping

UPLOAD = "/controller/loads/upload"
HEAD = (
    "No.",
    "Full name",
    "Happened",
    "Where",
    "Gender",
    "Years old",
    "What became of them",
    "Weapon",
    "Agreed",
)


def rows(n: int = 60) -> list[tuple[str, ...]]:
    """A register that nobody has prepared for."""
    return [
        (
            *(f"CMR-{1000 + i}", f"Invented Person{i}", f"{1 + i % 28:02}/{1 + i % 12:02}/{2020 + i % 5}"),
            *(("Battambang", "Pailin", "Kratie")[i % 3], ("woman", "man", "man")[i % 3], str(5 + i)),
            *(
                ("hurt badly", "died at once")[i % 4 == 0],
                ("blue thing", "landmine")[i % 2],
                ("yes", "no")[i % 9 == 0],
            ),
        )
        for i in range(n)
    ]


def as_csv(head: tuple[str, ...], body: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([head, *body])
    return out.getvalue().encode()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    with desk_house(tmp_path_factory.mktemp("desk"), ready=False) as made:
        keep_snapshot(made.node, snapshot("KH"))
        made.desk_context.jobs.start = JobInProcess(made)
        yield made


@pytest.fixture
def bare(house: DeskHouse) -> DeskHouse:
    """A node without a mapping, and nothing uploaded."""
    for name in ("mapping.yaml", "mapping.former.yaml"):
        (house.directory / name).unlink(missing_ok=True)
    for one in house.desk_context.uploads.waiting():
        house.desk_context.uploads.remove(one.id)
    return house


class Fields(HTMLParser):
    """The fields of a page as a browser would send them, and the words of the chosen options."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str | list[str]] = {}
        self._select = ""
        self.feed(page[page.index("<main") :])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = found["name"]
        if tag == "option" and ("selected" in found or self._select not in self.sent):
            self.sent[self._select] = found["value"]
        if tag == "input" and found.get("type") == "text":
            self.sent[found["name"]] = found["value"]
        if tag == "input" and found.get("type") == "checkbox" and "checked" in found:
            there = self.sent.setdefault(found["name"], [])
            assert isinstance(there, list)
            there.append(found["value"])


def said(page: str) -> dict[str, str]:
    """What a person says of the columns that the draft does not know."""
    meanings = {"Years old": "age", "Agreed": "consent_share", "What became of them": "outcome"}
    return {f"m{number_of(page, heading)}": meaning for heading, meaning in meanings.items()}


def settled(desk: DeskHouse) -> None:
    end = time.monotonic() + 120
    while desk.desk_context.jobs.under_way():
        assert time.monotonic() < end
        time.sleep(0.02)


def send(desk: DeskHouse, name: str, data: bytes, **more: str) -> httpx.Response:
    (form,) = [one for one in forms_of(desk.get(UPLOAD)) if one.action == UPLOAD]
    fields = {**form.hidden, "as_of": "", **more}
    sent = desk.browser.client.post(UPLOAD, data=fields, files={"register": (name, data)})
    settled(desk)
    return sent


def number_of(page: str, heading: str) -> str:
    """The number of the column with this heading."""
    found = re.search(rf'id="h(\d+)">{re.escape(heading)}<', page)
    assert found is not None, heading
    return found[1]


def field_of(page: str, word: str) -> str:
    """The field that says what a word counts as."""
    found = re.search(rf'id="(w\d+-\d+)h"><bdi>{re.escape(word)}</bdi>', page)
    assert found is not None, word
    return found[1]


def go(desk: DeskHouse, address: str, **changed: str | list[str]) -> httpx.Response:
    """Send the form of a page as it stands, but for what is changed."""
    page = desk.get(address)
    hidden = next(form.hidden for form in forms_of(page) if form.action == address)
    sent = desk.browser.client.post(address, data={**Fields(page).sent, **hidden, **changed})
    settled(desk)
    return sent


def test_a_file_that_nobody_prepared_for_is_mapped_counted_and_loaded(bare: DeskHouse) -> None:
    address = send(bare, "list 2025.csv", as_csv(HEAD, rows())).headers["Location"]
    assert address.endswith("/columns")
    page = bare.get(address)
    assert Fields(page).sent[f"m{number_of(page, 'Gender')}"] == "sex"
    assert Fields(page).sent[f"m{number_of(page, 'Full name')}"] == ""
    assert "names a person" in page
    assert "Invented" not in page, "a name is stated by its form alone"
    assert "Battambang" in page, "what many rows say is an example"

    words = go(bare, address, **said(page)).headers["Location"]
    page = bare.get(words)
    assert "hurt badly" in page
    hurt, blue, yes, no = (field_of(page, word) for word in ("hurt badly", "blue thing", "yes", "no"))
    died = field_of(page, "died at once")
    assert Fields(page).sent[blue] in ("UNK", ""), "nobody knows what a blue thing is"
    preview = go(bare, words, do="check", **{hurt: "I", died: "K", blue: "CMR", yes: "AGG", no: "N"}).headers[
        "Location"
    ]
    page = bare.get(preview)
    assert "60 casualties" in page
    assert "Every row and value could be read." in page
    assert not (bare.directory / "mapping.yaml").exists(), "nothing is kept before the load"

    bare.post(preview, do="load", loaded_as="replaces")
    settled(bare)

    with bare.node.store.reading() as view:
        loaded = view.snapshot()
    assert loaded is not None
    outcome = loaded[1].column("outcome")
    assert sum(outcome.codes[i] == "K" for i in outcome.indices) == 15
    device = loaded[1].column("device")
    assert sum(device.codes[i] == "CMR" for i in device.indices) == 30
    kept = bare.directory / "mapping.yaml"
    assert kept.stat().st_mode & 0o077 == 0
    parse_mapping(kept.read_text(encoding="utf-8"), bare.node.dictionary, member="KH")
    assert not list((bare.directory / "uploads").iterdir())

    # the next file of the office is read by what was said
    assert send(bare, "list 2026.csv", as_csv(HEAD, rows(70))).headers["Location"].count("/") == 4


def mapped(desk: DeskHouse, body: list[tuple[str, ...]] | None = None) -> str:
    """Let a file be looked over and loaded: the mapping that the node has then."""
    address = send(desk, "victims.csv", as_csv(HEAD, body or rows())).headers["Location"]
    page = desk.get(address)
    words = go(desk, address, **said(page)).headers["Location"]
    page = desk.get(words)
    codes = {field_of(page, "yes"): "AGG", field_of(page, "no"): "N", field_of(page, "blue thing"): "CMR"}
    preview = go(desk, words, do="check", **codes).headers["Location"]
    desk.post(preview, do="load", loaded_as="replaces")
    settled(desk)
    return (desk.directory / "mapping.yaml").read_text(encoding="utf-8")


def test_a_renamed_column_is_said_once_and_all_else_stays_as_before(bare: DeskHouse) -> None:
    before = mapped(bare)
    head = tuple("Sex of the victim" if name == "Gender" else name for name in HEAD)

    checked = send(bare, "victims.csv", as_csv(head, rows(63))).headers["Location"]
    page = bare.get(checked)
    assert "Gender" in page, "the check says which column is missing"
    assert "Load</button>" not in page
    address = bare.post(checked, do="columns").headers["Location"]
    settled(bare)
    page = bare.get(address)
    assert "The mapping of this node reads what this file lacks" in page
    assert "victims.csv: Gender" in page
    assert Fields(page).sent[f"m{number_of(page, 'Sex of the victim')}"] == "sex"
    assert page.count(">as before<") == len(HEAD) - 1

    words = go(bare, address).headers["Location"]
    page = bare.get(words)
    assert Fields(page).sent[field_of(page, "blue thing")] == "CMR"
    preview = go(bare, words, do="check").headers["Location"]
    assert "63 casualties" in bare.get(preview)
    bare.post(preview, do="load", loaded_as="replaces")
    settled(bare)
    after = (bare.directory / "mapping.yaml").read_text(encoding="utf-8")
    assert "Sex of the victim" in after
    assert (bare.directory / "mapping.former.yaml").read_text(encoding="utf-8") == before


def test_two_columns_with_one_meaning_and_a_file_without_dates_are_told_at_their_place(
    bare: DeskHouse,
) -> None:
    address = send(bare, "victims.csv", as_csv(HEAD, rows())).headers["Location"]
    page = bare.get(address)
    gender, weapon, day = (number_of(page, name) for name in ("Gender", "Weapon", "Happened"))

    twice = go(bare, address, **{f"m{weapon}": "sex"})
    assert twice.status_code == 422
    assert f'id="e{weapon}">“Gender” has this meaning already' in twice.text
    assert Fields(twice.text).sent[f"m{weapon}"] == "sex", "what was chosen is still there"

    undated = go(bare, address, **{f"m{day}": ""})
    assert undated.status_code == 422
    assert "No column is the date of the accident" in undated.text
    assert gender != weapon


def test_words_are_in_no_address_no_log_and_for_no_program(
    bare: DeskHouse, capfd: pytest.CaptureFixture[str]
) -> None:
    address = send(bare, "victims.csv", as_csv(HEAD, rows())).headers["Location"]
    words = go(bare, address).headers["Location"]
    bare.get(words)
    go(bare, words, do="check")

    assert re.fullmatch(r"/controller/loads/upload/[0-9a-f]{16}/words", words)
    out = "".join(capfd.readouterr())
    assert "blue thing" not in out
    assert "Invented" not in out
    for page in (address, words):
        assert bare.browser.get(f"/api/v1/desk{page}.json").status_code == 404
    modes = {path.stat().st_mode & 0o077 for path in (bare.directory / "uploads").rglob("*")}
    assert modes == {0}


def test_a_form_of_an_older_draft_is_not_taken(bare: DeskHouse) -> None:
    address = send(bare, "victims.csv", as_csv(HEAD, rows())).headers["Location"]
    page = bare.get(address)
    hidden = next(form.hidden for form in forms_of(page) if form.action == address)
    go(bare, address, **{f"m{number_of(page, 'Weapon')}": "activity"})

    late = bare.browser.client.post(address, data={**Fields(page).sent, **hidden})

    assert late.status_code == 409


@pytest.mark.parametrize(("name", "data", "fault"), [
    ("book.xlsx", b"PK\x03\x04", "xlsx"), ("victims.csv", b"\xff\xfe\x00", "victims.csv"),
    ("parts.zip", b"PK\x03\x04 half", "not a complete zip"),
    ("v.csv", b"%PDF-1.7", "does not match the type"),
    ("one.csv", b"a", ""),
])  # fmt: skip
def test_a_file_that_cannot_be_read_says_so_and_changes_nothing(
    bare: DeskHouse, name: str, data: bytes, fault: str
) -> None:
    address = send(bare, name, data).headers["Location"]
    page = bare.get(address)

    alarm = " ".join(re.findall(r'class="notice alarm".*?</div>', page, re.DOTALL))
    assert fault in alarm
    assert "Traceback" not in page
    bare.get(f"{address.removesuffix('columns')}words")
    assert not (bare.directory / "mapping.yaml").exists()


def test_ten_thousand_columns_make_a_page_that_a_browser_bears(
    bare: DeskHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suggest, "MOST_COLUMNS", 30)
    monkeypatch.setattr(desk_draft, "MOST_COLUMNS", 20)
    head = (*HEAD, *(f"extra {n}" for n in range(10_000)))
    body = [(*row, *("",) * 10_000) for row in rows(6)]

    address = send(bare, "wide.csv", as_csv(head, body)).headers["Location"]
    page = bare.get(address)

    assert re.search(r"9,?[0-9]{3} further columns were not recognised", page)
    assert page.count("<select") == 20
    assert Fields(page).sent[f"m{number_of(page, 'Gender')}"] == "sex"


def test_a_workbook_of_libreoffice_is_looked_over_like_a_csv(bare: DeskHouse) -> None:
    address = send(bare, "list.ods", ods_file("2025", [HEAD, *rows()])).headers["Location"]
    page = bare.get(address)
    assert Fields(page).sent[f"m{number_of(page, 'Gender')}"] == "sex"
    words = go(bare, address, **said(page)).headers["Location"]
    preview = go(bare, words, do="check").headers["Location"]
    assert "60 casualties" in bare.get(preview)

    assert "not a whole .ods workbook" in bare.get(send(bare, "list.ods", b"PK\3\4cut").headers["Location"])


def test_two_tables_are_joined_by_what_a_person_says(bare: DeskHouse) -> None:
    victims = [(row[0], f"A{i // 2}", *row[4:]) for i, row in enumerate(rows())]
    accidents = [(f"A{i}", rows()[i][2], rows()[i][3]) for i in range(30)]
    files = [
        ("register", ("people.csv", as_csv((HEAD[0], "Incident", *HEAD[4:]), victims))),
        ("register", ("events.csv", as_csv(("Ref", *HEAD[2:4]), accidents))),
    ]
    (form,) = [one for one in forms_of(bare.get(UPLOAD)) if one.action == UPLOAD]
    address = bare.browser.client.post(UPLOAD, data={**form.hidden}, files=files).headers["Location"]
    settled(bare)
    page = bare.get(address)
    assert "people.csv" in page
    sent = Fields(page).sent
    (table,) = [name.removesuffix("h")[1:] for name in sent if re.fullmatch(r"j\d+h", name)]
    stated = {f"j{table}h": number_of(page, "Ref"), f"j{table}t": number_of(page, "Incident")}

    words = go(bare, address, **stated, **{f"m{number_of(page, 'Years old')}": "age"}).headers["Location"]
    preview = go(bare, words, do="check", **{"same-consent_share": "AGG"}).headers["Location"]

    assert "60 casualties" in bare.get(preview), json.dumps(stated)


def test_a_finding_of_a_load_leads_to_the_column_that_it_is_about(bare: DeskHouse) -> None:
    body = rows()
    body[7] = (*body[7][:2], "31/02/2020", *body[7][3:])
    mapped(bare, body)
    links = re.findall(r'href="(/controller/loads/upload\?about=[^"]+)"', bare.get("/controller/loads"))
    assert links == ["/controller/loads/upload?about=victims.csv%2C+Happened"]
    page = bare.get(links[0])
    assert "To be corrected: victims.csv, Happened" in page
    assert "To be corrected" not in bare.get(f"{UPLOAD}?about=%3Cb%3E"), "only what the report names"
    hidden = next(form.hidden for form in forms_of(page) if form.action == UPLOAD)
    sent = bare.browser.client.post(
        UPLOAD, data={**hidden, "as_of": ""}, files={"register": ("new.csv", as_csv(HEAD, body))}
    )
    settled(bare)
    assert sent.headers["Location"].endswith("/columns"), "though the mapping reads the file"
    page = bare.get(sent.headers["Location"])
    target = re.search(r'<a href="[^"]*/words#column-(\d+)">Go to this column', page)
    assert target is not None
    assert target[1] == number_of(page, "Happened")


def test_what_a_table_holds_is_said_at_the_desk(bare: DeskHouse) -> None:
    """Rows with several victims, and sheets of activities, where the suggestion is another."""
    wide = [
        (
            f"A{i}",
            f"{1 + i % 28:02}/03/2021",
            f"V{i}a",
            "man",
            f"V{i}b" if i % 2 else "",
            "woman" if i % 2 else "",
        )
        for i in range(40)
    ]
    head = ("Accident no", "Accident date", "Victim 1 ID", "Victim 1 Sex", "Victim 2 ID", "Victim 2 Sex")
    talks = [(f"T{i}", f"{1 + i % 28:02}/05/2022", str(20 + i)) for i in range(40)]
    files = [
        ("register", ("accidents.csv", as_csv(head, wide))),
        ("register", ("talks.csv", as_csv(("Talk", "Day", "Came"), talks))),
    ]
    (form,) = [one for one in forms_of(bare.get(UPLOAD)) if one.action == UPLOAD]
    address = bare.browser.client.post(UPLOAD, data={**form.hidden}, files=files).headers["Location"]
    settled(bare)
    page = bare.get(address)
    sent = Fields(page).sent
    beside = next(name for name in sent if name.startswith("r"))
    kind = next(n for n in sent if n.startswith("k") and n[1:] != beside[1:])
    assert (sent[beside], sent[kind]) == ("2", "")

    assert go(bare, address, **{beside: "1", kind: "EORE_SCHOOL"}).headers["Location"] == address
    page = bare.get(address)
    sent = Fields(page).sent
    assert (sent[beside], sent[kind]) == ("1", "EORE_SCHOOL")
    assert sent[f"m{number_of(page, 'Day')}"] == "activity_date"
    assert sent[f"m{number_of(page, 'Victim 1 ID')}"] == "case_id"

    go(bare, address, **{beside: "2", f"m{number_of(page, 'Came')}": "reached"})
    page = bare.get(address)
    assert number_of(page, "Victim {n} ID")
    words = go(bare, address, **{f"m{number_of(page, 'Came')}": "reached"}).headers["Location"]
    preview = go(bare, words, do="check", **{"same-consent_share": "AGG"}).headers["Location"]
    assert "60 casualties" in bare.get(preview)
    text = bare.desk_context.uploads.mapping(bare.desk_context.uploads.waiting()[0])
    assert text is not None
    mapping = parse_mapping(text, bare.node.dictionary, member="KH")
    assert [(table.repeat, table.activities) for table in mapping.tables] == [(2, ""), (0, "EORE_SCHOOL")]


def test_an_exploit_in_a_heading_is_text(bare: DeskHouse) -> None:
    head = tuple("<script>alert(1)</script>" if name == "Weapon" else name for name in HEAD)
    body = [(*row[:7], '=cmd|" /C calc"!A0', row[8]) for row in rows()]

    page = bare.get(send(bare, "victims.csv", as_csv(head, body)).headers["Location"])

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
