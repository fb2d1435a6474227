"""Every page that the access routes open to a role: found by links, readable by all, light, without other
servers.
"""

import re
import sys

import pytest
from browsing import PEOPLE, SCREENSHOTS, Browsing, check_axe
from walking import PAINTED, prepare, rules, walk

pytestmark = pytest.mark.processes

LARGEST = 150_000
"""The largest number of bytes of a page with all its files, compressed, without fonts."""
TRANSFERRED = """() => ['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))
    .filter(e => !e.name.includes('/fonts/')).reduce((sum, e) => sum + e.encodedBodySize, 0)"""
_JOURNEY = "tests/web/browser/test_controller_journey.py"
_MAPPING = "tests/web/browser/test_mapping_journey.py"
ELSEWHERE: dict[str, str] = {
    "/audit/alert": "tests/web/auditor/test_auditor_overview.py",
    "/ready-made/<name>/table": "tests/web/analyst/test_stacked_page.py",
    "/controller/approvals/<question_id>": _JOURNEY,
    "/controller/approvals/<question_id>/approve": _JOURNEY,
    "/controller/approvals/<question_id>/refuse": _JOURNEY,
    "/controller/loads/upload/<upload_id>": _JOURNEY,
    "/controller/loads/upload/<upload_id>/columns": _MAPPING,
    "/controller/loads/upload/<upload_id>/words": _MAPPING,
}
"""Pages about states that no demo has, such as a step under way, and the test that shows each."""


def _tell(line: str) -> None:
    """Print figures of this run, with its pictures."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    with (SCREENSHOTS / "pages.txt").open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    sys.stdout.write(f"{line}\n")


@pytest.fixture(scope="module")
def seen() -> dict[str, set[str]]:
    """Rules of the pages that each role has visited."""
    return {}


@pytest.mark.parametrize("who", PEOPLE)
def test_every_page_of_a_role_is_readable_light_and_ours(look: Browsing, seen, who: str) -> None:
    page = look.page(who)
    seen[who] = set()
    prepare(page, who)
    for rule in walk(page, who):
        seen[who].add(rule)
        size = page.evaluate(TRANSFERRED)
        answered, painted = page.evaluate(PAINTED)
        _tell(f"{who:<13} {rule:<48} {size / 1000:6.1f} kB {answered:6.0f} ms, painted {painted:6.0f} ms")
        assert size < LARGEST, rule
        assert page.locator("h1").count() == 1, rule
        check_axe(page, picture=f"page-{who}{re.sub('[^a-z_]+', '-', rule)}")


def test_no_page_was_forgotten(seen) -> None:
    """Each page of the access routes belongs to a role, and links lead to the page."""
    assert set(seen) == set(PEOPLE)

    everything = set().union(*(rules(who) for who in PEOPLE))
    assert everything - set().union(*seen.values()) <= set(ELSEWHERE)
