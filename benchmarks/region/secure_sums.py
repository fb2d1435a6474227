"""How long secure sums by pairwise masking take: 11 members, 1,000 cells, over HTTP on this machine.

    python benchmarks/region/secure_sums.py [members] [cells]

Each member checks the signed list of participants, computes its masks, signs, and posts its contribution; the
hub opens all of them and sums. What the rule costs (which cells may be summed at all) is measured apart, by
`benchmarks/region/regional_totals.py`. Members work one after another here: a region has a machine for each.
"""

import json
import random
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx

from anonymisers.secure_sum.mask_roster import Roster
from anonymisers.secure_sum.masking import MODULUS, PairwiseMasks, unmasked
from anonymisers.secure_sum.pairwise_keys import MaskKey, new_secret
from audit.formats.note import Signer
from gateway.secure_sum.participants import roster_of
from gateway.wire.answer import AskedEntry
from gateway.wire.sum_call import CalledSum, SumCall, sum_call_from_json
from gateway.wire.sum_messages import Consent, Contribution, open_consent, open_contribution, sign_text

ASKED = AskedEntry("region.example/log", 7, "ab" * 32)
received: dict[str, str] = {}
call_body = b""


class Hub(BaseHTTPRequestHandler):
    """Hands out the call, takes contributions."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._reply(call_body)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        received[body["member"]] = body["note"]
        self._reply(b"{}")

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def main(members: int = 11, cells: int = 1000) -> None:
    global call_body  # noqa: PLW0603 - what the server thread hands out
    names = [f"m{n:02d}" for n in range(members)]
    codes = tuple((f"20{n % 20:02d}", f"code{n}") for n in range(cells))
    values = {m: [random.randrange(50) for _ in codes] for m in names}
    signers = {m: Signer.generate(f"region.example/{m}/answers") for m in names}
    secrets = {m: new_secret() for m in names}
    consents = [
        sign_text(
            Consent(ASKED, m, f"snapshot-{m}", MaskKey(secrets[m]).public, 4, codes).as_json(), signers[m]
        )
        for m in names
    ]
    call = SumCall(
        "q-1", b"entry", "receipt", tuple(CalledSum(c, tuple(names)) for c in codes), tuple(consents)
    )
    call_body = json.dumps(call.as_json()).encode()
    server = HTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"

    started, cpu = time.perf_counter(), time.process_time()
    slowest = 0.0
    with httpx.Client(trust_env=False) as client:
        for member in names:
            begun = time.perf_counter()
            got = sum_call_from_json(json.loads(client.get(url).content))
            listed = {
                c.member: c
                for c in (
                    open_consent(n, s.verifier) for n, s in zip(got.consents, signers.values(), strict=True)
                )
            }
            roster = roster_of(got, listed, bytes.fromhex(ASKED.leaf), 1)
            note = contribution(member, roster, MaskKey(secrets[member]), values[member], signers[member])
            client.post(url, json={"member": member, "note": note})
            slowest = max(slowest, time.perf_counter() - begun)
    summing = time.perf_counter()
    given = {m: open_contribution(received[m], signers[m].verifier).masked for m in names}
    for place, to in enumerate(roster.sums):
        total = unmasked(to, {m: given[m][place] for m in names}, 0, MODULUS - 1)
        assert total == sum(values[m][place] for m in names)  # noqa: S101 - else the time is of no use
    ended, cpu = time.perf_counter(), time.process_time() - cpu
    server.shutdown()
    print(f"{members} members, {cells} cells, call of {len(call_body) / 1e6:.1f} MB")
    print(f"all members, one after another and over HTTP: {summing - started:.2f} s")
    print(f"processor time of everything: {cpu:.2f} s")
    print(f"the slowest member alone: {slowest:.2f} s; the hub opens and sums: {ended - summing:.2f} s")
    print(f"what a region waits for (slowest member and hub): {slowest + ended - summing:.2f} s")


def contribution(member: str, roster: Roster, key: MaskKey, values: list[int], signer: Signer) -> str:
    masks = PairwiseMasks(roster, member, key)
    masked = tuple(masks.masked(to, value) for to, value in zip(roster.sums, values, strict=True))
    made = Contribution("q-1", ASKED, member, roster.digest(), masked)
    return sign_text(made.as_json(), signer)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
