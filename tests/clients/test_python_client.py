"""The Python client against a hub over HTTP: nothing unproven, no blank hidden, each refusal an error."""

import ast
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pandas
import pytest
from hypothesis import given
from hypothesis import strategies as st
from regions import Region as Hub
from safelane_client import (
    EveryMemberRefusedError,
    NoSuchReleaseError,
    NotPermittedError,
    NotProvenError,
    NotSignedInError,
    Progress,
    QuestionRefusedError,
    Region,
    Release,
    Status,
    UnavailableError,
    receipts,
)
from simulation import HandClock

from audit.formats.merkle import inclusion_proof, leaf_hash, root_of
from gateway.hub.releasing import release_due
from gateway.wire.answer import Refusal
from gateway.wire.poll import poll_reply_from_json

QUESTION: dict[str, Any] = {"by": ["country", "outcome"], "purpose": "regional-reporting"}
BOTH = {"KH": (7, 20, 0, 27), "TH": (None, 6, 0, 9)}


def members(hub: Hub, cells: dict[str, Any], *refusals: Refusal) -> None:
    """These members answer whatever they are asked, and the hub releases."""
    for code, numbers in cells.items():
        with hub.member(code) as member:
            reply = member.post("/federation/v2/poll", json={"seen_size": 0, "wait": 0})
            (delivery,) = poll_reply_from_json(reply.json()).deliveries
            sent = hub.members[code].answer(delivery, *numbers, refusals=refusals)
            hub.members[code].show(hub.hub)
            assert member.post("/federation/v2/answers", json=sent.as_json()).status_code == 204
    release_due(hub.hub)


def once(work: Callable[[], None]) -> Callable[[Progress], None]:
    """Work to be done when the question is first read."""
    left = [work]
    return lambda _: left.pop()() if left else None


@pytest.fixture
def client(region: Hub) -> Iterator[Region]:
    with Region(region.url, region.tokens["analyst"], str(region.hub.log.key)) as made:
        yield made


@pytest.fixture(scope="module")
def answer(shared_region: Hub) -> Release:
    """A release to which both members contributed, read by the client."""
    key = str(shared_region.hub.log.key)
    with Region(shared_region.url, shared_region.tokens["analyst"], key) as client:
        return client.ask("casualties", **QUESTION, progress=once(lambda: members(shared_region, BOTH)))


def test_every_cell_has_a_number_or_its_reason_and_totals_stand_apart(answer: Release) -> None:
    found = {tuple(row.key.values()): row for row in answer.rows}
    assert {key: (row.value, row.status) for key, row in found.items()} == {
        ("KH", "K"): (7, Status.VALUE),
        ("KH", "I"): (20, Status.VALUE),
        ("KH", "U"): (0, Status.VALUE),
        ("TH", "K"): (None, Status.WITHHELD),
        ("TH", "I"): (6, Status.VALUE),
        ("TH", "U"): (0, Status.VALUE),
    }
    withheld = found["TH", "K"]
    assert (withheld.at_least, withheld.at_most) == (0, 3)
    assert withheld.labels == {"country": "Thailand", "outcome": "killed"}
    assert answer.blanks == (withheld,)
    assert {row.total_over for row in answer.totals} == {
        ("country",),
        ("outcome",),
        ("country", "outcome"),
    }
    assert answer.receipt.checked
    assert (answer.receipt.asked, answer.receipt.released) < (100, 100)
    assert [part.member for part in answer.parts if part.answered] == ["KH", "TH"]


def test_columns_have_none_for_a_blank_and_totals_only_when_asked_for(answer: Release) -> None:
    assert answer.columns()["value"] == [7, 20, 0, None, 6, 0]
    assert "total_over" not in answer.columns()
    whole = answer.columns("all", labels=True)
    assert whole["total_over"].count("") == 6
    assert whole["country_label"][0] == "Cambodia"
    assert len(answer.columns("totals")["value"]) + 6 == len(whole["value"])


def test_a_table_of_pandas_has_na_for_a_blank_and_says_how_many(answer: Release) -> None:
    table = answer.to_pandas(labels=True)

    assert str(table["value"].dtype) == "Int64"
    assert table["value"].isna().tolist() == [False, False, False, True, False, False]
    assert table.loc[3, ["country_label", "status", "at_most"]].tolist() == ["Thailand", "withheld", 3]
    assert table.attrs["blanks"] == 1
    assert list(table["status"].cat.categories) == [status.value for status in Status]


