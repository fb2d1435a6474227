"""Snapshots, cubes of a node, policies and decisions, pseudonyms, extracts."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from federation import policy_text, snapshot
from golden_summaries import at_a_glance
from golden_tables import KEY, drawn
from golden_text import Items, unpacked
from hierarchies import flat, grouped
from lone_node import lone_node
from register import Register, two_years
from signing import put_in_force

from anonymisers.history.release_history import FORMAT, ReleaseHistory
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import pseudonyms
from anonymisers.identity.sealed_messages import public_of, public_text
from anonymisers.records.fingerprint import fingerprint, record_order
from anonymisers.records.generalisation import Records, generalised
from anonymisers.records.sealed_extract import Content, Label, moment_text, sealed_extract
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.build.cube_building import build
from gateway.member.model.snapshot_format import snapshot_to_bytes
from gateway.member.register.snapshot_loading import keep_snapshot
from policies import Request, decide, load_policy
from policies.decision.record import decision_record, request_record
from policies.document.canonical import canonical_text, digest

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
RECIPIENTS = (
    "ARMAC",
    "Victim Assistance Network authorities",
    "Victim Assistance Network members",
    "accredited researchers",
    "public",
)
EXAMPLES = ("default", "restrictive", "medium", "open")


def snapshots() -> Items:
    """Snapshots of members as bytes."""
    return {"KH": snapshot_to_bytes(snapshot("KH")), "register": snapshot_to_bytes(two_years().snapshot())}


def _few() -> Register:
    """Two years, with few women, who were in the first provinces."""
    made = Register()
    for year in (2022, 2023):
        made.add(year, 61)
        made.add(year, 9, place=year % 4, sex="F")
    return made


def cube_of_a_node() -> Items:
    """What a node makes of a register under its policy, for a fixed key."""
    reported: dict[str, str | bytes] = {}
    by_place = policy_text("KH").replace("sex: sex, ", "sex: sex, place: province, ")
    for name, policy in (("by sex and outcome", policy_text("KH")), ("by place", by_place)):
        with TemporaryDirectory() as folder, lone_node(Path(folder) / "KH") as (made, _):
            node = replace(made, cube_key=KEY)
            put_in_force(node, policy)
            keep_snapshot(node, _few().snapshot())
            stored = build(node)
        cube = ReleaseHistory.from_bytes(stored.cube)
        reported[f"{name}: plan"] = f"{stored.plan.finest} {stored.plan.years} {stored.plan.rules}\n"
        reported[f"{name}: withheld"] = at_a_glance(cube.release())
        reported[f"{name}: digest"] = cube.certificate_digest.hex() + "\n"
        reported[f"{name}: stored bytes"] = unpacked(stored.cube, FORMAT)
    return reported


def policies() -> Items:
    """The canonical text of each example, and decisions by it."""
    words = vocabulary(regional(), recipients=RECIPIENTS)
    reported: dict[str, str | bytes] = {}
    asked = [
        ("treaty-reporting", [("date", "year"), ("outcome", "outcome")]),
        ("regional-reporting", [("date", "month"), ("place", "province"), ("sex", "sex")]),
    ]
    for name in EXAMPLES:
        text = (resources.files("policies") / "examples" / f"{name}.yaml").read_text("utf-8")
        policy = load_policy(text, words)
        reported[name] = canonical_text(policy)
        reported[f"{name}: digest"] = digest(policy) + "\n"
        for purpose, levels in asked:
            request = Request.of(
                member="KH",
                recipient="ARMAC",
                role="analyst",
                purpose=purpose,
                measure="casualties",
                levels=levels,
            )
            records = request_record(request), decision_record(decide(policy, request, AT))
            reported[f"{name}: {purpose}"] = json.dumps(records, indent=1, ensure_ascii=False) + "\n"
    return reported


def identifiers() -> Items:
    """Pseudonyms of each kind of number, marks of an extract."""
    numbers = [f"{n:09d}" for n in range(5)]
    reported: dict[str, str | bytes] = {
        kind: "".join(
            f"{p}\n" for p in pseudonyms(KEY, Domain("KH", 3, "UNMAS", "assistance", kind), numbers)
        )
        for kind in ("nid", "case_id")
    }
    reported["name"] = "".join(
        f"{p}\n"
        for p in pseudonyms(KEY, Domain("KH", 3, "UNMAS", "assistance", "name"), ["Keo  SOTHEA", "សុខ ដារ៉ា"])
    )
    return {**reported, "mark": fingerprint(KEY) + "\n", "order": f"{record_order(KEY, 20)}\n"}


def extracts() -> Items:
    """Records made coarser, and the label of an extract; sealing draws a key anew each time."""
    dims = (grouped("place", 6), flat("sex", 2), flat("injury", 3))
    rows = [[dim.leaves[drawn(dim.name, n, len(dim.leaves))] for dim in dims] for n in range(60)]
    people = np.array([drawn("who", n, 45) for n in range(60)], dtype=np.int64)
    names = ("place", "sex", "injury")
    records = Records(dims, np.array(rows, dtype=np.int32), people, names, frozenset({"injury"}))
    found = generalised(records, k=3, diversity=2)
    return {
        f"{number}": f"{extract.positions.tolist()}\n{extract.kept.astype(int).tolist()}\n"
        for number, extract in enumerate(found)
    } | {"file": _file()}


def _file() -> str:
    """What everybody can read of a sealed extract."""
    reader = public_text(public_of(bytes(range(32))))
    label = Label("x-1", "KH", "ARMAC", "research", 1, reader, moment_text(AT), moment_text(AT))
    content = Content(("person",), (("p1.1.X",),), ("For ARMAC only.",), "0123")
    file = json.loads(sealed_extract(label, content))
    return json.dumps({**file, "sealed": len(file["sealed"])}, indent=1) + "\n"
