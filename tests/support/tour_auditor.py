"""Makes the pictures of docs/how-to/audit-in-the-browser.md again, from a running demo region.

`python tests/support/tour_auditor.py DIRECTORY` (the demo's); look at what has changed before you keep it.
"""

import sys
from pathlib import Path

from browsing import Browsing, View, browsing_at
from playwright.sync_api import Page
from small_png import fewer_colours

PICTURES = Path(__file__).parents[2] / "docs" / "how-to" / "pictures"
LARGEST = 60_000
"""Bytes of a picture: the docs are read on slow lines too."""
DESK = View("tour", width=1180, height=760)


def keep(page: Page, name: str, height: int) -> None:
    """Keep what the window shows, down to `height`."""
    path = PICTURES / f"auditor-{name}.png"
    taken = page.screenshot(clip={"x": 0, "y": 0, "width": DESK.width, "height": height})
    size = path.write_bytes(fewer_colours(taken))
    sys.stdout.write(f"{path.name}: {size / 1000:.0f} kB\n")
    assert size <= LARGEST, path


def tour(browsing: Browsing) -> None:
    page = browsing.page("auditor", "/audit/entries", DESK)
    keep(page, "log", 760)
    page.get_by_role("link", name="The question").last.click()
    page.locator("#story").wait_for()
    keep(page, "question", 760)
    page.goto(browsing.url("auditor") + "/audit/checkpoint")
    keep(page, "checkpoint", 560)
    page.goto(browsing.url("auditor") + "/audit/sample?count=5&seed=two+dice")
    keep(page, "sample", 620)


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browsing_at(Path(sys.argv[1])) as opened:
        tour(opened)
