"""KoboToolbox: the submissions of a form, over its API v2 (https://support.kobotoolbox.org/api.html).

Submissions are asked for in the order of their numbers, each page from the last number on: whatever is added
or deleted while pages are read shifts none of them. A fetch that ended goes on behind the last number that
came, if nothing was added, and the numbers and versions (`_uuid`) of those before it are the same.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from gateway.sources.model.metadata import Labels, Metadata
from gateway.sources.services.credentials import Secret
from gateway.sources.services.kept_pages import ChangedError, KeptPages, digest
from gateway.sources.services.service_address import ServiceAddress
from gateway.sources.services.service_client import UNEXPECTED, ServiceClient, StatusError
from gateway.sources.services.spool import Spool
from gateway.sources.services.survey_rows import DATES, MAIN, Form, Submission, day, declare

PAGE = 1000
_OWN = ("_uuid", "_id", "_submission_time")
_ROOT = "meta/rootUuid"
_PREFIX = "uuid:"
_FROM_FILE = ("_from_file", "_external")
"""Ends of the types of questions whose choices stand in files of their own, which are not read."""
_NOTHING: Mapping[str, str] = MappingProxyType({})
_BEGIN, _END, _REPEAT = "begin", "end", "begin_repeat"
"""Types of the lines of a form around which groups, repeats and tables of questions stand."""


def headers(secret: Secret) -> Mapping[str, str]:
    """What shows who asks."""
    return {"Authorization": f"Token {secret.token}"} if secret.token else {}


class Kobo:
    """One form of a KoboToolbox server."""

    def __init__(self, address: ServiceAddress, client: ServiceClient) -> None:
        self._client = client
        self._asset = f"{address.base}/api/v2/assets/{address.parts['asset']}"

    def fetch(self, spool: Spool, pages: KeptPages) -> None:
        """Fetch form and submissions. Raises SourceError and ChangedError."""
        try:
            content = self._client.get(f"{self._asset}/", {"format": "json"})["content"]
            form, spool.metadata = _form(content["survey"]), _metadata(content)
            declare(spool, form, "_uuid", _OWN)
            now = digest(content)
            pages.begin(lambda: now, lambda before: bool(before == now))
            self._submissions(spool, pages, form)
        except UNEXPECTED:
            raise self._client.unexpected() from None

    def _submissions(self, spool: Spool, pages: KeptPages, form: Form) -> None:
        submission = Submission(
            spool,
            form,
            "_uuid",
            lambda path, value: {path: day(value) if form.questions.get(path) in DATES else value},
        )
        seen, last = 0, -1
        expected: int | None = None
        while True:
            page = pages.page(str(last), partial(self._page, last), partial(self._holds, last))
            rows = page["results"]
            if expected is None:
                expected = int(page["count"])
            if seen + int(page["count"]) != expected or (not rows and seen != expected):
                raise ChangedError
            if not rows:
                return
            for row in rows:
                if int(row["_id"]) <= last:
                    raise ChangedError
                last = int(row["_id"])
                _add(submission, row)
            seen += len(rows)
            spool.reached(MAIN, seen, expected)

    def _holds(self, last: int, page: Any) -> bool:
        """Whether the submissions of a page that was kept are the same: an edit gives a new `_uuid`."""
        few = {"fields": json.dumps(["_id", "_uuid"]), "limit": str(len(page["results"]))}
        try:
            now = self._page(last, few)
        except StatusError:
            return False  # a server that cannot tell
        return [(row["_id"], row["_uuid"]) for row in now["results"]] == [
            (row["_id"], row["_uuid"]) for row in page["results"]
        ]

    def _page(self, last: int, further: Mapping[str, str] = _NOTHING) -> Any:
        """The submissions after a number; `count` tells how many there are after it."""
        query = {"format": "json", "limit": str(PAGE), "sort": '{"_id":1}', **further}
        if last >= 0:
            query["query"] = json.dumps({"_id": {"$gt": last}})
        return self._client.get(f"{self._asset}/data/", query)


def _add(submission: Submission, row: Mapping[str, Any]) -> None:
    # `_uuid` changes when somebody edits a submission, and the root does not.
    key = str(row.get(_ROOT) or row["_uuid"]).removeprefix(_PREFIX)
    own = {"_uuid": key, "_id": row["_id"], "_submission_time": row.get("_submission_time")}
    answers = {
        name: value
        for name, value in row.items()
        if name not in own and not (name.startswith("_") and isinstance(value, list | dict))
    }
    submission.add(answers, key, own)


def _name(question: Mapping[str, Any]) -> str:
    return str(question.get("name") or question.get("$autoname") or "")


def _walk(survey: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each repeat and question of a form: its path, the repeat around it or "", and what the form says."""
    path: list[tuple[str, bool]] = []
    for one in survey:
        kind = str(one.get("type", "")).replace(" ", "_", 1)
        inside = "/".join(name for name, _ in path[: _innermost(path)])
        if kind.startswith(f"{_END}_"):
            path.pop()
            continue
        here = "/".join((*(name for name, _ in path), _name(one)))
        if kind.startswith(f"{_BEGIN}_"):
            path.append((_name(one), kind == _REPEAT))
            if kind == _REPEAT:
                yield here, inside, one
        elif kind != "note" and _name(one):
            yield here, inside, one


def _innermost(path: Sequence[tuple[str, bool]]) -> int:
    """How many of the groups lead to the innermost repeat, and it; 0 without one."""
    return max((n for n, (_, repeats) in enumerate(path, 1) if repeats), default=0)


def _kind(question: Mapping[str, Any]) -> str:
    return str(question.get("type", "")).partition(" ")[0]


def _form(survey: Sequence[Mapping[str, Any]]) -> Form:
    every = list(_walk(survey))
    repeats = tuple(path for path, _, one in every if _is_repeat(one))
    return Form(repeats, {path: _kind(one) for path, _, one in every if not _is_repeat(one)})


def _is_repeat(one: Mapping[str, Any]) -> bool:
    return str(one.get("type", "")).replace(" ", "_", 1) == _REPEAT


def _metadata(content: Mapping[str, Any]) -> Metadata:
    """The labels of the questions and of their choices, in the form's first language."""
    lists: dict[str, dict[str, str]] = {}
    for choice in content.get("choices", ()):
        if label := _label(choice):
            lists.setdefault(str(choice.get("list_name")), {})[_name(choice)] = label
    labels = Labels()
    for path, inside, one in _walk(content["survey"]):
        chosen = one.get("select_from_list_name") or str(one.get("type", "")).partition(" ")[2]
        heading = path.removeprefix(f"{inside}/")
        labels.add(heading, _label(one), lists.get(str(chosen), {}))
        if _kind(one).endswith(_FROM_FILE):
            labels.lack(heading)
    return labels.metadata()


def _label(one: Mapping[str, Any]) -> str:
    said = one.get("label")
    return next((str(text) for text in (said if isinstance(said, list) else [said]) if text), "")
