"""The tour of each desk: offered once, each step beside its part of a real page, without any script."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from entrances import Browser, House, house_of

from gateway.accounts.leaving import export
from gateway.accounts.model import Role, Side
from gateway.web.shared import nav, tour

OFFER = "A short tour shows the parts of your desk."


@pytest.fixture(params=list(Side), scope="module")
def either(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house_of(request.param, tmp_path_factory.mktemp("house")) as made:
        yield made


def newcomer(house: House, role: Role, name: str) -> Browser:
    purposes = ("regional-reporting",) if role is Role.ANALYST else ()
    return house.signed_in(house.person(name, role, *purposes))


def roles(house: House) -> list[Role]:
    return [role for side, role in tour.STEPS if side is house.accounts.side]


def test_every_step_stands_on_its_page_and_leads_to_the_next(either: House) -> None:
    for role in roles(either):
        browser = newcomer(either, role, f"{role}@walks.example")
        steps, start = tour.steps(either.accounts.side, role), nav.start(either.accounts.side, role)
        begun = browser.post("/tour", {"do": "begin"}, page="/tour")
        address = begun.headers["Location"]
        for number, step in enumerate(steps, start=1):
            assert urlsplit(address).fragment == "tour"
            answer = browser.get(address)
            assert answer.status_code == 200
            page = answer.text
            callout = page[page.index('id="tour"') : page.index("</section>", page.index('id="tour"'))]
            assert f"step {number} of {len(steps)}" in callout
            assert str(step.title) in callout
            assert page.count('id="tour"') == 1
            address = re.findall(r'href="([^"]+)"', callout)[0].replace("&amp;", "&")
        assert address == start


def test_the_tour_is_offered_until_it_is_begun_or_declined(either: House) -> None:
    role = roles(either)[0]
    start = nav.start(either.accounts.side, role)
    for answer in ("begin", "decline"):
        browser = newcomer(either, role, f"{answer}@offer.example")
        for _ in range(2):
            assert OFFER in browser.get(start).text
        assert OFFER not in browser.get("/account").text, "only where the desk begins"
        assert browser.post("/tour", {"do": answer}, page=start).status_code == 303
        assert OFFER not in browser.get(start).text
        other = newcomer(either, role, f"other-{answer}@offer.example")
        assert OFFER in other.get(start).text, "one person's answer is not another's"


def test_the_account_leads_to_the_tour_again_and_gives_out_that_it_was_taken(either: House) -> None:
    role = roles(either)[0]
    browser = newcomer(either, role, "again@tour.example")
    browser.post("/tour", {"do": "begin"}, page="/tour")
    assert 'href="/tour"' in browser.get("/account").text
    for _ in range(2):
        assert browser.post("/tour", {"do": "begin"}, page="/tour").status_code == 303

    kept = export(either.accounts, "operator", "again@tour.example")["tours"]
    assert [one["tour"] for one in kept] == [tour.name(either.accounts.side, role)]


@pytest.mark.parametrize("typed", ["0", "99", "-1", "1e3", "²", "", "2"])
def test_an_address_with_another_step_shows_the_page_alone(either: House, typed: str) -> None:
    role = roles(either)[0]
    browser = newcomer(either, role, f"odd-{ord(typed[:1] or ' ')}-{len(typed)}@tour.example")
    found = browser.get(nav.start(either.accounts.side, role), params={"tour": typed})
    assert found.status_code == 200
    assert 'id="tour"' not in found.text


def test_a_tour_is_begun_by_our_own_form_alone(either: House) -> None:
    role = roles(either)[0]
    browser = newcomer(either, role, "forged@tour.example")
    assert browser.client.post("/tour", data={"do": "decline"}).status_code == 403
    assert OFFER in browser.get(nav.start(either.accounts.side, role)).text
