"""What travels: answers, releases, calls, what is shared, bounds, invitations; and exports."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from golden_text import Items
from logs import seed, signer
from releases import made_release

from audit.log.excerpt import Excerpt, RevealedLeaf
from gateway.dictionary import regional
from gateway.export import to_csv, to_json, to_text
from gateway.export.images import to_svg
from gateway.export.notes import Receipt
from gateway.export.workbook import to_xlsx
from gateway.picturing import ENGLISH
from gateway.wire.answer import Answer, AskedEntry, Quota, Refusal
from gateway.wire.answer_bounds import AnswerBounds
from gateway.wire.answer_text import sign_answer
from gateway.wire.cells import TOTAL, Axis, Cell, Status
from gateway.wire.enrolment import Enrolment, HubKeys, Invitation, secret_hash
from gateway.wire.hub_reply_keys import KeyStep, ReplyKeys, state
from gateway.wire.log_exchange import SeenLog, ShownLog
from gateway.wire.perturbation_notice import Mechanism, Noise, Perturbation
from gateway.wire.poll import Delivery, Poll, PollReply
from gateway.wire.release import Coverage, Earlier, Release, release_text
from gateway.wire.sharing_statement import Never, Shared, Sharing, sign_sharing
from gateway.wire.signed_answer import SignedAnswer
from gateway.wire.upload_batch import UploadBatch
from gateway.wire.usage_terms import PassOn, Terms
from gateway.wire.versions import Hello

ASKED = AskedEntry("region/log", 7, "ab" * 32)
QUOTAS = (Quota("month", 3, 5),)
TERMS = Terms(365, PassOn.WITH_CREDIT, "អនុក្រឹត្យ 25/2019")
AXES = (Axis("outcome", ("K", "I", TOTAL)),)
ANSWER = Answer("q-1", ASKED, "KH", "2", "kh-1", "2024-12-31", AXES, (7, None, 30))
EXACT = replace(ANSWER, keep_days=None, terms=TERMS, quotas=QUOTAS)
REFUSED = Answer("q-1", ASKED, "KH", None, None, None, (), (), tuple(Refusal), quotas=QUOTAS)
KEYED = replace(ANSWER, cells=(7, 20, 30), perturbation=Perturbation(Mechanism.CELL_KEY, 6))
NOISY = replace(
    ANSWER,
    cells=(-3, 20, 30),
    perturbation=Perturbation(Mechanism.PRIVACY, noise=Noise("0.2", (1, 1, 2))),
    keep_days=30,
)
COUNTING_ONCE = ("counting", "counts")
"""Fields of counting once, of which these texts say nothing."""


def answers() -> Items:
    """Signed answers, of every kind."""
    reported = {"plain": ANSWER, "with all": EXACT, "refused": REFUSED, "cell keys": KEYED, "noise": NOISY}
    return {name: sign_answer(answer, signer("KH/answers")) for name, answer in reported.items()}


def _release() -> Release:
    """A release with a cell of every status, and coverage of every kind."""
    every = [
        Cell(("KH", "K"), Status.VALUE, 7),
        Cell(("KH", "I"), Status.WITHHELD),
        Cell(("KH", TOTAL), Status.VALUE, 27, largest_deviation=6),
        Cell(("LA", "K"), Status.WITHHELD, at_least=2, at_most=9),
        Cell(("LA", "I"), Status.VALUE, -2, standard_deviation=7),
        Cell(("LA", TOTAL), Status.VALUE, 40, masked_members=("LA",)),
        Cell(("TH", "K"), Status.NO_ANSWER),
        Cell(("TH", "I"), Status.NOT_SHARED),
        Cell(("TH", TOTAL), Status.NOT_COLLECTED),
        Cell((TOTAL, "K"), Status.VALUE, 7, missing_members=("TH",)),
        Cell((TOTAL, "I"), Status.WITHHELD, at_least=3),
        Cell((TOTAL, TOTAL), Status.VALUE, 27, missing_members=("LA", "TH")),
    ]
    noise = Perturbation(Mechanism.PRIVACY, noise=Noise("0.2"))
    coverage = (
        Coverage("KH", answered=True, policy="2", snapshot="s", snapshot_date="2024-12-31", terms=TERMS),
        Coverage(
            "LA", answered=True, late=True, perturbation=noise, earlier=Earlier("q-0", "2025-12-01T00:00:00Z")
        ),
        Coverage("MM", answered=False, refusals=(Refusal.TOO_DETAILED,), policy="1", quotas=QUOTAS),
        Coverage("TH", answered=False, waiting=True),
        Coverage("VN", answered=False, offline_since="2025-12-31T00:00:00Z"),
    )
    question = {"by": ["country", "outcome"], "measure": "casualties", "purpose": "p", "where": {}}
    axes = (Axis("country", ("KH", "LA", "TH", TOTAL)), Axis("outcome", ("K", "I", TOTAL)))
    times = ("2026-01-01T00:00:00Z", "2026-01-01T00:00:05Z")
    return Release("q-1", question, axes, tuple(every), coverage, *times, number=2)


def releases() -> Items:
    """Releases as JSON on the wire, and as the hub's log commits to them."""
    merged = made_release("country", "outcome", members=("KH", "LA"), bounded=True, years=(2023, 2024))
    return {
        "every status": _json(_release()),
        "every status, text": release_text(_release()),
        "every status, text of version 1": release_text(replace(_release(), version=1)),
        "merged": _json(merged),
        "merged, gone": _json(made_release("year", "sex", refusals={"PH": None, "VN": Refusal.NOT_SHARED})),
    }