def test_pandas_reads_the_address_of_the_data_as_it_is(shared_region: Hub, answer: Release) -> None:
    header = {"Authorization": f"Bearer {shared_region.tokens['analyst']}"}

    address = f"{shared_region.url}/api/v1/questions/{answer.question_id}/releases/newest/data.csv"
    table = pandas.read_csv(address, storage_options=header)

    assert table["value"].sum() == 33
    assert table["status"].tolist() == [row.status.value for row in answer.rows]
    assert table["at_most"].dropna().tolist() == [3]


def test_an_answer_that_comes_late_makes_a_newer_release(
    region: Hub, client: Region, clock: HandClock
) -> None:
    def first() -> None:
        members(region, {"KH": BOTH["KH"]})
        clock.move(seconds=61)
        release_due(region.hub)

    answer = client.ask("casualties", **QUESTION, progress=once(first))
    assert {row.status for row in answer.rows if row.key["country"] == "TH"} == {Status.NO_ANSWER}
    assert answer.expected == ("TH",)
    assert client.newer(answer) is None

    members(region, {"TH": BOTH["TH"]})
    newer = client.newer(answer)

    assert newer is not None
    assert (newer.number, newer.receipt.checked) == (2, True)
    assert [part.member for part in newer.parts if part.late] == ["TH"]
    assert client.release(answer.question_id, 1).rows == answer.rows
    assert client.release(answer.question_id).rows == newer.rows


def test_a_refusal_by_all_members_is_an_error_with_each_reason(region: Hub, client: Region) -> None:
    refused = once(lambda: members(region, {"KH": (), "TH": ()}, Refusal.NOT_SHARED))

    with pytest.raises(EveryMemberRefusedError, match="KH: not-shared; TH: not-shared") as caught:
        client.ask("casualties", **QUESTION, progress=refused)
    assert all(row.value is None for row in caught.value.release.rows)


@pytest.mark.parametrize(
    ("who", "question", "error", "said"),
    [
        ("analyst", {"measure": "casualtys", **QUESTION}, QuestionRefusedError, "casualties"),
        (
            "analyst",
            {"measure": "casualties", "by": "planet", "purpose": "x"},
            QuestionRefusedError,
            "planet",
        ),
        ("other", {"measure": "casualties", **QUESTION}, NotPermittedError, "purpose"),
        ("nobody", {"measure": "casualties", **QUESTION}, NotSignedInError, "token"),
    ],
)
def test_each_refusal_of_the_hub_is_an_error_of_its_own(
    shared_region: Hub, who: str, question: dict[str, Any], error: type[Exception], said: str
) -> None:
    token = shared_region.tokens.get(who, "slt_wrong")
    with (
        Region(shared_region.url, token, str(shared_region.hub.log.key)) as one,
        pytest.raises(error, match=said),
    ):
        one.ask(question.pop("measure"), **question)


def test_what_is_not_there_and_nobody_there_are_told_apart(region: Hub, client: Region) -> None:
    with pytest.raises(NoSuchReleaseError):
        client.release("q-none")
    region.analyst.post("/api/v1/questions", json={"measure": "casualties", **QUESTION})
    asked = region.analyst.get("/api/v1/questions").json()[0]["id"]
    with pytest.raises(NoSuchReleaseError, match="no release yet"):
        client.release(asked)
    with Region("http://127.0.0.1:1", "t", verify=False) as nobody, pytest.raises(UnavailableError):
        nobody.release("q")


def test_a_region_without_a_key_is_one_that_says_so(region: Hub) -> None:
    with pytest.raises(ValueError, match="verify=False"):
        Region(region.url, "token")
    with pytest.raises(ValueError, match="https"):
        Region("http://hub.example", "token", verify=False)
    with Region(region.url, region.tokens["analyst"], verify=False) as client:
        answer = client.ask("casualties", **QUESTION, progress=once(lambda: members(region, BOTH)))
    assert (answer.receipt.checked, answer.receipt.released) == (False, None)


