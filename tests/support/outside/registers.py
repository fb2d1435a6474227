"""Readers of registers: files of every kind, from the draft of a mapping to a snapshot; servers' replies."""

import gzip
import io
import json
import shutil
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache, partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl

import httpx
import openpyxl
from ods_files import ods_file
from register_services import (
    ARCGIS_PATH,
    DHIS2_PROGRAM,
    DHIS2_TOKEN,
    KOBO_ASSET,
    KOBO_TOKEN,
    ODK_PASSWORD,
    ODK_USER,
    Answer,
    ArcGis,
    Asked,
    Dhis2,
    Odk,
    kobo,
)

from outside.reader import Reader, Shape

sys.path.insert(0, str(Path(__file__).parents[2] / "sources" / "services"))

import test_arcgis as of_arcgis
import test_dhis2 as of_dhis2
import test_surveys as of_surveys

from gateway.cli.common.sheets import read_sheet
from gateway.config import HubConfig, MemberConfig, read_config
from gateway.dictionary import regional
from gateway.errors import SafelaneError
from gateway.sources.files.opening import draft_of, open_source
from gateway.sources.files.uploaded import as_any_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.mapping.suggest import suggest
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import Reading
from gateway.sources.quality.load import load
from gateway.sources.services import service_client, service_source
from gateway.sources.services.credentials import NO_SECRET, Secret, secret_for
from gateway.sources.services.kept_pages import KeptPages
from gateway.sources.services.service_address import parse_service
from gateway.sources.services.service_client import ServiceClient
from gateway.sources.services.spool import Spool, fetched

TODAY = date(2026, 11, 25)
REGISTERS = Path(__file__).parents[2] / "data" / "registers"
VICTIMS = (
    "Case,Name,ID card,Date of accident,Province,Sex,Age,Device\n"
    "C1,Sok Dara,0102034,31/12/2010,Battambang,Male,34,mine\n"
    "C2,Chan Ly,0102036,5/2011,បាត់ដំបង,Female,7 months,bomblet\n"
    "C3,=1+1,0102035,2553,Pailin,F,,ERW\n"
)


@cache
def place() -> Path:
    """A folder for the inputs, as long as the process runs."""
    made = TemporaryDirectory(prefix="safelane-fuzz-")
    _KEPT.append(made)
    return Path(made.name)


_KEPT: list[TemporaryDirectory[str]] = []


def readers() -> Iterator[Reader]:
    """All of them."""
    for ending, begins, shape in (
        (".csv", (VICTIMS.encode(), VICTIMS.replace(",", ";").encode("utf-16")), Shape.TEXT),
        (".xlsx", (_workbook(),), Shape.ZIP),
        (".ods", (ods_file("Victims", [line.split(",") for line in VICTIMS.splitlines()]),), Shape.ZIP),
        (".xls", ((REGISTERS / "victims.xls").read_bytes(),), Shape.TEXT),
        (".zip", (_zip(),), Shape.ZIP),
        (".parquet", (_parquet(),), Shape.TEXT),
        (".sqlite", (_sqlite(),), Shape.TEXT),
        *_access(),
    ):
        yield Reader(f"a register {ending}", begins, _loads(ending), (SafelaneError,), shape)
    counts = "place,sex,count\nបាត់ដំបង,F,3\nPailin,M,5\n"
    for ending in (".csv", ".xlsx"):
        begins = (counts.encode() if ending == ".csv" else _workbook(counts),)
        shape = Shape.ZIP if ending == ".xlsx" else Shape.TEXT
        yield Reader(f"a table {ending} of a command", begins, _table(ending), (SafelaneError,), shape)
    for kind, (address, secret, answer) in _services().items():
        begins = (json.dumps(_recorded(address, secret, answer)).encode(),)
        fetch = partial(_fetched, address, secret)
        yield Reader(f"replies of {kind}", begins, fetch, (SafelaneError,), Shape.JSON)
    served = b"listen: 127.0.0.1:8080\npublic_url: https://a.example\nproxies: 192.0.2.7\n"
    for kind, begin in (
        (HubConfig, b"origin: a.example/log\n"),
        (
            MemberConfig,
            b"member: KH\nhub_url: https://a.example\nhub_log_key: a+1\nhub_call_key: a+2\nmapping: m.yaml\n",
        ),
    ):
        name = f"settings of a {'hub' if kind is HubConfig else 'node'}"
        yield Reader(name, (begin + served,), partial(_settings, kind), (SafelaneError,))
    credentials = (
        b"https://kobo.example: {token: abc}\nhttps://dhis2.example:8080/x: {user: a, password: b}\n"
    )
    yield Reader("credentials", (credentials,), _credentials, (SafelaneError,))


