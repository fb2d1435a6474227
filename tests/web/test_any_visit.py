"""Whoever visits pages in any order, signed in or not, and whatever is typed there: no 5xx."""

from collections.abc import Iterator
from http import HTTPStatus
from random import Random

import httpx
import pytest
from entrances import House, house_of
from forked_processes import forked
from hypothesis import settings
from visiting import Visit

from gateway.accounts.duties import ROLES
from gateway.accounts.model import Side
from gateway.api.app import LIMITER

STEPS = 15
"""Of each visitor; sixty times as many in `make explore`."""


@pytest.fixture(scope="module", params=list(Side))
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with forked(), house_of(request.param, tmp_path_factory.mktemp("house")) as made:
        yield made


def _steps() -> int:
    return STEPS * (60 if settings.get_current_profile_name() == "explore" else 1)


@pytest.mark.hypothesis  # not of hypothesis, but drawn: `make explore` takes other seeds
def test_no_visit_breaks_a_page(house: House, request: pytest.FixtureRequest) -> None:
    def whole(response: httpx.Response) -> None:
        asked = response.request
        assert response.status_code < 500, (asked.method, asked.url, asked.content)
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:  # tested apart
            house.app.extensions[LIMITER].reset()

    seed = request.config.getoption("--hypothesis-seed", None) or 1
    visits = [Visit(house.browser().client, Random(f"{seed} stranger"), ("/", "/sign-in", "/invitation"))]
    # All sign in before the stranger begins, whose attempts close the way in for the address that all share.
    for role in sorted(ROLES[house.accounts.side]):
        browser = house.signed_in(house.person(f"{role}@one.example", role))
        visits.append(Visit(browser.client, Random(f"{seed} {role}")))
    for visit in visits:
        visit.steps(_steps(), whole)

        # Some of what each visitor was shown are pages, and no refusals.
        assert len({url for _, url, status in visit.answers if status < 300}) >= 3
