"""ODK Central: the submissions of a form, over its OData (https://docs.getodk.org/central-api-odata-endpoints).

What questions and choices are called says the form's XML (`odk_form`). Each page has submissions with all
rows of their repeats inside (`$expand=*`), so that all tables are of one state. A user who signs in gets a
token for a day; it is asked for anew when it runs out on the way. A fetch that ended goes on where Central
says that no submission was added or edited since it began.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

from gateway.sources.model.errors import SourceError
from gateway.sources.services.credentials import Secret
from gateway.sources.services.kept_pages import ChangedError, KeptPages, digest
from gateway.sources.services.odk_form import form_metadata
from gateway.sources.services.service_address import ServiceAddress
from gateway.sources.services.service_client import UNEXPECTED, RefusedError, ServiceClient, StatusError
from gateway.sources.services.spool import Spool
from gateway.sources.services.survey_rows import DATES, KEY, MAIN, Form, Submission, day, declare

_Reply = TypeVar("_Reply")

PAGE = 250
_SYSTEM = {
    "submissionDate": "SubmissionDate", "submitterId": "SubmitterID", "submitterName": "SubmitterName",
    "reviewState": "ReviewState", "edits": "Edits", "formVersion": "FormVersion",
}  # fmt: skip
"""What Central adds to a submission -> its heading in Central's own export."""
_WHERE = ("Longitude", "Latitude", "Altitude")


@dataclass
class Odk:
    """One form of an ODK Central server."""

    address: ServiceAddress
    client: ServiceClient
    secret: Secret

    def fetch(self, spool: Spool, pages: KeptPages) -> None:
        """Fetch form and submissions. Raises SourceError and ChangedError."""
        parts = self.address.parts
        form = f"{self.address.base}/v1/projects/{parts['project']}/forms/{quote(parts['form'], safe='')}"
        try:
            fields = self._get(f"{form}/fields", {})
            asked, now = _form(fields), digest(fields)
            spool.metadata = form_metadata(
                self._signed(lambda: self.client.get_text(f"{form}.xml")),
                asked.repeats,
                partial(self._attachment, form),
            )
            declare(spool, asked, KEY, tuple(_SYSTEM.values()))
            path = f"{form}.svc/{MAIN}"
            pages.begin(
                lambda: self._state(now),
                lambda before: bool(before["fields"] == now) and not self._changed_since(path, before["at"]),
            )
            self._submissions(spool, pages, asked, path)
        except UNEXPECTED:
            raise self.client.unexpected() from None

    def _attachment(self, form: str, name: str) -> str | None:
        """The text of a file of a form; None where the server has none, or gives it at another address."""
        try:
            return self._signed(lambda: self.client.get_text(f"{form}/attachments/{quote(name, safe='')}"))
        except RefusedError:
            raise
        except SourceError:
            return None

    def _state(self, fields: str) -> Any:
        """What the form is, and the time of the server; None where it does not tell one."""
        try:
            at = parsedate_to_datetime(self.client.last_said).astimezone(UTC)
        except ValueError:
            return None
        return {"fields": fields, "at": f"{at:%Y-%m-%dT%H:%M:%S}.000Z"}

    def _changed_since(self, path: str, at: str) -> bool:
        """Whether a submission was added or edited at a time of the server or after it."""
        when = f"__system/submissionDate ge {at} or __system/updatedAt ge {at}"
        try:
            reply = self._get(path, {"$filter": when, "$top": "1", "$count": "true"})
        except StatusError:
            return True  # an older Central, which cannot tell
        return int(reply["@odata.count"]) > 0

    def _submissions(self, spool: Spool, pages: KeptPages, form: Form, path: str) -> None:
        submission = Submission(spool, form, KEY, _leaf(form))
        query: Mapping[str, str] = {"$expand": "*", "$top": str(PAGE), "$count": "true"}
        seen: set[str] = set()
        expected: int | None = None
        links: set[str] = set()
        while True:
            page = pages.page(json.dumps(query), partial(self._get, path, query))
            if expected is None:
                expected = int(page["@odata.count"])
            if int(page["@odata.count"]) != expected:
                raise ChangedError
            for row in page["value"]:
                if row["__id"] in seen:
                    raise ChangedError
                seen.add(row["__id"])
                _add(submission, row)
            spool.reached(MAIN, len(seen), expected)
            further = page.get("@odata.nextLink")
            if further is None:
                break
            if further in links or not page["value"]:
                raise ChangedError
            links.add(further)
            # Only its query is taken: behind a proxy a server may not know its own address.
            query = dict(parse_qsl(urlsplit(further).query))
        if len(seen) != expected:
            raise ChangedError

    def _get(self, path: str, query: Mapping[str, str]) -> Any:
        return self._signed(lambda: self.client.get(path, query))

    def _signed(self, ask: Callable[[], _Reply]) -> _Reply:
        """Ask, and once more with a new session where the former has ended."""
        if "Authorization" not in self.client.headers and self.secret.user:
            self._sign_in()
        try:
            return ask()
        except RefusedError:
            if not self.secret.user:
                raise
        self._sign_in()
        return ask()

    def _sign_in(self) -> None:
        self.client.headers = {}
        body = {"email": self.secret.user, "password": self.secret.password}
        token = self.client.post(f"{self.address.base}/v1/sessions", body=body)["token"]
        self.client.headers = {"Authorization": f"Bearer {token}"}


def headers(secret: Secret) -> Mapping[str, str]:
    """What shows who asks: a token that somebody has got, if there is one."""
    return {"Authorization": f"Bearer {secret.token}"} if secret.token else {}


def _form(fields: list[Mapping[str, Any]]) -> Form:
    named = [(str(one["path"]).strip("/"), str(one["type"]).lower()) for one in fields]
    repeats = tuple(path for path, kind in named if kind == "repeat")
    questions: dict[str, str] = {}
    for path, kind in named:
        if kind == "geopoint":
            questions.update({f"{path}-{name}": kind for name in _WHERE})
        elif kind not in {"repeat", "structure"}:
            questions[path] = kind
    return Form(repeats, questions)


def _leaf(form: Form) -> Callable[[str, Any], Mapping[str, object]]:
    def cells(path: str, value: Any) -> Mapping[str, object]:
        if isinstance(value, Mapping):
            where = value["coordinates"]
            named = zip(_WHERE, where if value["type"] == "Point" else (), strict=False)
            return {f"{path}-{name}": number for name, number in named}
        return {path: day(value) if form.questions.get(path) in DATES else value}

    return cells


def _add(submission: Submission, row: Mapping[str, Any]) -> None:
    key, system = str(row["__id"]), row.get("__system") or {}
    own = {KEY: key, **{heading: system.get(name) for name, heading in _SYSTEM.items()}}
    submission.add(_answers(row), key, own)


def _answers(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row without what OData and Central add, however deep it stands."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if "@odata." in name or name.startswith("__"):
            continue
        if isinstance(value, list):
            value = [_answers(one) for one in value]  # noqa: PLW2901 - the same value, cleaned
        elif isinstance(value, Mapping) and "coordinates" not in value:
            value = _answers(value)  # noqa: PLW2901 - likewise
        found[name] = value
    return found