def changed(where: str, new: Callable[[Any], Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """A liar that changes what stands at a place of what the hub says."""

    def lie(asked: dict[str, Any]) -> dict[str, Any]:
        made = json.loads(json.dumps(asked))
        place = made
        *way, last = where.split(".")
        for step in way:
            place = place[int(step) if step.isdecimal() else step]
        place[last] = new(place[last])
        return dict(made)

    return lie


LIES = {
    "a number": changed("release.cells.0.value", lambda value: value + 1),
    "a blank made 0": changed("release.cells.4.status", lambda _: "not-shared"),
    "another question": changed("release.question.measure", lambda _: "killed"),
    "another's receipt": changed("asked.proof", lambda proof: proof.replace("\nindex ", "\nindex 1")),
    "a salt": changed("opening.salt", lambda _: "00" * 32),
    "a label": changed("opening.label", lambda _: "answer"),
    "an entry": changed("released.entry", lambda entry: entry[:-8] + "AAAA" + entry[-4:]),
    "a signature": changed("released.proof", lambda proof: proof[:-12] + "A" * 7 + proof[-5:]),
    "no receipt": changed("released.proof", lambda _: ""),
    "the receipt of the question": lambda asked: {**asked, "released": asked["asked"]},
}


@pytest.fixture(scope="module")
def shown(shared_region: Hub, answer: Release) -> dict[str, Any]:
    """What a hub says of a question with a release."""
    said: dict[str, Any] = shared_region.analyst.get(f"/api/v1/questions/{answer.question_id}").json()
    return said


def test_whatever_is_changed_the_receipts_do_not_prove_it(shared_region: Hub, shown: dict[str, Any]) -> None:
    key = receipts.LogKey(str(shared_region.hub.log.key))

    def check(asked: dict[str, Any]) -> None:
        text = json.dumps(asked["release"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        receipts.proven(asked, text.encode(), key)

    check(shown)
    for name, lie in LIES.items():
        with pytest.raises(NotProvenError):
            check(lie(shown))
            pytest.fail(f"{name} was believed")
    with pytest.raises(NotProvenError, match="not signed"):
        receipts.proven(shown, b"{}", receipts.LogKey(str(shared_region.members["KH"].log_signer.key)))


def test_a_table_that_differs_from_the_proven_release_is_refused(
    shared_region: Hub, shown: dict[str, Any]
) -> None:
    table = shared_region.analyst.get(
        f"/api/v1/questions/{shown['id']}/releases/1/data.jsonstat?cells=all&labels=en"
    ).json()
    table["value"][0] += 1

    def answers(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=table if "jsonstat" in request.url.path else shown)

    with Region(shared_region.url, "token", str(shared_region.hub.log.key)) as client:
        client.close()
        client._client = httpx.Client(base_url=shared_region.url, transport=httpx.MockTransport(answers))
        with pytest.raises(NotProvenError, match="differ for KH, K"):
            client.release(shown["id"])


@given(st.integers(1, 70), st.data())
def test_the_audit_path_is_checked_as_the_log_makes_it(size: int, data: st.DataObject) -> None:
    entries = [f"entry {number}".encode() for number in range(size)]
    hashes = list(map(leaf_hash, entries))
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(
        index, size, lambda nodes: [root_of(hashes[i << level : (i + 1) << level]) for level, i in nodes]
    )
    root = root_of(hashes)

    receipts._check_inclusion(index, size, entries[index], path, root)
    for wrong in ((index + 1) % (size + 1), size):
        if wrong != index:
            with pytest.raises(ValueError, match=r"audit path|not in the log"):
                receipts._check_inclusion(wrong, size, entries[index], path, root)
    with pytest.raises(ValueError, match="audit path"):
        receipts._check_inclusion(index, size, entries[index], [*path, root], root)
    with pytest.raises(ValueError, match="audit path"):
        receipts._check_inclusion(index, size, b"another", path, root)


def test_the_client_stands_on_httpx_cryptography_and_the_standard_library() -> None:
    folder = Path(receipts.__file__).parent
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    named |= {one.name for node in nodes if isinstance(node, ast.Import) for one in node.names}
    outside = {name.partition(".")[0] for name in named} - set(sys.stdlib_module_names)

    assert outside == {"safelane_client", "httpx", "cryptography", "pandas"}
    assert "pandas" not in {name for tree in trees for node in tree.body for name in _imports(node)}


def _imports(node: ast.stmt) -> list[str]:
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []
