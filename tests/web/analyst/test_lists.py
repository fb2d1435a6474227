"""Ready-made questions, and the list of the analyst's own questions."""

from analyst_desk import Desk, stated

from gateway.accounts.model import Role


def test_the_twelve_and_the_five_are_listed_with_how_to_read_them(desk: Desk) -> None:
    page = desk.browser.get("/ready-made").text

    assert "not available yet" not in page
    assert "A client has a case for each kind of assistance" in page
    assert "one person counts several times" in page, "attendances at risk education are no persons"
    assert "Killed and injured, by country and year" in page
    assert "3 of 3 members would answer" in page


def test_one_click_asks(desk: Desk) -> None:
    fields = {"name": "outcome-by-year", "table": "", "purpose": "treaty-reporting"}
    response = desk.browser.post("/ready-made", fields, page="/ready-made")

    question = response.headers["Location"].rpartition("/")[2]
    with desk.hub.store.reading() as view:
        asked = view.question(question)
    assert asked is not None
    assert (asked.question.by, asked.question.purpose) == (("country", "year", "outcome"), "treaty-reporting")


def test_the_pack_asks_what_can_be_answered(desk: Desk) -> None:
    with desk.hub.store.reading() as view:
        before = len(view.questions_of("ana"))
    fields = {"name": "article-7", "purpose": "treaty-reporting"}
    response = desk.browser.post("/ready-made", fields, page="/ready-made")

    assert response.headers["Location"] == "/questions"
    with desk.hub.store.reading() as view:
        assert len(view.questions_of("ana")) > before + 3


def test_what_nobody_shares_is_not_asked(desk: Desk) -> None:
    for member in ("KH", "LA", "TH"):
        desk.calls(member, sharing=stated(member))
    fields = {"name": "unmet-need", "purpose": "treaty-reporting"}
    response = desk.browser.post("/ready-made", fields, page="/ready-made")

    assert response.status_code == 422
    assert "Nothing was asked" in response.text


def test_the_list_begins_empty_and_says_what_to_do(desk: Desk) -> None:
    new = desk.house.signed_in(desk.house.person("new", Role.ANALYST, "regional-reporting"))

    page = new.get("/questions").text
    assert "You have not asked anything yet" in page
    assert 'href="/ask"' in page


def test_the_list_is_filtered(desk: Desk) -> None:
    question = desk.ask(by=["sex"], purpose="treaty-reporting")

    def ids(query: str) -> bool:
        return f'href="/questions/{question}"' in desk.browser.get(f"/questions?{query}").text

    assert ids("state=open")
    assert ids("purpose=treaty-reporting")
    assert not ids("state=released")
    assert not ids("purpose=regional-reporting")
    assert "No questions match" in desk.browser.get("/questions?purpose=research").text


def test_an_organisation_without_purposes_is_informed(desk: Desk) -> None:
    nobody = desk.house.signed_in(desk.house.person("poor", Role.ANALYST))

    assert "has no approved purposes" in nobody.get("/ready-made").text
    assert "has no approved purposes" in nobody.get("/ask").text
