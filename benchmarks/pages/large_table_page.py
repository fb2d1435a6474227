"""How a page with a large table does: from the server, over the wire, on the screen, under the finger.

    python benchmarks/pages/large_table_page.py [--by country,activity,band_va,year] [--screenshot FILE.png]

Starts a hub with three simulated members, asks one question, and opens its page in the system's Chromium on
the loopback: once with an empty cache and once more. Prints the seconds of the server, by the clock and of
the processor, the bytes over the wire, the largest contentful paint, and how long frames take while the table
scrolls from top to bottom (16.7 ms is smooth).
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "support"))

from analyst_desk import Desk, analysts_desk, stated
from chromium import CHROMIUM
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.bootstrap.serving.waitress_server import settle

PAINT = """
window.paint = 0;
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.paint = entry.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
"""
SCROLL = """async () => {
  const frame = document.querySelector(".table-frame"), steps = 120, times = [];
  const step = frame.scrollHeight / steps;
  let last = performance.now();
  for (let i = 0; i < steps; i++) {
    await new Promise(done => requestAnimationFrame(done));
    const now = performance.now();
    times.push(now - last);
    last = now;
    frame.scrollTop += step;
  }
  return times.slice(1);
}"""
LOADS = 10


def main() -> None:
    """Ask, look, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--by", default="country,activity,band_va,year")
    parser.add_argument("--screenshot", type=Path)
    arguments = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("There is no chromium here.")
    with tempfile.TemporaryDirectory() as folder, analysts_desk(Path(folder)) as desk:
        path = f"/questions/{_released(desk, arguments.by.split(','))}"
        settle()  # as a hub does that is served
        _from_the_server(desk, path)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
            _on_the_screen(browser, desk, path, arguments.screenshot)
            browser.close()


def _released(desk: Desk, by: list[str]) -> str:
    for code in desk.members:
        desk.calls(code, sharing=stated(code))
    question = desk.ask(by=by)
    desk.answers("KH", withhold=("K", "5-9", "FARM", "2024", "M"))
    desk.answers("LA")
    desk.answers("TH")
    desk.release()
    return question


def _from_the_server(desk: Desk, path: str) -> None:
    times, busy = [], []
    for _ in range(LOADS):
        started, worked = time.perf_counter(), time.process_time()
        page = desk.browser.get(path)
        times.append(time.perf_counter() - started)
        busy.append(time.process_time() - worked)  # with the little that asking takes: it is one process here
    print(f"{page.text.count('<td '):,} cells, {len(page.content) / 1000:.0f} kB of HTML")
    print(f"server: median {statistics.median(times):.3f} s, slowest {max(times):.3f} s of {LOADS}")
    print(f"processor: median {statistics.median(busy):.3f} s, most {max(busy):.3f} s")


def _on_the_screen(browser: Browser, desk: Desk, path: str, screenshot: Path | None) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    jar = desk.browser.client.cookies.jar
    context.add_cookies([{"name": c.name, "value": c.value or "", "url": desk.house.url} for c in jar])
    page = context.new_page()
    page.add_init_script(PAINT)
    sizes: list[float] = []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    for name in ("empty cache", "full cache"):
        sizes.clear()
        page.goto(desk.house.url + path)
        page.wait_for_load_state("networkidle")
        paint = page.evaluate("window.paint")
        print(f"{name}: largest paint after {paint:.0f} ms, {sum(sizes) / 1000:.1f} kB over the wire")
    _scrolled(page.evaluate(SCROLL))
    _kept(page, screenshot)


def _scrolled(times: Any) -> None:
    ordered = sorted(times)
    print(
        f"scrolling: median {statistics.median(ordered):.1f} ms a frame, "
        f"95 % below {ordered[int(len(ordered) * 0.95)]:.1f} ms, slowest {ordered[-1]:.1f} ms"
    )


def _kept(page: Page, screenshot: Path | None) -> None:
    if screenshot is not None:
        page.screenshot(path=screenshot, full_page=True)


if __name__ == "__main__":
    main()
