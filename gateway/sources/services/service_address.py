"""Addresses of registers that other programs serve, as people copy them from a browser or a manual."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlsplit

from audit.reading.messages import message
from gateway.sources.model.errors import SourceError

_SCHEMES = ("https", "http")
_ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
_FORMS: Mapping[str, re.Pattern[str]] = MappingProxyType({
    "kobo": re.compile(r"(?P<base>.*?)/(?:#/forms|api/v2/assets)/(?P<asset>a[A-Za-z0-9]{10,40})(?:[/.].*)?"),
    "odk": re.compile(
        r"(?P<base>.*?)/(?:#/|v1/)?projects/(?P<project>[0-9]{1,9})/forms/(?P<form>[^/?#]{1,200}?)(?:\.svc)?(?:/.*)?"
    ),
    "arcgis": re.compile(r"(?P<base>.*/FeatureServer)(?:/[0-9]*)?/?"),
    "dhis2": re.compile(
        r"(?P<base>.*?)/(?:api/(?:[0-9]{2}/)?(?:tracker|programs)\b|dhis-web-|apps/|#).*"
    ),
})  # fmt: skip
_PROGRAM = re.compile(r"(?:[?&](?:program|programId)=|/programs/)(?P<program>[A-Za-z][A-Za-z0-9]{10})\b")


@dataclass(frozen=True)
class ServiceAddress:
    """`origin`: scheme, host and port, as `https://host`; `base`: the path below which the program answers.

    `parts`: what names the register within the program, such as the form.
    """

    kind: str
    origin: str
    base: str
    parts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def is_web_address(place: str) -> bool:
    """Whether a place is to be asked over HTTP."""
    return place.partition("://")[0].lower() in _SCHEMES


def is_private(address: str) -> bool:
    """Whether nobody on the way can read what an address is asked: TLS, or this machine."""
    try:
        found = urlsplit(address)
    except ValueError:  # such as a bracket without its other half
        return False
    scheme, host = found.scheme.lower(), (found.hostname or "").lower()
    return bool(host) and (scheme == "https" or (scheme == "http" and host in _ON_THIS_MACHINE))


def parse_service(place: str) -> ServiceAddress:
    """Read an address. Raises SourceError for one of no known program, with a secret, or without TLS."""
    try:
        found = urlsplit(place)
    except ValueError:
        raise _unknown() from None
    host = (found.hostname or "").lower()
    if found.username is not None or found.password is not None or _has_secret(found.query):
        raise SourceError(
            message("The address of the register holds a password or token."),
            remedy=message("Take it out, and write it into the file of credentials, for its owner only."),
        )
    if not is_private(place):
        raise SourceError(
            message("The address of the register does not begin with https://."),
            remedy=message("Without TLS everybody on the way could read it: serve it with a certificate."),
        )
    try:
        port = f":{found.port}" if found.port else ""
    except ValueError:
        raise _unknown() from None
    name = f"[{host}]" if ":" in host else host
    origin = f"{found.scheme.lower()}://{name}{port}"
    _, apart, rest = place.partition(
        "://"
    )  # a line break between the slashes is overlooked by urlsplit alone
    if not apart:
        raise _unknown()
    return _parsed(origin, rest.partition("/")[2])


def _parsed(origin: str, rest: str) -> ServiceAddress:
    path = "/" + rest
    for kind, form in _FORMS.items():
        match = form.fullmatch(path if kind == "dhis2" else re.split(r"[?]|(?<!/)#", path)[0])
        if match is None:
            continue
        parts = {name: unquote(text) for name, text in match.groupdict().items() if name != "base"}
        if kind == "dhis2":
            program = _PROGRAM.search(path)
            if program is None:
                continue
            parts["program"] = program["program"]
        return ServiceAddress(kind, origin, match["base"], MappingProxyType(parts))
    raise _unknown()


def _has_secret(query: str) -> bool:
    return any(name.lower() in {"token", "password", "access_token"} for name, _ in parse_qsl(query))


def _unknown() -> SourceError:
    return SourceError(
        message("This is not the address of a register that can be read here."),
        remedy=message(
            "Copy the address of the form in KoboToolbox or ODK Central, of the FeatureServer, or of the "
            "program in DHIS2."
        ),
    )
