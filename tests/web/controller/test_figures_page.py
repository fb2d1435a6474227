"""Figures that were published elsewhere: reviewed, registered by a second step, listed, withdrawn."""

from collections.abc import Iterator
from datetime import date

import pytest
from desk_house import DeskHouse, desk_house, forms_of
from federation import policy_text, snapshot
from signing import put_in_force

from audit.events.record_events import FigureRegistered, FigureWithdrawn
from gateway.member.build.cube_building import build
from gateway.member.build.figure_register import register, withdraw
from gateway.member.model.registered_figure import PublishedFigure
from gateway.member.register.snapshot_loading import keep_snapshot

PAGE = "/controller/figures"
MEN = {"date": "2022", "where-sex": "M", "source": "Annual report, page 4", "published": "2024-02-01"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    with desk_house(tmp_path_factory.mktemp("figures"), ready=False) as made:
        keep_snapshot(made.node, snapshot("KH"))
        put_in_force(made.node, policy_text("KH"))
        yield made


def test_a_figure_is_reviewed_at_registered_and_withdrawn(desk: DeskHouse) -> None:
    assert "No figure is registered." in desk.get(PAGE)

    reviewed = desk.post(PAGE, value="36", do="review", **MEN)

    assert reviewed.status_code == 200
    assert "Publicly known, from Annual report, page 4: 2022, male: 36." in reviewed.text
    assert "another number" not in reviewed.text
    assert "No figure is registered." in desk.get(PAGE), "nothing has happened yet"

    (form, *_) = [one for one in forms_of(reviewed.text) if one.action == PAGE]
    other = desk.browser.client.post(PAGE, data={**form.hidden, **MEN, "value": "35", "do": "register"})
    assert "male: 35." in other.text, "what was typed since is reviewed at first"
    assert "No figure is registered." in desk.get(PAGE)

    done = desk.browser.client.post(PAGE, data={**form.hidden, **MEN, "value": "36", "do": "register"})
    assert done.headers["Location"] == f"{PAGE}?done=registered"
    page = desk.get(PAGE)
    assert "will be used by the next tables" in page
    with desk.node.store.reading() as view:
        (found,) = view.figures()
    again = desk.browser.client.post(PAGE, data={**form.hidden, **MEN, "value": "36", "do": "register"})
    assert (again.status_code, "registered already" in again.text) == (422, True)
    withdrawn = desk.post(f"{PAGE}/{found.index}/withdraw", page=PAGE)
    assert withdrawn.headers["Location"] == f"{PAGE}?done=withdrawn"
    assert "withdrawn" in desk.get(PAGE)
    with desk.node.store.reading() as view:
        kinds = [type(event) for event in desk.house.events() if "figure" in event.TYPE]
        assert view.figures()[0].withdrawn is not None
    assert kinds == [FigureRegistered, FigureWithdrawn]


def test_a_number_that_the_register_contradicts_is_said_before_it_is_registered(desk: DeskHouse) -> None:
    reviewed = desk.post(PAGE, value="35", do="review", **MEN)

    assert "The register has another number here" in reviewed.text
    notice = reviewed.text.partition("Publicly known")[2].partition("</form>")[0].partition("<select")[0]
    assert "36" not in notice
    assert 'value="35"' in reviewed.text


@pytest.mark.parametrize(("wrong", "said"), [
    ({"value": "many"}, "number of people is not valid"), ({"value": "-3"}, "number of people is not valid"),
    ({"value": "3", "date": "last year"}, "about a year"), ({"value": "3", "published": ""}, "missing"),
    ({"value": "3", "published": "2031-01-01"}, "future"),
    ({"value": "3", "source": " "}, "where the figure was published"),
    ({"value": "3", "source": "<script>alert(1)</script>", "published": "x"}, "missing"),
])  # fmt: skip
def test_mistakes_are_reported_and_typed_input_stays(
    desk: DeskHouse, wrong: dict[str, str], said: str
) -> None:
    page = desk.post(PAGE, do="register", **{**MEN, **wrong})

    assert page.status_code == 422
    assert said in page.text
    assert "<script>alert" not in page.text
    assert '<option value="M" selected>' in page.text


def test_a_figure_that_is_not_there_cannot_be_withdrawn(desk: DeskHouse) -> None:
    (form, *_) = [one for one in forms_of(desk.get(PAGE)) if one.action == PAGE]

    gone = desk.browser.client.post(f"{PAGE}/9999/withdraw", data=form.hidden)

    assert gone.status_code == 409
    assert "No figure that counts was registered by entry 9999." in gone.text


def test_the_policy_page_offers_new_tables_once_figures_have_changed(desk: DeskHouse) -> None:
    def offered() -> bool:
        return "Protect the tables" in desk.get("/controller/policy")

    build(desk.node)
    assert not offered()

    men, early = (
        register(desk.node, PublishedFigure({"date": year}, 40, "Annual report", date(2024, 2, 1)), "dara")
        for year in ("2022", "2009")
    )
    assert "Published figures were registered or withdrawn" in desk.get("/controller/policy")
    assert offered()

    build(desk.node)
    assert not offered(), "nor for a year that the register does not cover"
    withdraw(desk.node, early.index)
    assert not offered()

    withdraw(desk.node, men.index)
    assert offered()
