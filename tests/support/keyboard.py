"""A person at the keyboard alone: each key is counted, and the place of the next one is in sight."""

from dataclasses import dataclass

from playwright.sync_api import Page

SEARCHED = 30
"""Presses after which a place is not sought any longer: nobody would go on."""


@dataclass
class Keys:
    """The keys that a person presses on one page after the other.

    `pressed` counts all but the letters of a text of her own (a name, a passphrase, a sentence of a report):
    Tab, Enter, arrows, and letters by which a list is chosen from.
    """

    page: Page
    pressed: int = 0

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.pressed += 1

    def to(self, selector: str, key: str = "Tab") -> None:
        """Press until an element of this selector has the focus, and can be seen to have it."""
        for _ in range(SEARCHED):
            self.press(key)
            if self.page.evaluate(_AT, selector):
                break
        else:
            raise AssertionError(f"{selector} is not reached: {self.where()} after {SEARCHED} keys")
        seen = self.page.evaluate(_IN_SIGHT)
        assert seen is None, f"{selector}: {seen}"

    def open(self, selector: str, key: str = "Tab", *, leads_to: str | None = None) -> None:
        """Go there and press Enter; with `leads_to`, a pattern of an address, until its page is there."""
        self.to(selector, key)
        self.press("Enter")
        if leads_to is not None:
            self.page.wait_for_url(leads_to)

    def begins_at(self, selector: str) -> None:
        """Wait until a page has put the focus where its form begins, which is after the page is loaded."""
        self.page.locator(f"{selector}:focus").wait_for()

    def into_the_page(self) -> None:
        """By the link that every page begins with, past its head."""
        self.press("Tab", "Enter")
        assert self.page.evaluate("document.activeElement.id") == "main", self.where()

    def write(self, words: str) -> None:
        """A text of her own, into what has the focus: not counted."""
        self.page.keyboard.type(words)
        written = str(self.page.evaluate("(document.activeElement || {}).value || ''"))
        assert written.endswith(words), (
            f"{len(words)} letters were typed, {len(written)} stand in {self.where()}"
        )

    def where(self) -> str:
        """What has the focus, for messages."""
        return str(self.page.evaluate("(document.activeElement || {}).outerHTML || ''"))[:200]


_AT = "selector => document.activeElement !== null && document.activeElement.matches(selector)"

_IN_SIGHT = """() => {
    const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
    if (!at.matches(':focus-visible')) return 'the focus is not marked';
    if (style.outlineStyle === 'none' || parseFloat(style.outlineWidth) < 1) return 'it has no outline';
    const [x, y] = [box.left + Math.min(box.width / 2, 8), box.top + Math.min(box.height / 2, 8)];
    if (y < 0 || y > innerHeight || x < 0 || x > innerWidth) return `it is out of sight, at ${x}, ${y}`;
    const there = document.elementFromPoint(x, y);
    const seen = there && (at.contains(there) || there.contains(at) ||
        [...at.labels || []].includes(there));
    return seen ? null : 'something lies above it: ' + (there || {}).outerHTML;
}"""
