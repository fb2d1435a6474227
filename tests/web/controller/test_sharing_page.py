"""The page of data shared today: counted from the current cube, and shown as recipients see the data."""

from collections.abc import Iterator

import pytest
from desk_house import DeskHouse, desk_house

PAGE = "/controller/sharing"


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    with desk_house(tmp_path_factory.mktemp("sharing")) as made:
        yield made


def test_the_numbers_are_those_of_the_cube(ready: DeskHouse) -> None:
    page = ready.counted(PAGE)
    cube = ready.desk_context.cube_cache.refresh()
    assert cube is not None
    hidden, cells = int(cube.cube.withheld.sum()), len(cube.cube.withheld)

    assert f"{cells - hidden} of {cells} numbers are shown, {hidden} are withheld" in page
    assert "They are about 120 people" in page
    for level in ("year, five years", "outcome", "sex"):
        assert level in page


def test_a_page_never_waits_for_the_counting(ready: DeskHouse) -> None:
    ready.desk_context.cube_viewer.forget()

    page = ready.get(PAGE)

    assert "are being counted" in page
    assert '<noscript><meta http-equiv="refresh" content="2"></noscript>' in page
    assert 'hx-trigger="every 1s"' in page
    ready.counted(PAGE)
    part = ready.browser.get(PAGE, headers={"HX-Request": "true"})
    assert part.status_code == 286, "no script asks any further"
    assert "numbers are shown" in part.text


def test_a_canonical_question_is_seen_as_its_recipient_sees_it(ready: DeskHouse) -> None:
    ready.counted(PAGE)

    page = ready.get(f"{PAGE}/questions/outcome-by-year")

    assert "ARMAC sees this" in page
    assert '<td class="value' in page
    assert "Nobody sees this." in ready.get(f"{PAGE}/questions/device-by-year")
    ready.get(f"{PAGE}/questions/unknown", 404)


def test_the_policy_is_read_aloud(ready: DeskHouse) -> None:
    assert "Everything else is denied." in ready.get(PAGE)


def test_without_policy_or_cube_the_page_says_what_to_do(tmp_path_factory: pytest.TempPathFactory) -> None:
    with desk_house(tmp_path_factory.mktemp("fresh"), ready=False) as fresh:
        assert "No policy is in force." in fresh.get(PAGE)
