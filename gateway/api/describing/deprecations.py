"""Addresses that will go: each says so in every answer, a year before it goes at the earliest.

`Deprecation` (RFC 9745) has the moment since when, `Sunset` (RFC 8594) the first day on which the address may
be gone, and `Link` where the policy stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Flask, Response, request
from werkzeug.http import http_date

LEAST = timedelta(days=365)
POLICY = "/openapi.json"
"""Whose description of each operation says what takes the place of a deprecated one."""


@dataclass(frozen=True)
class Deprecated:
    """Since when an address is deprecated, and what takes its place."""

    since: datetime
    instead: str

    @property
    def sunset(self) -> datetime:
        """Until then the address is served in any case."""
        return self.since + LEAST


_V2 = datetime(2026, 11, 29, tzinfo=UTC)
DEPRECATED: Mapping[str, Deprecated] = {
    "POST /federation/v2/offers": Deprecated(_V2, "POST /federation/v2/bounds"),
    "POST /federation/v2/contributions": Deprecated(
        _V2, "nothing: regional totals of withheld cells are withdrawn"
    ),
}
"""By method and rule, as the table of duties has them."""


def install(app: Flask) -> None:
    app.after_request(_say)


def _say(response: Response) -> Response:
    if request.url_rule is not None:
        found = DEPRECATED.get(f"{request.method} {request.url_rule.rule}")
        if found is not None:
            response.headers["Deprecation"] = f"@{int(found.since.timestamp())}"
            response.headers["Sunset"] = http_date(found.sunset)
            response.headers.add("Link", f'<{POLICY}>; rel="deprecation"; type="application/json"')
    return response
