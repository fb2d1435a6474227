"""Makes the pictures of docs/how-to/the-controllers-desk.md again, from a running demo region.

`python tests/support/tour_controller.py DIRECTORY` (the demo's); look at what has changed before you keep it.
It leaves a draft behind, as somebody does who writes a policy and has not signed it.
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
WHOLE = 300_000


def keep(page: Page, name: str, height: int = 700) -> None:
    """Keep what the window shows, down to `height`."""
    path = PICTURES / f"controller-{name}.png"
    taken = page.screenshot(clip={"x": 0, "y": 0, "width": DESK.width, "height": height})
    size = path.write_bytes(fewer_colours(taken))
    sys.stdout.write(f"{path.name}: {size / 1000:.0f} kB\n")
    assert size <= LARGEST, path


def tour(browsing: Browsing) -> None:
    page = browsing.page("controller", "/controller/overview", DESK)
    page.locator("a[href^='/controller/sharing/questions/']").first.wait_for(timeout=WHOLE)
    keep(page, "overview")
    page.goto(browsing.url("controller") + "/controller/sharing")
    page.locator("a[href^='/controller/sharing/questions/']").first.wait_for(timeout=WHOLE)
    keep(page, "sharing")
    page.goto(browsing.url("controller") + "/controller/asked")
    keep(page, "asked", 560)
    page.goto(browsing.url("controller") + "/controller/policy/edit")
    page.get_by_text("Approval and quotas").click()
    page.get_by_label("Other questions are answered").select_option("one person")
    page.get_by_role("button", name="Preview").first.click()
    page.get_by_text("numbers about").wait_for(timeout=WHOLE)
    keep(page, "edit")
    page.get_by_role("button", name="Save as the draft").first.click()
    page.get_by_role("link", name="Preview and publish …").click()
    keep(page, "publish")


if __name__ == "__main__":
    PICTURES.mkdir(parents=True, exist_ok=True)
    with browsing_at(Path(sys.argv[1])) as opened:
        tour(opened)