def _workbook(table: str = "") -> bytes:
    book = openpyxl.Workbook()
    for line in (table or VICTIMS).splitlines():
        book.active.append(line.split(","))
    if not table:
        book.active.append(["C4", "X", 5, date(2020, 1, 2), "Pailin", True, 7.5, None])
    whole = io.BytesIO()
    book.save(whole)
    return whole.getvalue()


def _zip() -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("folder/victims.csv", VICTIMS)
        package.writestr("metadata.json", '{"dataElements": [{"id": "Device", "name": "Device"}]}')
    return whole.getvalue()


def _parquet() -> bytes:
    import duckdb  # noqa: PLC0415 - an extra, which only this reader needs

    table, out = place() / "begin.csv", place() / "begin.parquet"
    table.write_text(VICTIMS)
    duckdb.sql(f"copy (from '{table}') to '{out}'")
    return out.read_bytes()


def _sqlite() -> bytes:
    file = place() / "begin.sqlite"
    file.unlink(missing_ok=True)
    headings, *rows = (line.split(",") for line in VICTIMS.splitlines())
    columns = ", ".join(f'"{one}" text' for one in headings)
    with sqlite3.connect(file) as connection:
        connection.execute(f"create table victims ({columns})")
        connection.executemany("insert into victims values (?, ?, ?, ?, ?, ?, ?, ?)", rows)
    connection.close()
    return file.read_bytes()


def _access() -> tuple[tuple[str, tuple[bytes, ...], Shape], ...]:
    if shutil.which("mdb-export") is None:
        return ()
    files = {".accdb": "testV2007.accdb.gz", ".mdb": "indexTestV2000.mdb.gz"}
    read = {ending: gzip.decompress((REGISTERS / name).read_bytes()) for ending, name in files.items()}
    return tuple((ending, (data,), Shape.TEXT) for ending, data in read.items())


def _loads(ending: str) -> Callable[[bytes], None]:
    """Upload, draft a mapping, load by it: what a desk does with a file that nobody has seen before."""

    def read(data: bytes) -> None:
        folder, work = place() / "upload", place() / "unpacked"
        for each in (folder, work):
            shutil.rmtree(each, ignore_errors=True)
            each.mkdir()
        (folder / f"victims{ending}").write_bytes(data)
        source = folder / f"victims{ending}"
        if ending != ".sqlite":
            source = as_any_source(folder, [source.name], work)
        member = "VN" if ending == ".xls" else "KH"
        text = draft_of(str(source), member, regional(), TODAY).text
        rules, findings = parse_mapping(text, regional()), Findings()
        with open_source(str(source), rules, findings) as opened:
            load(opened, rules, regional(), pseudonymise=_pseudonyms, today=TODAY, findings=findings)

    return read


def _pseudonyms(kind: str, values: Any) -> list[str]:
    return [f"{kind}:{sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()[:26]}" for value in values]


def _table(ending: str) -> Callable[[bytes], None]:
    def read(data: bytes) -> None:
        path = place() / f"table{ending}"
        path.write_bytes(data)
        read_sheet(path, None, None)

    return read


