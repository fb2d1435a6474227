"""Every page that the access routes open to a role: found by links, readable by all, light, without other
servers.
"""

import re
import sys
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from browsing import PEOPLE, SCREENSHOTS, Browsing, check_axe
from playwright.sync_api import Page

from gateway.accounts.access_routes import ROUTES
from gateway.accounts.duties import DUTIES, Who
from gateway.accounts.model import Side

pytestmark = pytest.mark.processes

NO_PAGES = re.compile(
    r"/(api|federation|log|assets|healthz|openapi)\b|/language/|/sign-in/directory|.*/export$|.*/download/"
)
"""Addresses for browsers that are no pages: files, and redirects."""
LARGEST = 150_000
"""The largest number of bytes of a page with all its files, compressed, without fonts."""
TRANSFERRED = """() => ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .filter(e => !e.name.includes('/fonts/')).reduce((sum, e) => sum + e.encodedBodySize, 0)"""
TIMES = """() => new Promise(done => new PerformanceObserver(list => {
        const [n] = performance.getEntriesByType('navigation'), paints = list.getEntries();
        done([n.responseStart - n.requestStart, paints[paints.length - 1].startTime]);
    }).observe({type: 'largest-contentful-paint', buffered: true}))"""


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
    page.get_by_role("button", name="Make the report").click()
    page.get_by_role("link", name="Edit the text").wait_for()


BEFORE: dict[str, Callable[[Page], None]] = {"analyst": _ask, "controller": _look_at_a_draft}
"""Preparations, so that there is something to see: pages are only found by links."""
_JOURNEY = "tests/web/browser/test_controller_journey.py"
_MAPPING = "tests/web/browser/test_mapping_journey.py"
ELSEWHERE: dict[str, str] = {
    "/audit/alert": "tests/web/auditor/test_auditor_overview.py",
    "/controller/approvals/<question_id>": _JOURNEY,
    "/controller/approvals/<question_id>/approve": _JOURNEY,
    "/controller/approvals/<question_id>/refuse": _JOURNEY,
    "/controller/loads/upload/<upload_id>": _JOURNEY,
    "/controller/loads/upload/<upload_id>/columns": _MAPPING,
    "/controller/loads/upload/<upload_id>/words": _MAPPING,
}
"""Pages about states that no demo has, such as a step under way, and the test that shows each."""


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


def _nothing(_page: Page) -> None: ...


def _tell(line: str) -> None:
    """Print figures of this run, with its pictures."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with (SCREENSHOTS / "pages.txt").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    sys.stdout.write(f"{line}\n")


def _endless(waiting: deque[str]) -> Iterator[str]:
    while waiting:
        yield waiting.popleft()


@pytest.fixture(scope="module")
def seen() -> dict[str, set[str]]:
    """Rules of the pages that each role has visited."""
    return {}


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_a_role_is_readable_light_and_ours(look: Browsing, seen, who: str) -> None:
    page = look.page(who)
    seen[who] = set()
    BEFORE.get(who, _nothing)(page)
    for rule in walk(page, who):
        seen[who].add(rule)
        size = page.evaluate(TRANSFERRED)
        answered, painted = page.evaluate(TIMES)
        _tell(f"{who:<13} {rule:<48} {size / 1000:6.1f} kB {answered:6.0f} ms, painted {painted:6.0f} ms")
        assert size < LARGEST, rule
        assert page.locator("h1").count() == 1, rule
        check_axe(page, picture=f"page-{who}{re.sub('[^a-z_]+', '-', rule)}")


def test_no_page_was_forgotten(seen) -> None:
    """Each page of the access routes belongs to a role, and links lead to the page."""
    assert set(seen) == set(PEOPLE)

    everything = set().union(*(rules(who) for who in PEOPLE))
    assert everything - set().union(*seen.values()) <= set(ELSEWHERE)
