"""Every page of each desk in a real browser: what axe-core finds, and when the largest part is painted.

    safelane demo --dir REGION
    python benchmarks/pages/every_look.py REGION [--only ROLE] [--languages en,km] [--main] [--paint]

Pages are found by the links of others; before, an analyst asks a question and makes a report, and a
controller previews a draft. Each page is looked at in each language, light at 1280, 390 and 320 px and dark
at 1280; of the dark page, colours are checked. Prints each finding, and for each person the numbers of pages
and findings.

`--main` takes only the pages that the navigation names. `--paint` measures instead: the largest contentful
paint with a processor slowed four times, the least of three loads, over the loopback, with what was loaded
before kept; prints the pages above the goal of 800 ms, and the latest.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from browsing import DARK, LIGHT, NARROW, PEOPLE, PHONE, Browsing, axe_findings, browsing_at
from chromium import CHROMIUM
from playwright.sync_api import Page
from walking import PAINTED, prepare, walk

from gateway.demo.sign_in_links import ADDRESS, serve_sign_in_links
from gateway.web.shared.languages import available

VIEWS = (LIGHT, PHONE, NARROW, DARK)
NAMED = "nav a[href^='/']"
SLOWER = 4
LOADS = 3
MOST_MS = 800


def main() -> None:
    """Look at the pages of each of the demo's people. Ends with 1 where something is found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("region", type=Path)
    parser.add_argument("--only", choices=list(PEOPLE))
    parser.add_argument("--languages", default=",".join(available()))
    parser.add_argument("--main", action="store_true")
    parser.add_argument("--paint", action="store_true")
    arguments = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("There is no chromium here.")
    found = 0
    with _sign_in_links(arguments.region), browsing_at(arguments.region) as look:
        for who in [arguments.only] if arguments.only else PEOPLE:
            pages = _pages(look, who, main=arguments.main)
            if arguments.paint:
                found += _paints(look, who, pages)
            else:
                found += _findings(look, who, pages, arguments.languages.split(","))
            look.close()
    sys.exit(found > 0)


def _sign_in_links(region: Path) -> AbstractContextManager[None]:
    """Sign-in links, where the region runs without those of `safelane demo`."""
    return nullcontext() if (region / ADDRESS).exists() else serve_sign_in_links(region)


def _pages(look: Browsing, who: str, *, main: bool) -> dict[str, str]:
    """Addresses of pages by their rules, or of the main pages by themselves."""
    page = look.page(who)
    if main:
        return {path: path for path in page.eval_on_selector_all(NAMED, "all => all.map(a => a.pathname)")}
    prepare(page, who)
    return {rule: urlsplit(page.url).path for rule in walk(page, who)}


def _findings(look: Browsing, who: str, pages: dict[str, str], languages: Sequence[str]) -> int:
    page, found = look.page(who), 0
    for language in languages:
        for rule, path in pages.items():
            page.goto(
                urlsplit(page.url)._replace(path=f"/language/{language}", query=f"next={path}").geturl()
            )
            for finding in axe_findings(page, VIEWS):
                print(f"  {language} {rule} {finding}", flush=True)
                found += 1
    print(
        f"{who}: {len(pages)} pages in {len(languages)} languages and {len(VIEWS)} views, {found} findings",
        flush=True,
    )
    return found


def _paints(look: Browsing, who: str, pages: dict[str, str]) -> int:
    page = look.page(who)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    painted = {rule: min(_loads(page, path)) for rule, path in pages.items()}
    latest = max(painted, key=painted.__getitem__)
    print(f"{who}: {len(pages)} pages, painted after at most {painted[latest]:.0f} ms ({latest})", flush=True)
    late = {rule: ms for rule, ms in painted.items() if ms > MOST_MS}
    for rule, ms in late.items():
        print(f"  {rule:<52} {ms:6.0f} ms", flush=True)
    return len(late)


def _loads(page: Page, path: str) -> Iterator[float]:
    url = urlsplit(page.url)._replace(path=path, query="").geturl()
    for _ in range(LOADS):
        page.goto(url)
        yield page.evaluate(PAINTED)[1]


if __name__ == "__main__":
    main()