def _services() -> Mapping[str, tuple[str, Secret, Answer]]:
    """By the kind of server: its address, what it is opened with, and how it answers."""
    surveys, host = range(3), "https://register.example"
    kobo_answer = kobo([of_surveys.kobo_submission(n) for n in surveys], of_surveys.KOBO_CONTENT)
    odk = Odk([of_surveys.odk_submission(n) for n in surveys], of_surveys.ODK_FIELDS, of_surveys.ODK_FORM)
    events = Dhis2(of_dhis2.ABOUT, of_dhis2.UNITS, [of_dhis2.event(n) for n in surveys])
    return {
        "KoboToolbox": (f"{host}/api/v2/assets/{KOBO_ASSET}/", Secret(token=KOBO_TOKEN), kobo_answer),
        "ODK Central": (
            f"{host}/#/projects/7/forms/victims",
            Secret(user=ODK_USER, password=ODK_PASSWORD),
            odk,
        ),
        "DHIS2": (
            f"{host}/hmis/api/41/tracker/events?program={DHIS2_PROGRAM}&ouMode=ACCESSIBLE",
            Secret(token=DHIS2_TOKEN),
            events,
        ),
        "a FeatureServer": (f"{host}{ARCGIS_PATH}/0", NO_SECRET, ArcGis(of_arcgis.rows())),
    }  # fmt: skip


def _recorded(address: str, secret: Secret, answer: Answer) -> list[Any]:
    """What a server says in turn while its register is fetched."""
    said: list[Any] = []

    def reply(request: httpx.Request) -> httpx.Response:
        sent = request.content
        as_json = "json" in request.headers.get("Content-Type", "")
        form = json.loads(sent) if as_json else dict(parse_qsl(sent.decode()))
        headers = {name.title(): value for name, value in request.headers.items()}
        found = answer(Asked(request.url.path, dict(parse_qsl(request.url.query.decode())), form, headers))
        if isinstance(found.body, bytes):  # a form's XML
            said.append(found.body.decode())
            return httpx.Response(found.status, content=found.body)
        said.append(found.body)
        return httpx.Response(found.status, json=found.body)

    _fetch(address, secret, reply)
    return said


def _fetched(address: str, secret: Secret, data: bytes) -> None:
    """A register of a server that says what the input lists, in turn, and then nothing."""
    try:
        listed = json.loads(data)
    except (ValueError, RecursionError):
        listed = [data]
    left = list(listed) if isinstance(listed, list) else [listed]

    def reply(_: httpx.Request) -> httpx.Response:
        if not left:
            return httpx.Response(404)
        body = left.pop(0)
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        return httpx.Response(
            200,
            content=body if isinstance(body, bytes) else json.dumps(body).encode("utf-8", "surrogatepass"),
        )

    _fetch(address, secret, reply)


def _fetch(address: str, secret: Secret, reply: Callable[[httpx.Request], httpx.Response]) -> None:
    service_client.WAITS = ()  # nobody recovers here
    place_of = parse_service(address)
    client = ServiceClient(place_of.origin, service_source._HEADERS[place_of.kind](secret), lambda _: None)
    client.close()
    client._client = httpx.Client(transport=httpx.MockTransport(reply))
    spool = Spool(place())
    try:
        fetched(service_source._fetch(place_of, client, secret), spool, KeptPages(), place_of.origin)
        for table in spool.tables():
            with spool.table(table) as opened:
                list(opened.chunks)
        suggest(
            spool,
            regional(),
            "KH",
            kind=place_of.kind,
            reading=Reading(),
            today=TODAY,
            metadata=spool.metadata,
        )
    finally:
        spool.close()
        client.close()


def _settings(kind: type[HubConfig] | type[MemberConfig], data: bytes) -> None:
    (place() / "safelane.yaml").write_bytes(data)
    read_config(place(), kind)


def _credentials(data: bytes) -> None:
    file = place() / "credentials.yaml"
    file.touch(mode=0o600)
    file.write_bytes(data)
    secret_for(file, "https://kobo.example")
