"""Personal addresses: a secret in an address reads its owner's tables, until it is withdrawn, and no more."""

import csv
import io

import httpx
import pytest
from regions import Region
from released_questions import TABLE, ask_ready_made

from audit.events.account_events import AccessRefused, TokenMade, TokensRevoked
from audit.events.event_values import ReadThrough
from audit.events.events import Event, decode
from audit.events.question_events import ReleaseRead
from gateway.accounts import managing
from gateway.accounts.addresses import make_address
from gateway.accounts.errors import AccountRuleError
from gateway.accounts.model import AddressRequest, Role
from gateway.accounts.secrets import Kind, secret_hash
from gateway.hub.accounts import accounts_of

OWNER = "analyst@armac.example"


@pytest.fixture
def asked(region: Region) -> str:
    """The releases of the analyst's ready-made question."""
    return f"/api/v1/questions/{ask_ready_made(region)}/releases"


def made(region: Region, **more: str) -> str:
    """Where a personal address of the analyst begins."""
    secret = make_address(accounts_of(region.hub), OWNER, OWNER, AddressRequest("workbook", **more))
    assert secret.startswith("sla_")
    return f"/personal/{secret}"


def events(region: Region) -> list[Event]:
    with region.hub.store.reading() as view:
        checkpoint = view.log.latest_checkpoint()
        assert checkpoint is not None
        return [decode(entry) for entry in view.log.read_entries(0, checkpoint.size)]


def readings(region: Region) -> list[ReleaseRead]:
    return [event for event in events(region) if isinstance(event, ReleaseRead)]


def get(region: Region, address: str) -> httpx.Response:
    return httpx.get(f"{region.url}{address}", trust_env=False)


def test_an_address_reads_what_its_owners_token_reads_without_a_token(region: Region, asked: str) -> None:
    begin = made(region)

    for path in (f"{asked}/1/data.csv", f"{asked}/newest/data", f"{TABLE}/data", f"{TABLE}/metadata"):
        by_address, by_token = get(region, begin + path), region.analyst.get(path)
        assert (by_address.status_code, by_address.content) == (200, by_token.content), path

    rows = csv.DictReader(io.StringIO(get(region, f"{begin}{asked}/1/data.csv").text))
    assert [row["status"] for row in rows].count("withheld") == 1
    listed = get(region, f"{begin}/api/pxweb/v2/tables").json()["tables"]
    assert all(link["href"].startswith(f"{begin}/api/") for link in listed[0]["links"])  # links keep opening


def test_an_address_opens_nothing_but_tables(region: Region, asked: str) -> None:
    begin = made(region)
    question = asked.removesuffix("/releases")
    closed = (
        "/api/v1/questions", question, f"{asked}/1", f"{asked}/1/sidecar", "/api/v1/catalogue",
        "/api/v1/members", "/api/v1/addresses", "/api/v1/audit/entries", "/api/v1/desk/account.json",
        "/account", "/healthz", "/log/checkpoint", "/federation/v2/keys", f"{begin}/api/pxweb/v2/tables", "",
    )  # fmt: skip

    for path in closed:
        assert get(region, begin + path).status_code == 404, path

    asking = httpx.post(f"{region.url}{begin}/api/v1/questions", json={}, trust_env=False)
    assert asking.status_code == 404
    secret = begin.removeprefix("/personal/")
    as_token = httpx.get(
        f"{region.url}{asked}/1/data", headers={"Authorization": f"Bearer {secret}"}, trust_env=False
    )
    assert as_token.status_code == 401
    assert get(region, f"/personal/{region.tokens['analyst']}{asked}/1/data").status_code == 404


def test_somebody_elses_release_looks_like_none(region: Region, asked: str) -> None:
    accounts = accounts_of(region.hub)
    secret = make_address(accounts, "x", "other@armac.example", AddressRequest("workbook"))

    assert get(region, f"/personal/{secret}{asked}/1/data.csv").status_code == 404
    assert get(region, f"/personal/{secret}{TABLE}/data").status_code == 404
    assert get(region, f"/personal/{secret}/api/pxweb/v2/tables").json()["tables"] == []


def test_an_address_for_one_question_reads_no_other(region: Region, asked: str) -> None:
    question = asked.split("/")[4]
    other = ask_ready_made(region)
    begin = made(region, question=question)

    assert get(region, f"{begin}{asked}/1/data.csv").status_code == 200
    assert get(region, f"{begin}/api/v1/questions/{other}/releases/1/data.csv").status_code == 404
    assert get(region, f"{begin}/api/pxweb/v2/tables").status_code == 404


