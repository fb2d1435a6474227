"""A question under way, and its table: every possible state."""

import html
import re
from itertools import pairwise

from analyst_desk import Desk

from audit.events.account_events import AccessRefused
from audit.formats.note import Verifier
from audit.log.policy import Policy
from audit.reading.saved_table import compare
from audit.reading.sidecar import Sidecar
from gateway.accounts.model import Role
from gateway.hub.absence import GRACE
from gateway.wire.answer import Refusal
from gateway.wire.usage_terms import PassOn, Terms

HTMX = {"HX-Request": "true"}


def page_of(desk: Desk, question: str, **headers: str) -> str:
    response = desk.browser.get(f"/questions/{question}", headers=headers)
    assert response.status_code == 200, response.text
    return response.text


def released(desk: Desk, **slots: object) -> str:
    """A question that all members have answered, Cambodia without the killed, and its table."""
    question = desk.ask(**slots)
    desk.answers("KH", withhold=("K",))
    desk.answers("LA")
    desk.answers("TH")
    desk.release()
    return question


def test_a_question_under_way_goes_on_by_itself_with_and_without_scripts(desk: Desk) -> None:
    question = desk.ask()

    page = page_of(desk, question)
    assert f'hx-get="/questions/{question}" hx-trigger="every 2s"' in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert "0 of 3 members have replied" in page


def test_each_member_is_followed_by_itself(desk: Desk) -> None:
    question = desk.ask()
    desk.calls("KH")
    desk.calls("KH", waiting=(question,))
    desk.answers("LA")
    desk.answers("TH", refusals=(Refusal.TOO_DETAILED,))

    page = page_of(desk, question, **HTMX)
    assert "<html" not in page
    assert "2 of 3 members have replied" in page
    places = [page.index(words) for words in ("Cambodia", "approval pending", "Lao PDR", "records up to")]
    places += [page.index("its policy shares this only in less detail")]
    assert all(before < after for before, after in pairwise(places))


def test_who_does_not_call_is_offline_since(desk: Desk) -> None:
    question = desk.ask(within="3600")
    desk.house.clock.move(seconds=2 * GRACE.total_seconds())

    page = page_of(desk, question)
    assert page.count("last contact") == 3
    assert "has never connected" not in page


def test_the_table_is_a_table_and_withheld_has_one_symbol_with_a_legend(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])

    page = page_of(desk, question)
    assert '<th scope="row" class="h0">Cambodia</th>' in page
    assert '<td class="withheld"><a href="?cell=KH~K#explained">◊</a></td>' in page
    assert "Withheld to protect people" in page
    assert "Why numbers are withheld" in page
    assert "http-equiv" not in page, "nothing is awaited any more"


def test_a_withheld_number_is_explained_on_demand(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])

    part = desk.browser.get(f"/questions/{question}?cell=KH~K", headers=HTMX).text
    whole = desk.browser.get(f"/questions/{question}?cell=KH~K").text
    for text in (part, whole):
        assert "Cambodia, killed" in text
        assert "Whether the number is small itself or protects another number is not disclosed." in text
    assert "<html" not in part
    assert desk.browser.get(f"/questions/{question}?cell=XX~K").status_code == 404


def test_the_table_names_its_sources(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])

    page = page_of(desk, question)
    for words in ("Sources", "31 Dec 2025", "Receipt", "tlog-proof", desk.hub.log.origin):
        assert words in page
    assert "/ask?measure=casualties&amp;by=country&amp;by=outcome&amp;purpose=regional-reporting" in page


