"""A FeatureServer of ArcGIS: its layers and tables, over the ArcGIS REST API ("Feature Service").

IMSMA Core and Survey123 keep their records in one. The numbers of all rows come first, and then the rows by
their numbers, so that a page can neither be doubled nor left out unseen. Values come as they are kept: a
mapping reads dates as milliseconds (`EPOCHMS`), and a draft translates codes by the server's domains.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError
from gateway.sources.model.metadata import Labels, Metadata
from gateway.sources.model.tables import ForeignKey
from gateway.sources.services.credentials import Secret
from gateway.sources.services.kept_pages import ChangedError, KeptPages, digest
from gateway.sources.services.service_address import ServiceAddress, is_private
from gateway.sources.services.service_client import UNEXPECTED, RefusedError, ServiceClient
from gateway.sources.services.spool import Spool
from gateway.sources.services.survey_rows import day

PAGE = 500
_TOKEN_FAULTS = frozenset({498, 499, 401, 403})
"""Numbers of errors about tokens, which ArcGIS sends with the status 200."""
_JSON = {"f": "json"}
_DAYS = frozenset({"esriFieldTypeDateOnly", "esriFieldTypeTimestampOffset"})
_NOT_READ = frozenset({"esriFieldTypeBlob", "esriFieldTypeRaster", "esriFieldTypeGeometry"})
_ORIGIN = "esriRelRoleOrigin"


@dataclass(frozen=True)
class _Layer:
    path: str
    name: str
    about: Mapping[str, Any]

    @property
    def fields(self) -> dict[str, str]:
        """The name of each field that is read, with its type."""
        return {f["name"]: f["type"] for f in self.about["fields"] if f["type"] not in _NOT_READ}


@dataclass
class ArcGis:
    """All layers and tables of one FeatureServer."""

    address: ServiceAddress
    client: ServiceClient
    secret: Secret
    token: str = ""

    def __post_init__(self) -> None:
        self.token = self.token or self.secret.token

    def fetch(self, spool: Spool, pages: KeptPages) -> None:
        """Fetch all layers and tables. Raises SourceError and ChangedError."""
        base = self.address.base
        try:
            listed = self._ask(base, {})
            named = [(int(one["id"]), str(one["name"])) for one in _layers(listed)]
            names = [name for _, name in named]
            layers = [
                _Layer(
                    f"{base}/{number}",
                    name if names.count(name) == 1 else f"{name} ({number})",
                    self._ask(f"{base}/{number}", {}),
                )
                for number, name in named
            ]
            spool.metadata = _metadata(layers)
            spool.keys += _keys(layers)
            numbers = [self._numbers(layer) for layer in layers]
            state = _state(layers, numbers)
            pages.begin(lambda: state, lambda before: bool(before == state))
            for layer, wanted in zip(layers, numbers, strict=True):
                spool.declare(layer.name, layer.fields)
                self._rows(spool, pages, layer, wanted)
        except UNEXPECTED:
            raise self.client.unexpected() from None

    def _rows(self, spool: Spool, pages: KeptPages, layer: _Layer, wanted: Sequence[int]) -> None:
        page = max(1, min(PAGE, int(layer.about.get("maxRecordCount") or PAGE)))
        for begin in range(0, len(wanted), page):
            left = wanted[begin : begin + page]
            while left:
                came = self._page(spool, pages, layer, left)
                left = [number for number in left if number not in came]
                if not came:
                    raise ChangedError
            spool.reached(layer.name, begin + page, len(wanted))
        if self._numbers(layer) != wanted:
            raise ChangedError

    def _numbers(self, layer: _Layer) -> list[int]:
        asked = self._ask(f"{layer.path}/query", {"where": "1=1", "returnIdsOnly": "true"})
        return sorted(map(int, asked["objectIds"] or ()))

    def _page(self, spool: Spool, pages: KeptPages, layer: _Layer, numbers: Sequence[int]) -> set[int]:
        """Keep the rows that come of those asked for, and return their numbers."""
        asked = {"objectIds": ",".join(map(str, numbers)), "outFields": "*", "returnGeometry": "false"}
        path = f"{layer.path}/query"
        reply = pages.page(f"{path} {numbers[0]} {len(numbers)}", lambda: self._ask(path, asked))
        key, fields = str(reply.get("objectIdFieldName") or layer.about["objectIdField"]), layer.fields
        came: set[int] = set()
        for feature in reply["features"]:
            cells = feature["attributes"]
            number = int(cells[key])
            if number in came or number not in numbers:
                raise ChangedError
            came.add(number)
            spool.add(
                layer.name,
                {
                    name: day(value) if fields[name] in _DAYS else value
                    for name, value in cells.items()
                    if name in fields
                },
            )
        return came

    def _ask(self, path: str, form: Mapping[str, str]) -> Any:
        if not self.token and self.secret.user:
            self._sign_in()
        reply = self._sent(path, form)
        if _is_refusal(reply) and self.secret.user:
            self._sign_in()
            reply = self._sent(path, form)
        if _is_refusal(reply):
            raise self.client.refused()
        if "error" in reply:
            raise ValueError
        return reply

    def _sent(self, path: str, form: Mapping[str, str]) -> Any:
        # A form, not an address: tokens and lists of numbers stand in no log of a server.
        token = {"token": self.token} if self.token else {}
        return self.client.post(path, {**_JSON, **form, **token})

    def _sign_in(self) -> None:
        """Raises RefusedError where no token is given, SourceError for an address that cannot be asked."""
        if not is_private(self.secret.tokens):
            raise SourceError(
                message(
                    "The credentials of %(origin)s name no address for tokens.", origin=self.address.origin
                ),
                remedy=message(
                    "Write it beside user and password: `tokens: https://host/portal/sharing/rest/generateToken`."
                ),
            )
        tokens = urlsplit(self.secret.tokens)
        client = ServiceClient(f"{tokens.scheme}://{tokens.netloc}", pause=self.client.pause)
        named = {"username": self.secret.user, "password": self.secret.password, "expiration": "60"}
        try:
            reply = client.post(
                tokens.path, {**_JSON, **named, "client": "referer", "referer": self.address.origin}
            )
        finally:
            client.close()
        if not isinstance(reply, dict) or "token" not in reply:
            raise RefusedError(client.refused().message, remedy=client.refused().remedy)
        self.token = str(reply["token"])


def _is_refusal(reply: Any) -> bool:
    return "error" in reply and reply["error"].get("code") in _TOKEN_FAULTS


def _layers(listed: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (*listed.get("layers", ()), *listed.get("tables", ()))


def _state(layers: Iterable[_Layer], numbers: Iterable[Sequence[int]]) -> Any:
    """What differs once a row of any layer was edited, added or deleted; None where one does not tell."""
    edited = [(layer.about.get("editingInfo") or {}).get("lastEditDate") for layer in layers]
    return None if None in edited else [edited, digest([*map(list, numbers)])]


def _metadata(layers: Iterable[_Layer]) -> Metadata:
    """The aliases of fields, and the words of their domains; a subtype is a domain of its own."""
    labels = Labels()
    for layer in layers:
        for one in layer.about["fields"]:
            coded = (one.get("domain") or {}).get("codedValues") or ()
            codes = {str(c["code"]): str(c["name"]) for c in coded}
            if one["name"] == layer.about.get("typeIdField"):
                codes = codes or {str(t["id"]): str(t["name"]) for t in layer.about.get("types") or ()}
            labels.add(one["name"], str(one.get("alias") or ""), codes)
    return labels.metadata()


def _keys(layers: Sequence[_Layer]) -> list[ForeignKey]:
    """The relationships between tables of the server, each of which both of its tables name."""
    parents = {
        one["id"]: (layer.name, str(one["keyField"]))
        for layer in layers
        for one in layer.about.get("relationships") or ()
        if one.get("role") == _ORIGIN and one.get("keyField")
    }
    return [
        ForeignKey(layer.name, str(one["keyField"]), *parents[one["id"]])
        for layer in layers
        for one in layer.about.get("relationships") or ()
        if one.get("role") != _ORIGIN and one.get("keyField") and one["id"] in parents
    ]
