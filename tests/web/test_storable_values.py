"""Values that no database keeps are refused at every page, in words, before any search for them."""

from collections.abc import Iterator

import pytest
from entrances import House, house_of
from forked_processes import forked

from gateway.accounts.model import Role, Side

PEOPLE = {Side.HUB: Role.ANALYST, Side.NODE: Role.CONTROLLER}
NUL, HALF = "a%00b", "a%ED%A0%80b"


@pytest.fixture(scope="module", params=list(Side))
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with forked(), house_of(request.param, tmp_path_factory.mktemp("house")) as made:
        yield made


def pages(house: House, method: str) -> list[str]:
    """Every address of a page with this method, for any role."""
    rules = (
        rule
        for rule in house.app.url_map.iter_rules()
        if rule.endpoint.startswith("web") and method in (rule.methods or ()) and not rule.arguments
    )
    return sorted(rule.rule for rule in rules)


def test_in_an_address(house: House) -> None:
    browser = house.signed_in(house.person("ana@one.example", PEOPLE[house.accounts.side]))
    found = pages(house, "GET")
    assert len(found) > 8

    for path in found:
        for query in (f"start={NUL}", f"{NUL}=1"):
            reply = browser.get(f"{path}?{query}")
            assert (path, reply.status_code) == (path, 400)
        assert browser.get(f"{path}?start={HALF}&before={HALF}&purpose={HALF}").status_code < 500
    assert browser.get(f"/log/{NUL}").status_code == 404
    said = browser.get(f"/account?x={NUL}", headers={"Accept": "text/html"}).text
    assert "no database can store" in said


def test_in_a_field_of_a_form(house: House) -> None:
    browser = house.signed_in(house.person("ben@one.example", PEOPLE[house.accounts.side]))
    token, refused = browser.form_token("/account"), 0
    typed = {"Content-Type": "application/x-www-form-urlencoded"}
    parts = {"Content-Type": "multipart/form-data; boundary=B"}

    for path in pages(house, "POST"):
        for field in (f"x={NUL}", f"{NUL}=x", f"name={HALF}&do={HALF}&source={HALF}"):
            reply = browser.client.post(path, content=f"form={token}&{field}", headers=typed)
            assert reply.status_code < 500, (path, field)
            refused += reply.status_code == 400
    assert refused >= 10
    token = house.browser().form_token("/sign-in")
    for head in ('name="x"', 'name="x"; filename="a\0b"'):
        body = f"--B\r\nContent-Disposition: form-data; name=form\r\n\r\n{token}\r\n"
        body += f"--B\r\nContent-Disposition: form-data; {head}\r\n\r\na\0b\r\n--B--\r\n"
        reply = house.browsers[-1].client.post("/sign-in", content=body, headers=parts)
        assert reply.status_code == 400, head


def test_at_the_sign_in_page(house: House) -> None:
    """An anonymous person may send anything: the name is looked for in the database."""
    stranger = house.browser()
    for name in ("a\0b", "a\ud800b"):
        fields = {"name": name.encode("utf-8", "surrogatepass"), "passphrase": b"x", "code": b"1"}
        reply = stranger.post("/sign-in", fields, page="/sign-in")
        assert reply.status_code in (400, 401)