def test_terms_stand_once_beside_the_table_with_the_members_who_set_them(desk: Desk) -> None:
    desk.terms = {
        "KH": Terms(365, PassOn.NO, "Decree <25>"),
        "LA": Terms(None, PassOn.WITH_CREDIT, None),
    }
    page = page_of(desk, released(desk, by=["country", "outcome"]))

    covered = page[page.index('class="rows alike"') :]
    said = dict(re.findall(r"<li>\s*<p><strong>([^<]*)</strong></p>\s*<p[^>]*>(.*?)</p>", covered, re.S))
    cambodia, lao, thailand = (said[name] for name in ("Cambodia", "Lao PDR", "Thailand"))
    assert (
        "This answer may be kept for 365 days. This answer may not be passed on. Legal basis: Decree "
        "&lt;25&gt;" in cambodia
    )
    assert "This answer may be kept without limit. Aggregates of this answer may be passed on if" in lao
    assert "The terms did not come with the answer" in thailand
    assert (
        "This answer may be kept for 365 days. This answer may not be passed on." in said["Regional totals"]
    )
    desk.terms = dict.fromkeys(("KH", "LA", "TH"), Terms(90, PassOn.NO, None))
    alike = page_of(desk, released(desk, by=["country"]))
    assert "<strong>Cambodia, Lao PDR, Thailand</strong>" in alike
    assert alike.count("may be kept for 90 days") == 1


def test_what_would_bring_numbers_back_is_a_link_that_asks_it(desk: Desk) -> None:
    question = released(desk, by=["country", "year", "outcome"])

    page = page_of(desk, question)
    assert "Ways to see more numbers" in page
    assert "/ask?measure=casualties&amp;by=country&amp;by=year_band5&amp;by=outcome" in page


def test_a_table_without_a_number_says_why(desk: Desk) -> None:
    question = desk.ask(by=["outcome"])
    for member in desk.members:
        desk.answers(member, refusals=(Refusal.NOT_SHARED,))
    desk.release()

    page = page_of(desk, question)
    assert "This table contains no numbers" in page
    assert "its policy does not share this" in page


def test_an_answer_that_comes_late_makes_a_newer_table(desk: Desk) -> None:
    question = desk.ask(by=["outcome"])
    desk.answers("KH")
    desk.answers("LA")
    desk.house.clock.move(seconds=60)
    desk.release()
    assert "did not answer in time" in page_of(desk, question) or "was offline" in page_of(desk, question)

    desk.answers("TH")
    desk.release()
    part = desk.browser.get(f"/questions/{question}?seen=1", headers=HTMX).text
    assert "a newer table is available" in part
    assert "<table" not in part
    assert "This is table 1 of 2" in desk.browser.get(f"/questions/{question}?release=1").text
    assert desk.browser.get(f"/questions/{question}?release=3").status_code == 404


def test_a_page_that_sees_the_last_answer_before_the_newer_table_looks_again(desk: Desk) -> None:
    question = desk.ask(by=["outcome"])
    desk.answers("KH")
    desk.answers("LA")
    desk.house.clock.move(seconds=60)
    desk.release()
    desk.answers("TH")

    part = desk.browser.get(f"/questions/{question}?seen=1", headers=HTMX).text
    assert "3 of 3 members have replied" in part
    assert f'hx-get="/questions/{question}?seen=1"' in part

    desk.release()
    part = desk.browser.get(f"/questions/{question}?seen=1", headers=HTMX).text
    assert "a newer table is available" in part
    assert "hx-get" not in part


def test_the_table_can_be_turned_and_a_cell_of_an_older_table_is_of_that_one(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])

    page = desk.browser.get(f"/questions/{question}?across=country&release=1").text
    assert re.search(r'<th scope="col" class="number"><a [^>]+>Cambodia</a></th>', page)
    assert "?release=1&amp;across=country&amp;cell=KH~K#explained" in page