def test_a_withdrawn_address_says_what_to_do_and_so_does_one_whose_time_is_over(
    region: Region, asked: str
) -> None:
    begin, lasting = made(region), made(region, days=1)
    (kept, *_) = region.analyst.get("/api/v1/addresses").json()
    assert {one["label"] for one in region.analyst.get("/api/v1/addresses").json()} == {"workbook"}
    ids = {one["until"]: one["id"] for one in region.analyst.get("/api/v1/addresses").json()}

    assert region.other.delete(f"/api/v1/addresses/{kept['id']}").status_code == 404
    assert region.analyst.delete(f"/api/v1/addresses/{ids[max(ids)]}").status_code == 204
    gone = get(region, f"{begin}{asked}/1/data.csv")
    assert gone.status_code == 404
    assert "was withdrawn" in gone.json()["detail"]
    assert "makes a new one" in gone.json()["remedy"]
    assert isinstance(events(region)[-2], TokensRevoked)

    assert get(region, f"{lasting}{asked}/1/data.csv").status_code == 200
    region.hub.clock.move(days=1)
    assert get(region, f"{lasting}{asked}/1/data.csv").status_code == 404


def test_an_address_ends_with_its_owners_duty_and_account(region: Region, asked: str) -> None:
    begin = made(region)
    accounts = accounts_of(region.hub)
    managing.change_role(accounts, "operator", OWNER, Role.AUDITOR)
    assert get(region, f"{begin}{asked}/1/data.csv").status_code == 404
    with pytest.raises(AccountRuleError, match="Only an analyst"):
        made(region)

    managing.change_role(accounts, "operator", OWNER, Role.ANALYST)
    assert get(region, f"{begin}{asked}/1/data.csv").status_code == 404  # for good
    again = made(region)
    assert get(region, f"{again}{asked}/1/data.csv").status_code == 200
    managing.disable(accounts, "operator", OWNER)
    assert get(region, f"{again}{asked}/1/data.csv").status_code == 404


def test_readings_are_logged_once_an_hour_before_anything_is_shown(region: Region, asked: str) -> None:
    begin = made(region)
    for _ in range(3):
        get(region, f"{begin}{asked}/1/data.csv")
    region.analyst.get(f"{TABLE}/data")

    first, by_token = readings(region)
    assert (first.through, by_token.through) == (ReadThrough.ADDRESS, ReadThrough.TOKEN)
    assert (first.question_id, first.number) == (asked.split("/")[4], 1)
    assert first.actor != by_token.actor  # nobody without the openings links the two

    region.hub.clock.move(hours=1)
    fetched = get(region, f"{begin}{asked}/1/data.csv")
    assert len(readings(region)) == 3
    region.hub.clock.move(hours=1)
    known = {"If-None-Match": fetched.headers["ETag"]}
    kept = httpx.get(f"{region.url}{begin}{asked}/1/data.csv", headers=known, trust_env=False)
    assert (kept.status_code, len(readings(region))) == (304, 3)  # nothing was read


def test_a_secret_is_stored_as_a_hash_and_logged_nowhere(region: Region, asked: str) -> None:
    begin = made(region, question=asked.split("/")[4])
    secret = begin.removeprefix("/personal/")

    with region.hub.store.reading() as view:
        found = view.people.token(secret_hash(Kind.ADDRESS, secret))
        assert view.people.token(secret_hash(Kind.TOKEN, secret)) is None
        checkpoint = view.log.latest_checkpoint()
        logged = b"".join(view.log.read_entries(0, checkpoint.size))
    assert found is not None
    assert secret.encode() not in logged
    made_entry = next(e for e in reversed(events(region)) if isinstance(e, TokenMade))
    assert made_entry.scopes == ("address", f"question:{asked.split('/')[4]}")


def test_guesses_are_logged_and_slowed_but_not_who_knows_the_address(region: Region, asked: str) -> None:
    begin = made(region)
    assert get(region, f"{begin}{asked}/1/data.csv").status_code == 200
    with httpx.Client(base_url=region.url, trust_env=False) as guesser:
        statuses = [guesser.get(f"/personal/sla_{n}{asked}/1/data.csv").status_code for n in range(32)]

    assert (statuses[0], statuses[-1]) == (404, 429)
    refused = [e for e in events(region) if isinstance(e, AccessRefused)]
    assert refused[0].reason == "unknown-address"
    assert get(region, f"{begin}{asked}/1/data.csv").status_code == 200
