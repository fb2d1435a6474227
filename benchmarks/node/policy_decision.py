"""How long a policy takes: a decision (asked: under 100 us), lint and a difference (under 200 ms), reading.

python benchmarks/node/policy_decision.py [--rounds 20000]
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from importlib import resources
from itertools import count

from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from policies import Policy, Request, Vocabulary, decide, load_policy
from policies.comparison.diff import diff
from policies.lint.lint import lint

RECIPIENTS = (
    "ARMAC",
    "Victim Assistance Network authorities",
    "Victim Assistance Network members",
    "accredited researchers",
    "public",
)
AT = datetime(2026, 6, 1, tzinfo=UTC)
_NUMBERS = count()
FEW = 20
"""Rounds of what takes milliseconds, not microseconds."""


def main() -> None:
    """Measure the examples that ship, and a policy far larger than any office would write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=20_000)
    rounds = parser.parse_args().rounds
    few = min(rounds, FEW)
    words = vocabulary(regional(), recipients=RECIPIENTS)
    texts = {name: example(name) for name in ("default", "restrictive", "medium", "open")}
    texts["of 100 rules"] = large()
    for name, text in texts.items():
        policy = load_policy(text, words)
        print(f"\n{name}")
        show("read the document", lambda text=text: load_policy(fresh(text), words), few)
        for kind, request in requests(policy).items():
            show(
                f"decide, {kind}", lambda policy=policy, request=request: decide(policy, request, AT), rounds
            )
        show("lint", lambda policy=policy: lint(policy), few)
        other = edited(text, words)
        show("difference", lambda policy=policy, other=other: diff(policy, other), few)
        show("read two, difference and lint", lambda text=text: whole(text, words), few)


def whole(text: str, words: Vocabulary) -> None:
    """All that `safelane policy diff` and `lint` do with two files."""
    old, new = load_policy(fresh(text), words), edited(fresh(text), words)
    diff(old, new)
    lint(new, beside=[old])


def fresh(text: str) -> str:
    """The same document in a text never read before: what was parsed is remembered by its text."""
    return f"{text}# {next(_NUMBERS)}\n"


def example(name: str) -> str:
    return (resources.files("policies") / "examples" / f"{name}.yaml").read_text(encoding="utf-8")


def large() -> str:
    """50 permissions and 50 prohibitions, all for the recipient who asks."""
    share = "  - {name: s%d, with: ARMAC, for: [regional-reporting, research], quota: %d a day}"
    ban = "  - {name: b%d, with: ARMAC, show: {date: quarter}, together: {sex: any, age: band_va}}"
    shares = "\n".join(share % (n, n + 1) for n in range(50))
    bans = "\n".join(ban % n for n in range(50))
    return f"member: KH\nversion: 1\nvalid_from: 2026-01-01\nshare:\n{shares}\nnever:\n{bans}\n"


def requests(policy: Policy) -> dict[str, Request]:
    """One that every example permits, and one with everything wrong."""
    purpose = min(policy.shares[0].purposes & {"treaty-reporting", "research"})
    levels = [("date", "year"), ("outcome", "outcome")]
    good = {"member": policy.member, "recipient": "ARMAC", "role": "analyst", "measure": "casualties"}
    permitted = Request.of(**good, purpose=purpose, levels=levels)
    denied = Request.of(
        member="BN",
        recipient="ARMAC",
        purpose="curiosity",
        measure="names",
        levels=[("place", "village"), ("date", "month"), ("sex", "sex"), ("age", "band_va"), ("x", "y")],
    )
    if not decide(policy, permitted, AT).permit or decide(policy, denied, AT).permit:
        raise SystemExit("the benchmark no longer asks what it says")
    return {"permitted": permitted, "denied with every reason": denied}


def edited(text: str, words: Vocabulary) -> Policy:
    return load_policy(f"{text}\nhub_cache: 3 days\n".replace("hub_cache: no\n", ""), words)


def show(what: str, run: Callable[[], object], rounds: int) -> None:
    """Median and 99th percentile, in microseconds."""
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter_ns()
        run()
        times.append((time.perf_counter_ns() - start) / 1000)
    times.sort()
    median, late = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"  {what:32} median {median:10.1f} us   99 % {late:10.1f} us")


if __name__ == "__main__":
    main()
