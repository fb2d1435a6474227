"""Pages in a real browser: who looks at them and how, what axe-core finds, and what they have loaded."""

import base64
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from chromium import CHROMIUM
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from gateway.demo.sign_in_links import new_links

AXE = Path(__file__).parents[1] / "data" / "axe" / "axe.min.js"
"""axe-core 4.14.1 as published (MPL 2.0, licence beside it); no part of what is installed."""
SCREENSHOTS = Path(
    os.environ.get("SAFELANE_SCREENSHOTS") or Path(tempfile.gettempdir()) / "safelane-screenshots"
)

PEOPLE = {
    "analyst": ("hub", "analyst"),
    "auditor": ("hub", "auditor"),
    "operator": ("hub", "operator"),
    "controller": ("node", "controller"),
    "node-auditor": ("node", "auditor"),
}
"""Who looks, on which side, in which role."""

Theme = Literal["light", "dark"]


@dataclass(frozen=True)
class View:
    """How somebody looks at a page. 200 % zoom leaves half of the pixels and doubles each of them."""

    name: str
    theme: Theme = "light"
    width: int = 1280
    height: int = 900
    scale: int = 1


LIGHT = View("light")
DARK = View("dark", theme="dark")
PHONE = View("390px", width=390, height=844)
NARROW = View("320px", width=320, height=700)
ZOOMED = View("zoomed", width=640, height=450, scale=2)
VIEWS = (LIGHT, DARK, NARROW, ZOOMED)
PICTURED = (LIGHT, NARROW)
COLOURS = ["color-contrast", "link-in-text-block"]
"""Rules of axe-core about colours."""


@dataclass
class Browsing:
    """A browser, and the demo's people signed in in it by their links, each once."""

    directory: Path
    browser: Browser
    known: dict[str, Any] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def url(self, who: str = "analyst") -> str:
        """Where the hub is, or the node of the demo's people."""
        return (self.directory / self._place(who) / "address").read_text(encoding="ascii").strip()

    def page(
        self,
        who: str | None,
        path: str = "/",
        view: View = LIGHT,
        *,
        scripts: bool = True,
        known: bool = True,
    ) -> Page:
        """A page in a browser window of its own. `who` is one of PEOPLE, or None for nobody.

        Without `known`, nobody has signed in yet, and `who` says at whose hub or node.
        """
        context = self.browser.new_context(
            storage_state=self._signed_in(who) if who is not None and known else None,
            viewport={"width": view.width, "height": view.height},
            device_scale_factor=view.scale,
            color_scheme=view.theme,
            java_script_enabled=scripts,
        )
        self.contexts.append(context)
        context.set_default_timeout(30_000)
        page = context.new_page()
        page.on("request", self._watch(self.url(who or "analyst")))
        page.on("console", lambda m: self.complaints.append(m.text) if "Content Security" in m.text else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.goto(self.url(who or "analyst") + path)
        return page

    def close(self) -> None:
        """Close the windows of a test; what they complained of or loaded from elsewhere is a failure."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        complaints, self.complaints = self.complaints, []
        assert complaints == []

    def _watch(self, url: str) -> Callable[[Request], None]:
        def look(request: Request) -> None:
            if urlsplit(request.url).netloc != urlsplit(url).netloc and not request.url.startswith("data:"):
                self.complaints.append(f"loaded from elsewhere: {request.url}")

        return look

    def _signed_in(self, who: str) -> Any:
        if who not in self.known:
            side, role = PEOPLE[who]
            link = next(
                link.address
                for link in new_links(self.directory)
                if link.person.role == role and (link.person.place == "hub") == (side == "hub")
            )
            context = self.browser.new_context()
            context.new_page().goto(link)
            self.known[who] = context.storage_state()
            context.close()
        return self.known[who]

    def _place(self, who: str) -> str:
        side, _ = PEOPLE[who]
        if side == "hub":
            return "hub"
        return next(link.person.place for link in new_links(self.directory) if link.person.place != "hub")


@contextmanager
def browsing_at(directory: Path) -> Iterator[Browsing]:
    """The system's browser before a running demo."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        try:
            yield Browsing(directory, browser)
        finally:
            browser.close()


def check_axe(page: Page, views: tuple[View, ...] = VIEWS, picture: str | None = None) -> None:
    """Fail for anything that axe-core finds on the page in any of the views; it is left in the first.

    `picture`: keeps one of the page, wide and narrow, under this name: pictures are a third of a page's cost.
    """
    found = axe_findings(page, views, picture)
    assert not found, "\n".join([page.url, *found])


def axe_findings(page: Page, views: tuple[View, ...], picture: str | None = None) -> list[str]:
    """What axe-core finds on the page in each view, and by how much the page is too wide for it."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8") + ";0")
    found = []
    for view in views:
        _turn(page, view)
        if picture is not None and view in PICTURED:
            _keep_picture(page, picture, view)
        found += [f"{view.name}: {each}" for each in page.evaluate(_RUN, _rules(view, views))]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            found.append(f"{view.name}: the page sticks out by {wide} px")
    _turn(page, views[0])
    return found


def _rules(view: View, views: tuple[View, ...]) -> dict[str, Any]:
    """What axe-core is to look for in one of several views; colours are half of its work.

    The dark page is the light one in other colours: only they can be wrong in it. Between the widest and the
    narrowest view colours cannot differ: the style sheet knows widths only as `max-width`, so that whatever
    holds for a middle width holds for the narrowest too.
    """
    if view.theme == "dark" and LIGHT in views:
        return {"runOnly": {"type": "rule", "values": COLOURS}}
    if view in (ZOOMED, PHONE) and {LIGHT, NARROW} <= set(views):
        return {"rules": {name: {"enabled": False} for name in COLOURS}}
    return {}


def shoot(page: Page, name: str, views: tuple[View, ...] = (LIGHT,)) -> None:
    """Keep a picture of the whole page in each view, where the run's artefacts are."""
    for view in views:
        _turn(page, view)
        _keep_picture(page, name, view)


def _keep_picture(page: Page, name: str, view: View) -> None:
    """The whole page, packed quickly rather than tightly: half the work of Playwright's own picture of it."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    scale = page.evaluate(_STILL)
    session = page.context.new_cdp_session(page)
    size = session.send("Page.getLayoutMetrics")["cssContentSize"]
    taken = session.send(
        "Page.captureScreenshot",
        {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": scale},
            "optimizeForSpeed": True,
        },
    )
    session.detach()
    (SCREENSHOTS / f"{name}-{view.name}.png").write_bytes(base64.b64decode(taken["data"]))


def _turn(page: Page, view: View) -> None:
    page.emulate_media(color_scheme=view.theme, reduced_motion="reduce")
    page.set_viewport_size({"width": view.width, "height": view.height})


_STILL = """async () => {
    if (!document.adoptedStyleSheets.length) {
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('* {caret-color: transparent !important}');
        document.adoptedStyleSheets = [sheet];
    }
    await document.fonts.ready;
    return window.devicePixelRatio;
}"""
"""Nothing blinks, and all letters are there."""

_RUN = """async rules => {
    const found = await axe.run(document, {resultTypes: ['violations'], ...rules});
    const why = node => ([...node.any, ...node.all, ...node.none][0] || {}).message;
    return found.violations.flatMap(v => v.nodes.map(n => `${v.id}: ${n.target.join(' ')}: ${why(n)}`));
}"""
