"""Somebody who visits pages in any order: follows links, fills in forms, and types what nobody should.

What is typed is drawn from a seed. A visit knows the addresses of the table of duties, and learns links,
forms and words from what it is shown.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from random import Random
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit

import httpx
from changed_texts import WORDS_OF_STRANGERS

from gateway.accounts.access_routes import ROUTES

_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
_AWAY = ("/sign-out", "/account/sessions", "/language", "/account/credentials")
"""What ends the visit, or changes the language of what is learned."""
_ASSETS = ("/assets/", "/log/tile")
_LONG_POLLS = ("wait",)
_MOST = 4000
"""Words and links that are remembered."""


@dataclass
class Form:
    """A form as it was shown: where it goes, how, and what stands in it."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif tag == "form":
            self.forms.append(Form(said.get("action", ""), said.get("method", "get").lower()))
        elif tag == "select":
            self._select = said.get("name", "")
        elif self.forms and tag == "option" and self._select:
            self.forms[-1].fields.append((self._select, said.get("value", "")))
        elif self.forms and tag in ("input", "textarea", "button") and said.get("name"):
            self.forms[-1].fields.append((said["name"], said.get("value", "")))


@dataclass
class Visit:
    """One visitor with a seed. `get` and `post` send; `answers` has what was asked, and each status."""

    client: httpx.Client
    random: Random
    start: Sequence[str] = ("/",)
    answers: list[tuple[str, str, int]] = field(default_factory=list)
    _links: list[str] = field(default_factory=list)
    _followed: set[str] = field(default_factory=set)
    _forms: list[Form] = field(default_factory=list)
    _words: list[str] = field(default_factory=lambda: ["1", "q-1", "KH", "casualties", "2024", "csv"])

    def steps(self, number: int, check: Callable[[httpx.Response], None]) -> None:
        """Take so many steps; every answer is shown to `check`."""
        self._links += list(self.start)
        for _ in range(number):
            ways = [self._follow, self._follow, self._any_route]
            response = self.random.choice([*ways, self._fill, self._fill] if self._forms else ways)()
            request = response.request
            self.answers.append((request.method, str(request.url), response.status_code))
            check(response)
            self._learn(response)

    def _learn(self, response: httpx.Response) -> None:
        here = urlsplit(str(response.request.url))
        if response.is_redirect:
            self._remember(urljoin(here.path, response.headers["Location"]))
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return
        page = _Page()
        page.feed(response.text)
        for link in page.links:
            self._remember(urljoin(here.path, link))
        for form in page.forms:
            form.action = urljoin(here.path, form.action)
            if not form.action.startswith(_AWAY):
                self._forms = [*self._forms[-60:], form]

    def _remember(self, link: str) -> None:
        parts = urlsplit(link)
        if parts.netloc or parts.scheme or parts.path.startswith((*_AWAY, *_ASSETS)):
            return
        if link not in self._links and len(self._links) < _MOST:
            self._links.append(link)
            self._words += [word for word in parts.path.split("/") if word][-1:]
            self._words += [value for _, value in parse_qsl(parts.query)]

    def _word(self) -> str:
        known = self.random.random() < 0.6
        return self.random.choice(self._words[-300:] if known else WORDS_OF_STRANGERS)

    def _encoded(self, pairs: Sequence[tuple[str, str]]) -> str:
        return urlencode(
            [(k.encode("utf-8", "surrogatepass"), v.encode("utf-8", "surrogatepass")) for k, v in pairs]
        )

    def _follow(self) -> httpx.Response:
        unseen = [link for link in self._links if link not in self._followed]
        link = self.random.choice(unseen if unseen and self.random.random() < 0.7 else self._links)
        self._followed.add(link)
        parts = urlsplit(link)
        pairs = parse_qsl(parts.query)
        if self.random.random() < 0.5 and pairs:
            at = self.random.randrange(len(pairs))
            pairs[at] = (pairs[at][0], self._word())
            if self.random.random() < 0.3:
                pairs.append(pairs[at])
        return self._send("GET", f"{parts.path}?{self._encoded(pairs)}" if pairs else parts.path)

    def _any_route(self) -> httpx.Response:
        method, _, rule = self.random.choice(sorted(ROUTES)).partition(" ")
        if rule.startswith(_AWAY):
            rule = "/"
        path = _ARGUMENT.sub(lambda _: quote(self._word().encode("utf-8", "surrogatepass"), safe=""), rule)
        names = [name for form in self._forms[-10:] for name, _ in form.fields] or ["start", "year", "by"]
        pairs = [(self.random.choice(names), self._word()) for _ in range(self.random.randint(0, 3))]
        if method == "POST":
            return self._send(method, path, self._encoded(pairs))
        return self._send(method, f"{path}?{self._encoded(pairs)}")

    def _fill(self) -> httpx.Response:
        form = self.random.choice(self._forms)
        pairs = [pair for pair in form.fields if pair[0] == "form" or self.random.random() < 0.85]
        if pairs and self.random.random() < 0.7:
            at = self.random.randrange(len(pairs))
            if pairs[at][0] != "form":
                pairs[at] = (pairs[at][0], self._word())
        if form.method == "get":
            return self._send("GET", f"{urlsplit(form.action).path}?{self._encoded(pairs)}")
        return self._send("POST", form.action, self._encoded(pairs))

    def _send(self, method: str, path: str, body: str = "") -> httpx.Response:
        typed = {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        for name in _LONG_POLLS:
            path = re.sub(rf"\b{name}=[^&]*", f"{name}=0", path)
        return self.client.request(method, path, content=body.encode(), headers=typed)
