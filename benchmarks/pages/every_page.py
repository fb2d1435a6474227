"""What each page of each desk costs its server, on a demo region that runs.

    safelane demo --dir REGION
    python benchmarks/pages/every_page.py REGION [--times 5] [--only ROLE] [--all]

Pages are found by the links of others, as `tests/web/browser/test_every_page.py` finds them. Figures are
the server's own processor time for one page (the least of three rounds of `--times` requests, with what the
server does for others meanwhile), and the compressed size without style, scripts and fonts. Goals: 100 ms and
150 kB for each page. Prints the pages above a goal, or with `--all` every page.
"""

import argparse
import os
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from gateway.accounts.access_routes import ROUTES
from gateway.accounts.duties import DUTIES, Who
from gateway.accounts.model import Side
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.sign_in_setup import open_entrance
from gateway.demo.accounts import Person, people_of
from gateway.demo.sign_in_links import fresh_code

MOST_MS, MOST_KB = 100, 150
ROUNDS = 3
TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
NO_PAGES = re.compile(
    r"/(api|federation|log|assets|healthz|openapi)\b|/language/|/sign-in/directory|.*/(export|challenge)$"
    r"|.*/download/"
)
"""Addresses that are no pages: files, and redirects."""


@dataclass(frozen=True)
class Cost:
    """What one page costs: milliseconds of the server's processor, and compressed kilobytes."""

    rule: str
    ms: float
    kb: float


def main() -> None:
    """Measure the pages of each of the demo's people."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("region", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", default="")
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    for person in people_of(arguments.region):
        if arguments.only in f"{person.role} {person.place}":
            _measure_person(arguments.region, person, arguments.times, every=arguments.all)


def _measure_person(region: Path, person: Person, times: int, *, every: bool) -> None:
    address = Layout(region / person.place).address.read_text(encoding="ascii").strip()
    server = _listening(urlsplit(address).port or 80)
    with httpx.Client(base_url=address, follow_redirects=True, timeout=60, trust_env=False) as client:
        start = _signed_in(client, region, person)
        costs = list(_walk(client, start, person, server, times))
    worst = max(costs, key=lambda cost: cost.ms)
    print(
        f"{person.role} of {person.place}: {len(costs)} pages, at most {worst.ms:.0f} ms "
        f"({worst.rule}) and {max(cost.kb for cost in costs):.0f} kB",
        flush=True,
    )
    for cost in costs:
        if every or cost.ms > MOST_MS or cost.kb > MOST_KB:
            print(f"  {cost.rule:<52} {cost.ms:6.0f} ms {cost.kb:6.1f} kB", flush=True)


def _signed_in(client: httpx.Client, region: Path, person: Person) -> httpx.Response:
    """The page where the desk begins."""
    form = re.search(r'name="form" value="([^"]+)"', client.get("/sign-in").text)
    with open_entrance(region / person.place) as entrance:
        code = fresh_code(entrance, person)
    known = {"name": person.name, "passphrase": person.passphrase, "code": code}
    answer = client.post("/sign-in", data={"form": form[1] if form else "", "next": "/", **known})
    answer.raise_for_status()
    return answer


def _listening(port: int) -> int:
    """The process that listens at a port of this machine (Linux)."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
    at_port = [line[9] for line in lines if line[3] == "0A" and int(line[1].partition(":")[2], 16) == port]
    sockets = {f"socket:[{inode}]" for inode in at_port}
    for process in Path("/proc").glob("[0-9]*/fd"):
        with suppress(OSError):
            if any(str(each.readlink()) in sockets for each in process.iterdir()):
                return int(process.parent.name)
    raise SystemExit(f"Nothing serves at port {port}: start the demo first.")


def _walk(
    client: httpx.Client, start: httpx.Response, person: Person, server: int, times: int
) -> Iterator[Cost]:
    """One page of each rule that the role may open, found by links or, without a variable part, directly."""
    left = _rules(person)
    here = urlsplit(str(start.url))
    waiting = deque([*(rule for rule in left if "<" not in rule), *_links(start)])
    while waiting:
        path = waiting.popleft()
        rule = next((rule for rule, shape in left.items() if shape.fullmatch(path)), None)
        if rule is None:
            continue
        url = here._replace(path=path, query="", fragment="").geturl()
        answer = client.get(url)
        if answer.status_code != httpx.codes.OK or "text/html" not in answer.headers["Content-Type"]:
            continue
        del left[rule]
        waiting += _links(answer)
        yield Cost(rule, min(_cost(client, url, server, times) for _ in range(ROUNDS)), _size(client, url))


def _rules(person: Person) -> dict[str, re.Pattern[str]]:
    side = Side.HUB if person.place == "hub" else Side.NODE
    found = {}
    for route, action in ROUTES.items():
        method, rule = route.split(" ")
        opens = {Who.ANYBODY, Who(person.role)} & DUTIES[action].who(side)
        if method == "GET" and opens and not NO_PAGES.match(rule):
            parts = (re.escape(part) for part in re.split(r"<[^>]+>", rule))
            found[rule] = re.compile("[^/]+".join(parts))
    return found


def _links(answer: httpx.Response) -> list[str]:
    return [urlsplit(each).path for each in re.findall(r'href="(/[^"]*)"', answer.text)]


def _cost(client: httpx.Client, url: str, server: int, times: int) -> float:
    before = _used(server)
    for _ in range(times):
        client.get(url)
    return (_used(server) - before) / times


def _used(process: int) -> float:
    """Milliseconds of the processor that a process has used, with all its threads."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_MS


def _size(client: httpx.Client, url: str) -> float:
    with client.stream("GET", url, headers={"Accept-Encoding": "gzip"}) as answer:
        return sum(map(len, answer.iter_raw())) / 1000


if __name__ == "__main__":
    main()
