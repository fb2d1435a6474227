"""The page for composing a question, and asking by its form."""

from urllib.parse import parse_qs, urlsplit

from analyst_desk import Desk


def test_every_slot_is_there_before_anything_is_chosen(desk: Desk) -> None:
    page = desk.browser.get("/ask").text

    for name in ("measure", "purpose", "by", "where", "from", "to", "within"):
        assert f'name="{name}"' in page


def test_a_link_opens_the_form_as_it_was(desk: Desk) -> None:
    page = desk.browser.get("/ask?by=country&by=year&from=2022&to=2024&where=country:KH").text

    assert "People killed or injured, by country and year" in page
    assert '<option value="year" selected>' in page
    assert 'value="country:KH" checked' in page
    assert 'value="2022"' in page
    assert "Lao PDR" in page, "the other countries can still be chosen"


def test_members_are_forecast_beside_the_question(desk: Desk) -> None:
    page = desk.browser.get("/ask?by=device_group&by=year").text

    assert "will answer" in page
    assert "does not declare what it shares" in page


def test_what_is_wrong_is_said_and_what_was_typed_stays(desk: Desk) -> None:
    fields = {"measure": "casualties", "by": ["year"], "purpose": "regional-reporting"}
    fields |= {"from": "20x0", "to": "2021"}
    response = desk.browser.post("/ask", fields, page="/ask?by=year")

    assert response.status_code == 422
    assert "write all four digits, such as 2019" in response.text
    assert "20x0" in response.text


def test_nothing_of_an_address_is_executed(desk: Desk) -> None:
    page = desk.browser.get('/ask?by="><script>alert(1)</script>&where=sex:<img src=x>&from=<b>').text

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>" not in page


def test_htmx_gets_the_slots_and_the_question_alone(desk: Desk) -> None:
    part = desk.browser.get("/ask?by=year", headers={"HX-Request": "true"}).text

    assert "<html" not in part
    assert 'id="summary" hx-swap-oob="innerHTML"' in part


def test_the_question_is_asked_as_composed(desk: Desk) -> None:
    question = desk.ask(by=["country", "outcome"], where=["sex:F"])

    with desk.hub.store.reading() as view:
        asked = view.question(question)
    assert asked is not None
    assert asked.user == "ana"
    assert asked.question.by == ("country", "outcome")
    assert [(f.level, f.codes) for f in asked.question.where] == [("sex", ("F",))]


def test_the_matrix_shows_who_shares_what(desk: Desk) -> None:
    page = desk.browser.get("/sharing").text

    assert "not declared" in page
    assert "five years" in page
    assert "31 Dec 2025" in page


def test_a_link_means_the_same_after_signing_in(desk: Desk) -> None:
    nobody = desk.house.browser()

    sent_away = nobody.get("/ask?by=year&where=country:KH")
    target = parse_qs(urlsplit(sent_away.headers["Location"]).query)["next"][0]
    assert target == "/ask?by=year&where=country:KH"
    entered = nobody.sign_in(desk.analyst, target=target)
    assert entered.headers["Location"] == target


def test_a_session_that_ended_leaves_the_slots_as_they_are(desk: Desk) -> None:
    answer = desk.house.browser().get("/ask?by=year", headers={"HX-Request": "true"})

    assert answer.status_code == 401
    assert answer.headers["HX-Retarget"] == "#main", "not the slots"
    assert answer.headers["HX-Reswap"] == "afterbegin"
