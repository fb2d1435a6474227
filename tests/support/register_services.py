"""Servers of registers, as KoboToolbox, ODK Central, ArcGIS and DHIS2 describe their interfaces.

Real HTTP on this machine, with invented records, made to fail as a test wants. Nobody has recorded them:
they are written after the documentation of each, whose pages the readers name.
"""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = Any


@dataclass(frozen=True)
class Asked:
    """A request. `form`: the fields of a form, or of a body of JSON."""

    path: str
    query: dict[str, str]
    form: dict[str, str]
    headers: dict[str, str]


@dataclass
class Reply:
    """What a server says; `cut`: how many bytes of the body are held back."""

    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0


Answer = Callable[[Asked], Reply]


@dataclass
class Service:
    """A server. `fault` may answer instead of it, by the number of the request from 1; None leaves it."""

    answer: Answer
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    fault: Callable[[int, Asked], Reply | None] = lambda _number, _asked: None

    def reply(self, asked: Asked) -> Reply:
        """The answer, or the fault, to a request."""
        self.asked.append(asked)
        return self.fault(len(self.asked), asked) or self.answer(asked)


@contextmanager
def served(service: Service) -> Iterator[Service]:
    """The service on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or each body waits 40 ms for the headers to be acknowledged

        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers["Content-Length"] or 0)))

        def log_message(self, *_: object) -> None:
            """Nothing: what is asked is in `asked`."""

        def _answer(self, sent: bytes) -> None:
            found = urlsplit(self.path)
            as_json = "json" in self.headers.get("Content-Type", "")
            form = json.loads(sent) if as_json else dict(parse_qsl(sent.decode()))
            reply = service.reply(
                Asked(found.path, dict(parse_qsl(found.query)), form, dict(self.headers.items()))
            )
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) - reply.cut])
            self.close_connection = reply.cut > 0

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


REFUSED = Reply({"detail": "Invalid token."}, 401)
KOBO_ASSET = "aSafelaneVictims2026xx"
KOBO_TOKEN = "7f0c-kobo-token"


def kobo(submissions: list[dict[str, Json]], content: Json) -> Answer:
    """API v2 of KoboToolbox: an asset, and its data by `limit`, `sort` and a `query` as of MongoDB."""

    def answer(asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Token {KOBO_TOKEN}":
            return REFUSED
        asset = f"/api/v2/assets/{KOBO_ASSET}/"
        if asked.path == asset:
            return Reply({"uid": KOBO_ASSET, "name": "Victims", "content": content})
        if asked.path != f"{asset}data/" or asked.query.get("sort") != '{"_id":1}':
            return Reply({"detail": "Not found."}, 404)
        after = json.loads(asked.query.get("query", '{"_id":{"$gt":-1}}'))["_id"]["$gt"]
        found = sorted((one for one in submissions if one["_id"] > after), key=lambda one: one["_id"])
        page = found[: int(asked.query["limit"])]
        if "fields" in asked.query:
            page = [{name: one[name] for name in json.loads(asked.query["fields"])} for one in page]
        return Reply({"count": len(found), "next": None, "previous": None, "results": page})

    return answer


ODK_USER, ODK_PASSWORD = "reader@example.org", "correct horse"


@dataclass
class Odk:
    """ODK Central: sessions, a form's fields and XML, and its OData with `$expand`, `$top` and `$skiptoken`.

    Like Central behind a proxy, it calls itself by a name that is not the one it is asked at.
    """

    submissions: list[Json]
    fields: list[Json]
    xml: str
    tokens: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Attachments of the form by their names."""

    def __call__(self, asked: Asked) -> Reply:
        """The answer to a request."""
        form = "/v1/projects/7/forms/victims"
        if asked.path == "/v1/sessions":
            if asked.form != {"email": ODK_USER, "password": ODK_PASSWORD}:
                return REFUSED
            self.tokens.append(f"session-{len(self.tokens)}")
            return Reply({"token": self.tokens[-1], "expiresAt": "2026-12-01T00:00:00.000Z"})
        if not self.tokens or asked.headers.get("Authorization") != f"Bearer {self.tokens[-1]}":
            return REFUSED
        described = {f"{form}/fields": self.fields, f"{form}.xml": self.xml.encode()}
        described |= {f"{form}/attachments/{name}": data for name, data in self.files.items()}
        if asked.path in described:
            return Reply(described[asked.path])
        if asked.path != f"{form}.svc/Submissions" or not {"$expand", "$filter"} & set(asked.query):
            return Reply({"code": 404.1}, 404)
        return self._page(asked)

    def _page(self, asked: Asked) -> Reply:
        if "$filter" in asked.query:
            return Reply({"@odata.count": self._since(asked.query["$filter"]), "value": []})
        begin, top = int(asked.query.get("$skiptoken", 0)), int(asked.query["$top"])
        page: dict[str, Json] = {
            "@odata.context": "http://central.internal/v1/$metadata#Submissions",
            "@odata.count": len(self.submissions),
            "value": self.submissions[begin : begin + top],
        }
        if begin + top < len(self.submissions):
            page["@odata.nextLink"] = (
                f"http://central.internal{asked.path}?%24expand=*&%24top={top}&%24count=true"
                f"&%24skiptoken={begin + top}"
            )
        return Reply(page)

    def _since(self, asked: str) -> int:
        """How many submissions were added or edited since a time, as `$filter` asks."""
        added, edited = (part.split(" ge ")[1] for part in asked.split(" or "))
        times = [one["__system"] for one in self.submissions]
        return sum(
            time["submissionDate"] >= added or (time.get("updatedAt") or "") >= edited for time in times
        )