def exports() -> Items:
    """A release as people take it away: text, CSV, JSON, a workbook's sheets and a picture."""
    release, dictionary = _release(), regional()
    merged = made_release("country", "outcome", members=("KH", "LA"))
    reported: dict[str, str | bytes] = {}
    for name, one in (("every status", release), ("merged", merged)):
        reported[f"{name}: text"] = to_text(one, regional())
        reported[f"{name}: CSV"] = to_csv(one, regional())
        reported[f"{name}: JSON"] = to_json(one)
        book = to_xlsx(one, dictionary, ENGLISH, Receipt("region/log", 7, 9))
        reported |= {f"{name}: workbook, {part}": text for part, text in _parts(book).items()}
    reported["merged: picture"] = to_svg(merged, dictionary, ENGLISH, None)
    return reported


def _parts(book: bytes) -> dict[str, str]:
    """The sheets and texts of a workbook; other parts tell when it was made, and by which library."""
    with ZipFile(BytesIO(book)) as packed:
        names = [n for n in sorted(packed.namelist()) if "worksheets" in n or n.endswith("sharedStrings.xml")]
        return {name: packed.read(name).decode() for name in names}


def calls() -> Items:
    """Polls, replies and what stands in them; sharing; invitations and what is sent with them."""
    signed = SignedAnswer(sign_answer(EXACT, signer("KH/answers")), b"entry", "receipt", bytes(16))
    excerpt = Excerpt(3, (RevealedLeaf(b"entry", None), RevealedLeaf(None, seed("leaf"))), (seed("proof"),))
    shown = ShownLog("head", 3, (seed("a"), seed("b")), excerpt)
    bounds = AnswerBounds("q-1", (0, 1), (9, None))
    batch = UploadBatch((bounds,), (signed,))
    poll = Poll(5, "cosignature", shown, 25.0, 4, ("q-2",), "sharing", ("2", "kh-1"), batch)
    delivery = Delivery("q-1", b"entry", "receipt")
    seen_log = SeenLog(9, 5, "cosignature")
    reply = PollReply("checkpoint", (seed("a"),), (delivery,), excerpt, seen_log)
    shared = Shared(("ARMAC",), None, ("research",), ("casualties",), ("sex", "year"), 2, True, False, True)
    never = Never(None, ("auditor",), None, ("services",), ("month",), (("sex",), ("outcome",)))
    sharing = Sharing("KH", "2", "2027-12-31", "kh-1", "2025-12-31", "2026-01-15", (shared,), (never,))
    step = KeyStep(b"entry", "receipt", state(b"entry", signer("calls"), signer("new-calls")))
    enrolment = Enrolment(
        "KH", *(str(signer(f"KH/{use}").key) for use in ("answers", "log", "witness", "calls"))
    )
    hub = HubKeys(str(signer("log").key), str(signer("calls").key))
    until = datetime(2026, 2, 1, tzinfo=UTC)
    return {
        "poll": _json(poll),
        "poll, bare": _json(Poll(0, None, None, 0.0)),
        "reply": _json(reply),
        "reply, bare": _json(PollReply("checkpoint", (), ())),
        "signed answer": _json(signed),
        "hello": _json(Hello("0.1.0", (1,), ("serves", "upload_batch"))),
        "sharing": sign_sharing(sharing, signer("KH/answers")),
        "keys of calls": _json(ReplyKeys(str(signer("new-calls").key), (step,))),
        "enrolment": _json(enrolment),
        "invitation": Invitation("KH", "https://hub.example", hub, "s" * 43, until).text(),
        "hash of its secret": secret_hash("s" * 43) + "\n",
        "fingerprints": _fingerprints(),
    }


def bounds() -> Items:
    """What the withheld cells of an answer can be."""
    return {"bounds": _json(AnswerBounds("q-1", (0, 1), (9, None)))}


def _fingerprints() -> str:
    """Made by a process of its own: they cost little in tests, and are others then."""
    script = Path(__file__).parent / "fingerprints.py"
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


def _json(message: Any) -> str:
    said = {key: value for key, value in message.as_json().items() if key not in COUNTING_ONCE}
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"
