"""Every page that the access routes open to a role, found by links as a person finds it."""

import re
from collections import deque
from collections.abc import Iterator
from urllib.parse import urlsplit

from browsing import PEOPLE
from playwright.sync_api import Page

from gateway.accounts.access_routes import ROUTES
from gateway.accounts.duties import DUTIES, Who
from gateway.accounts.model import Side

NO_PAGES = re.compile(
    r"/(api|federation|log|assets|healthz|openapi)\b|/language/|/sign-in/directory|.*/export$|.*/download/"
)
"""Addresses for browsers that are no pages: files, and redirects."""
PAINTED = """() => new Promise(done => new PerformanceObserver(list => {
        const [n] = performance.getEntriesByType('navigation'), paints = list.getEntries();
        done([n.responseStart - n.requestStart, paints[paints.length - 1].startTime]);
    }).observe({type: 'largest-contentful-paint', buffered: true}))"""
"""Milliseconds until the server's answer began, and until the largest contentful paint."""


def rules(who: str) -> dict[str, re.Pattern[str]]:
    """Every page that the access routes open to this role, by its rule, and a pattern of its addresses."""
    side, role = PEOPLE[who]
    found = {}
    for route, action in ROUTES.items():
        method, rule = route.split(" ")
        opens = {Who.ANYBODY, Who(role)} & DUTIES[action].who(Side(side))
        if method == "GET" and opens and not NO_PAGES.match(rule):
            parts = (re.escape(part) for part in re.split(r"<[^>]+>", rule))
            found[rule] = re.compile("[^/]+".join(parts))
    return found


def prepare(page: Page, who: str) -> None:
    """Let there be something to see: pages are only found by links."""
    {"analyst": _ask, "controller": _look_at_a_draft}.get(who, _nothing)(page)


def walk(page: Page, who: str) -> Iterator[str]:
    """Go to one page of each rule, found by the links of others or, without a variable part, directly."""
    left = rules(who)
    waiting = deque(rule for rule in left if "<" not in rule)
    for path in _endless(waiting):
        rule = next((rule for rule, shape in left.items() if shape.fullmatch(urlsplit(path).path)), None)
        if rule is None:
            continue
        del left[rule]
        answer = page.goto(urlsplit(page.url)._replace(path=path, query="").geturl())
        if answer is None or answer.status == 404:
            continue  # it is a page of the other side
        yield rule
        waiting += page.eval_on_selector_all("a[href^='/']", "links => links.map(a => a.pathname)")


def _look_at_a_draft(page: Page) -> None:
    """The controller has a previewed draft, and today's numbers are counted."""
    here = urlsplit(page.url)
    for path in ("/controller/policy/edit", "/controller/sharing"):
        page.goto(here._replace(path=path, query="").geturl())
        if path.endswith("edit"):
            page.get_by_role("button", name="Preview").first.click()
            page.get_by_text("numbers about").wait_for(timeout=120_000)
            page.get_by_role("button", name="Save as the draft").first.click()
    page.locator("a[href^='/controller/sharing/questions/']").first.wait_for(timeout=60_000)


def _ask(page: Page) -> None:
    """The analyst has a question with its table, and a report with it."""
    page.goto(urlsplit(page.url)._replace(path="/ask", query="by=country&by=year&by=outcome").geturl())
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator("table.release").wait_for(timeout=60_000)
    page.goto(urlsplit(page.url)._replace(path="/reports", query="").geturl())
    if not page.locator("a[href^='/reports/y-']").count():
        page.get_by_role("button", name="Make the report").click()
        page.get_by_role("link", name="Edit the text").wait_for()


def _nothing(_page: Page) -> None: ...


def _endless(waiting: deque[str]) -> Iterator[str]:
    while waiting:
        yield waiting.popleft()