def rows_of(page: str) -> list[list[str]]:
    """The texts of the rows of the table."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row)]
        for row in body.split("</tr>")[:-1]
    ]


def test_every_way_to_arrange_the_table_is_a_link_and_the_link_shows_the_same_table(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])
    before = len(desk.house.events())
    waiting, address = {f"/questions/{question}"}, ""
    seen: dict[str, list[list[str]]] = {}
    while waiting and len(seen) < 24:
        address = waiting.pop()
        page = desk.browser.get(address).text
        seen[address] = rows_of(page)
        links = [link for link in re.findall(r'hx-get="(\?[^"]*)"', page) if "group=" not in link]
        assert links
        waiting |= {f"/questions/{question}{html.unescape(link)}" for link in links} - set(seen)

    assert len({str(rows) for rows in seen.values()}) > 10
    for rows in seen.values():
        assert sum(len(row) - 1 for row in rows) in (16, 20, 4), "no number is lost"
    assert rows_of(desk.browser.get(address).text) == seen[address]
    assert len(desk.house.events()) == before, "nobody was asked anew"


def test_rows_are_sorted_by_the_column_of_the_address(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])

    page = desk.browser.get(f"/questions/{question}?sort=K&order=up").text
    assert [row[0] for row in rows_of(page)] == ["Lao PDR", "Thailand", "Cambodia", "Total"]
    assert 'aria-sort="ascending"' in page
    assert "sort=K" not in page.partition('id="sort-0"')[2].partition("</a>")[0], "the next order is none"


def test_an_address_that_nobody_made_shows_the_table_and_says_what_was_left_out(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])
    whole = rows_of(desk.browser.get(f"/questions/{question}").text)
    many = "&".join(f"sort={n}&across=l{n}&down=%3Cb%3E{n}" for n in range(200))

    for query in (
        "across=sex",
        "down=<script>alert(1)</script>",
        'show="onload=x',
        many,
        "ranges=x&order=%ff",
    ):
        response = desk.browser.get(f"/questions/{question}?{query}")
        assert response.status_code == 200
        assert "<script>alert" not in response.text
        assert "<b>" not in response.text
        assert '"onload=' not in response.text
        assert len(response.content) < 60_000
        assert rows_of(response.text) == whole
    assert "it was left out: sex" in desk.browser.get(f"/questions/{question}?across=sex").text


def test_the_file_of_a_table_has_the_status_of_every_cell(desk: Desk) -> None:
    question = released(desk, by=["country", "outcome"])

    response = desk.browser.get(f"/questions/{question}/download/csv")
    assert response.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in response.headers["Content-Disposition"]
    assert "withheld" in response.text
    assert desk.browser.get(f"/questions/{question}/download/exe").status_code == 404
    assert (
        f"/questions/{question}/download/sidecar.json?release=1"
        in desk.browser.get(f"/questions/{question}").text
    )
    sidecar = Sidecar.parse(desk.browser.get(f"/questions/{question}/download/sidecar.json").text)
    proven = sidecar.verify(Policy.of(Verifier(desk.hub.log.key)))
    assert compare("a.csv", response.content, proven.table).cells == len(proven.table.cells)


def test_there_is_nothing_to_take_away_before_the_table(desk: Desk) -> None:
    question = desk.ask()

    assert desk.browser.get(f"/questions/{question}/download/csv").status_code == 404


def test_somebody_elses_question_is_not_there_and_trying_is_logged(desk: Desk) -> None:
    question = released(desk)
    other = desk.house.signed_in(desk.house.person("bob", Role.ANALYST, "regional-reporting"))

    for path in ("", "/download/csv", "?cell=K", "?release=1&show=share-row&sort=K"):
        answer = other.get(f"/questions/{question}{path}")
        assert answer.status_code == 404
        assert "no such question among yours" in answer.text
        assert "Ask the sender to save the question and to share it" in answer.text
    last = [event for event in desk.house.events() if isinstance(event, AccessRefused)][-1]
    assert (last.action, last.reason) == ("ask", "not-there-or-not-own")


def test_another_role_does_not_come_here(desk: Desk) -> None:
    auditor = desk.house.signed_in(desk.house.person("eve", Role.AUDITOR))

    for path in ("/ask", "/ready-made", "/sharing", "/questions", f"/questions/{desk.ask()}"):
        assert auditor.get(path).status_code == 403, path
