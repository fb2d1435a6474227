"""Opens a register that another program serves: fetched whole, and then read as any other source."""

import base64
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.sources.model.errors import SourceError
from gateway.sources.rows.load_progress import Progress
from gateway.sources.services import dhis2, kobo, odk
from gateway.sources.services.arcgis import ArcGis
from gateway.sources.services.credentials import Secret, secret_for
from gateway.sources.services.kept_pages import kept_pages
from gateway.sources.services.service_address import ServiceAddress, parse_service
from gateway.sources.services.service_client import ServiceClient
from gateway.sources.services.spool import Fetch, Spool, fetched


@dataclass(frozen=True)
class Access:
    """`credentials`: the file of secrets, or None. `folder`: where rows wait, in files without a name, and
    pages of a fetch that ended too early; without one nothing is left of such a fetch.
    """

    credentials: Path | None = None
    folder: Path | None = None
    progress: Progress = lambda _: None


NO_ACCESS = Access()

_HEADERS: Mapping[str, Callable[[Secret], Mapping[str, str]]] = {
    "kobo": kobo.headers, "odk": odk.headers, "dhis2": dhis2.headers, "arcgis": lambda _: {},
}  # fmt: skip


@contextmanager
def open_service(place: str, kind: str, access: Access) -> Iterator[Spool]:
    """The register at an address, whole. Raises SourceError."""
    address = parse_service(place)
    if address.kind != kind:
        raise SourceError(
            f"The mapping reads a register of kind {kind}, and the address is one of {address.kind}.",
            remedy="Correct 'source' in the mapping, or the address.",
        )
    secret = secret_for(access.credentials, address.origin)
    client = ServiceClient(address.origin, _HEADERS[kind](secret) or _basic(kind, secret))
    spool = Spool(access.folder, access.progress)
    try:
        with kept_pages(access.folder, f"{kind} {place}") as pages:
            fetched(_fetch(address, client, secret), spool, pages, address.origin)
        spool.fetch_note = pages.note
        yield spool
    finally:
        spool.close()
        client.close()


def _basic(kind: str, secret: Secret) -> Mapping[str, str]:
    """A name and a password with each request (RFC 7617), for programs that give no tokens for them."""
    if kind not in {"kobo", "dhis2"} or not secret.user:
        return {}
    pair = base64.b64encode(f"{secret.user}:{secret.password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


def _fetch(address: ServiceAddress, client: ServiceClient, secret: Secret) -> Fetch:
    if address.kind == "kobo":
        return kobo.Kobo(address, client).fetch
    if address.kind == "odk":
        return odk.Odk(address, client, secret).fetch
    if address.kind == "arcgis":
        return ArcGis(address, client, secret).fetch
    return dhis2.Dhis2(address, client).fetch