ARCGIS_PATH = "/arcgis/rest/services/IMSMA/FeatureServer"


@dataclass
class ArcGis:
    """A FeatureServer with layers and tables by their numbers, each with its rows; tokens at `/tokens`.

    At most `maxRecordCount` rows come at once, with `exceededTransferLimit`; errors come with the status 200.
    """

    layers: dict[int, tuple[Json, list[dict[str, Json]]]]
    password: str = ""
    tokens: list[str] = field(default_factory=list)

    def __call__(self, asked: Asked) -> Reply:
        """The answer to a request."""
        if asked.path == "/tokens":
            if asked.form.get("password") != self.password:
                return Reply({"error": {"code": 400, "message": "Unable to generate token."}})
            self.tokens.append(f"token-{len(self.tokens)}")
            return Reply({"token": self.tokens[-1], "expires": 1_800_000_000_000, "ssl": True})
        given = asked.form.get("token")
        if self.password and (not self.tokens or given != self.tokens[-1]):
            return Reply({"error": {"code": 498 if given else 499, "message": "Token", "details": []}})
        if asked.path == ARCGIS_PATH:
            listed = [{"id": number, "name": about["name"]} for number, (about, _) in self.layers.items()]
            return Reply({"currentVersion": 11.2, "layers": listed[:1], "tables": listed[1:]})
        number, _, query = asked.path.removeprefix(f"{ARCGIS_PATH}/").partition("/")
        about, rows = self.layers[int(number)]
        return self._found(about, rows, asked.form) if query == "query" else Reply(about)

    @staticmethod
    def _found(about: Json, rows: list[dict[str, Json]], form: dict[str, str]) -> Reply:
        key = about["objectIdField"]
        if form.get("returnIdsOnly") == "true":
            return Reply({"objectIdFieldName": key, "objectIds": [row[key] for row in rows] or None})
        wanted = {int(number) for number in form["objectIds"].split(",")}
        found = [row for row in rows if row[key] in wanted]
        most = about["maxRecordCount"]
        features = [{"attributes": row} for row in found[:most]]
        return Reply({
            "objectIdFieldName": key, "features": features, "exceededTransferLimit": len(found) > most,
        })  # fmt: skip


DHIS2_PROGRAM, DHIS2_TOKEN = "IpHINAT79UW", "d2pat_abcdef"


@dataclass
class Dhis2:
    """The metadata, units, events and people of a program. `older`: pages as before version 2.41."""

    about: Json
    units: list[Json]
    events: list[Json]
    people: list[Json] = field(default_factory=list)
    older: bool = False

    def __call__(self, asked: Asked) -> Reply:
        """The answer to a request."""
        if asked.headers.get("Authorization") != f"ApiToken {DHIS2_TOKEN}":
            return REFUSED
        if asked.path == f"/hmis/api/programs/{DHIS2_PROGRAM}.json":
            return Reply(self.about)
        if asked.path == "/hmis/api/organisationUnits.json":
            wanted = asked.query["filter"].removeprefix("id:in:[").removesuffix("]").split(",")
            return Reply({"organisationUnits": [unit for unit in self.units if unit["id"] in wanted]})
        what = asked.path.removeprefix("/hmis/api/tracker/")
        rows = {"events": self.events, "trackedEntities": self.people}.get(what)
        if rows is None or asked.query.get("program") != DHIS2_PROGRAM:
            return Reply({"httpStatus": "Not Found"}, 404)
        page, size = int(asked.query["page"]), int(asked.query["pageSize"])
        pager = {"page": page, "pageSize": size, "total": len(rows), "pageCount": -(-len(rows) // size)}
        if asked.query["order"] == "updatedAt:desc":
            rows = sorted(rows, key=lambda one: one.get("updatedAt", ""), reverse=True)
        some = rows[(page - 1) * size : page * size]
        return Reply({**pager, "instances": some} if self.older else {"pager": pager, what: some})
