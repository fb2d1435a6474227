"""The browser of a session, in words that its owner recognises; nothing more is stored."""

BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


def agent(header: str) -> str:
    """A User-Agent header in two words, such as "Firefox on Linux"."""
    return f"{_first(BROWSERS, header, 'A browser')} on {_first(SYSTEMS, header, 'an unknown system')}"


def _first(known: tuple[tuple[str, str], ...], header: str, unknown: str) -> str:
    return next((name for mark, name in known if mark in header), unknown)
