"""Makes the pictures of docs/how-to/load-a-file-of-any-shape.md again, by doing what the page says.

`python tests/support/tour_mapping.py DIRECTORY` (of a new demo); look at what has changed before you keep it.
The file of the page replaces the demo's register of Cambodia at the end.
"""

import sys
from pathlib import Path

from browsing import Browsing, View, browsing_at
from playwright.sync_api import Page
from small_png import fewer_colours

HOW_TO = Path(__file__).parents[2] / "docs" / "how-to"
PICTURES = HOW_TO / "pictures"
REGISTER = HOW_TO / "rehearsal" / "victims-of-2025.csv"
LARGEST = 60_000
"""Bytes of a picture: the docs are read on slow lines too."""
DESK = View("tour", width=1180, height=700)
WHOLE = 300_000


def keep(page: Page, name: str, height: int = 0) -> None:
    """Keep the page, down to `height` where one is given."""
    page.evaluate("document.activeElement.blur(); window.scrollTo(0, 0)")
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": DESK.width, "height": min(height or whole, whole)})
    path = PICTURES / f"mapping-{name}.png"
    size = path.write_bytes(fewer_colours(page.screenshot()))
    page.set_viewport_size({"width": DESK.width, "height": DESK.height})
    sys.stdout.write(f"{path.name}: {size / 1000:.0f} kB\n")
    assert size <= LARGEST, path


def tour(browsing: Browsing) -> None:
    page = browsing.page("controller", "/controller/overview", DESK)
    page.context.set_default_timeout(WHOLE)
    page.get_by_role("link", name="Data loads").first.click()
    page.get_by_role("link", name="Upload a register …").click()
    page.get_by_label("The register", exact=True).set_input_files(REGISTER)
    keep(page, "file")
    page.get_by_role("button", name="Upload and check").click()
    page.get_by_role("combobox", name="What became of them").wait_for()
    keep(page, "columns")
    page.get_by_role("combobox", name="What became of them").select_option(label="outcome")
    page.get_by_role("button", name="Go on to the words").click()
    page.get_by_label("consent to share (needed)").wait_for()
    page.get_by_label("consent to share (needed)").select_option(label="in numbers that are shared")
    page.get_by_role("combobox", name="hurt badly").select_option(label="injured")
    page.get_by_role("combobox", name="died at once").select_option(label="killed")
    page.get_by_role("combobox", name="blue thing").select_option(label="unexploded submunition")
    keep(page, "words")
    page.get_by_role("button", name="See what would be counted").click()
    page.get_by_role("button", name="Load", exact=True).wait_for()
    page.get_by_label("The file replaces the register").check()
    keep(page, "preview", 1150)
    page.get_by_role("button", name="Load", exact=True).click()
    page.get_by_role("link", name="See the data quality").wait_for()
    keep(page, "loaded")
    page.get_by_role("link", name="See the data quality").click()
    page.get_by_role("heading", name="Data quality").wait_for()


if __name__ == "__main__":
    with browsing_at(Path(sys.argv[1])) as opened:
        tour(opened)
