"""Makes the pictures of docs/how-to/ask-and-read.md again, from a running demo region.

`python tests/support/tour_analyst.py DIRECTORY` (the demo's); look at what has changed before you keep it.
"""

import sys
from pathlib import Path

from browsing import Browsing, View, browsing_at
from playwright.sync_api import Page
from small_png import fewer_colours

PICTURES = Path(__file__).parents[2] / "docs" / "how-to" / "pictures"
LARGEST = 60_000
"""Bytes of a picture: the docs are read on slow lines too."""
DESK = View("tour", width=1180, height=700)


def keep(page: Page, name: str, height: int = 700) -> None:
    """Keep what the window shows, down to `height`."""
    path = PICTURES / f"analyst-{name}.png"
    taken = page.screenshot(clip={"x": 0, "y": 0, "width": DESK.width, "height": height})
    size = path.write_bytes(fewer_colours(taken))
    sys.stdout.write(f"{path.name}: {size / 1000:.0f} kB\n")
    assert size <= LARGEST, path


def tour(browsing: Browsing) -> None:
    page = browsing.page("analyst", "/ask?by=country&by=year&by=outcome&purpose=regional-reporting", DESK)
    keep(page, "ask")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator("table.release").wait_for(timeout=60_000)
    page.goto(browsing.url() + "/overview")
    keep(page, "overview")
    page.goto(browsing.url() + "/sharing?measure=casualties")
    keep(page, "sharing", 560)
    page.goto(browsing.url() + "/ready-made")
    keep(page, "ready-made", 560)
    page.goto(browsing.url() + "/ask?by=country&by=adult_child&by=outcome")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.locator("table.release").wait_for(timeout=60_000)
    page.locator("td.withheld a").first.click()
    page.locator("#explained .notice").wait_for()
    page.evaluate("scrollTo(0, 0)")
    keep(page, "table")
    page.goto(page.url.split("?")[0] + "?picture=grouped#picture")
    page.locator("svg.picture").wait_for()
    keep(page, "picture")


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browsing_at(Path(sys.argv[1])) as opened:
        tour(opened)
