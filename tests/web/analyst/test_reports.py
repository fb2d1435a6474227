"""Reports at the desk: from released tables, with own texts, and without a number that may not be in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest
from analyst_desk import Desk, analysts_desk
from click.testing import CliRunner
from entrances import Browser

from audit.events.event_values import ReadThrough
from audit.events.question_events import ReleaseRead
from gateway.accounts.model import Role, Scope, TokenRequest
from gateway.accounts.tokens import make_token
from gateway.bootstrap.setup.layout import Layout
from gateway.cli.region.report import command
from gateway.demo.access import grant
from gateway.hub.enrolment import revoke
from gateway.wire.usage_terms import PassOn, Terms

OPEN = Terms(None, PassOn.WITH_CREDIT, None)
YEARLY = "outcome-by-year"


@dataclass
class Made:
    """A report whose first table was asked and answered."""

    desk: Desk
    address: str

    def page(self, query: str = "", browser: Browser | None = None) -> str:
        found = (browser or self.desk.browser).get(f"{self.address}{query}")
        assert found.status_code == 200, found.text
        return found.text

    def post(self, what: str, **fields: str) -> str:
        response = self.desk.browser.post(f"{self.address}/{what}", fields, page=self.address)
        assert response.status_code == 303, response.text
        return str(response.headers["Location"])

    def asks(self, question: str = YEARLY, section: str = "harmed") -> None:
        self.post("ask", section=section, question=question, number="0")
        self.answered()

    def answered(self) -> None:
        for code in self.desk.members:
            self.desk.finishes(code)
        self.desk.release()


def started(desk: Desk) -> Made:
    fields = {"kind": "article-7", "year": "2567", "purpose": "regional-reporting"}
    response = desk.browser.post("/reports", fields, page="/reports")
    assert response.status_code == 303, response.text
    return Made(desk, response.headers["Location"])


@pytest.fixture(scope="module")
def one_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A desk of their own: the tables that other tests have asked would be in these reports as well."""
    with analysts_desk(tmp_path_factory.mktemp("desk of reports")) as made:
        yield made


@pytest.fixture
def report(desk: Desk) -> Iterator[Made]:
    desk.terms = {"KH": OPEN, "LA": OPEN, "TH": Terms(365, PassOn.NO, None)}
    yield started(desk)
    desk.terms = {}
    for one in re.findall(r'href="/reports/(y-[0-9a-f]+)"', desk.browser.get("/reports").text):
        desk.browser.post(f"/reports/{one}/delete", {}, page="/reports")


def rows(page: str, number: int) -> dict[str, str]:
    """The last number of each row of a numbered table."""
    table = page.split(f'id="table-{number}"')[1].split("</table>", maxsplit=1)[0].split("<tbody>")[1]
    row = r"<tr[^>]*>.*?<th[^>]*>([^<]*)</th>.*?<td[^>]*>([^<]*)(?:<sup>[^<]*</sup>)?</td></tr>"
    return dict(re.findall(row, table))


def by_a_script(browser: Browser, texts: str, fields: dict[str, str]) -> httpx.Response:
    data = {"form": browser.form_token(texts), **fields}
    return browser.client.post(f"{texts}/summary", data=data, headers={"HX-Request": "true"})


def readings(desk: Desk) -> list[ReleaseRead]:
    return [event for event in desk.house.events() if isinstance(event, ReleaseRead)]


def logged(desk: Desk, before: int) -> set[str]:
    """The questions of which the log says since then that a release was read in a report."""
    read = readings(desk)[before:]
    assert all(one.through is ReadThrough.REPORT for one in read)
    return {one.question_id for one in read}


def in_receipts(page: str) -> set[str]:
    found = set(re.findall(r'data-head="Question">(q-[0-9a-f]+)', page))
    assert found
    return found


def test_a_report_says_which_table_must_be_asked_and_has_it_once_it_is_released(report: Made) -> None:
    empty = report.page()
    assert "Article 7 tables on victims, 2024" in empty, "2567 is 2024 of the Buddhist era"
    assert "Tables that are missing" in empty
    assert 'id="table-1"' not in empty

    report.asks()
    page = report.page()

    assert rows(page, 1) == {"Cambodia": "7", "Lao PDR": "7", "Thailand": "7", "Total": "21"}
    assert "year: 2024" in page
    assert page.count('id="figure-') == 2
    assert "for ARMAC only" in page
    question = re.search(r"<td data-head=\"Question\">(q-[0-9a-f]+)", page)
    assert question is not None
    assert f"/questions/{question[1]}?release=1" in page
    assert re.search(r"Receipt: entries [0-9,]+ and [0-9,]+ of test.example/log", page)
    for member in ("Cambodia", "Thailand"):
        assert re.search(rf'<th scope="row">{member}</th>.*?may .*?be passed on', page, re.S)


def test_a_public_version_has_no_number_of_a_member_that_forbids_it_in_any_total(report: Made) -> None:
    report.asks()
    public = report.page("?version=public")

    assert rows(public, 1) == {"Cambodia": "7", "Lao PDR": "7", "Total": "14"}
    assert rows(public, 2) == {"Cambodia": "7", "Lao PDR": "7", "Total": "14"}
    assert "The numbers of Thailand are left out of this public version, alone and in every total" in public
    assert ">21<" not in public
    assert public.count("Thailand") == public.count("The numbers of Thailand are left out")


def test_numbers_leave_with_a_revoked_member_and_when_the_time_of_their_terms_is_over(tmp_path: Path) -> None:
    with analysts_desk(tmp_path) as desk:
        desk.terms = {"KH": OPEN, "LA": OPEN, "TH": Terms(365, PassOn.YES, None)}
        report = started(desk)
        report.asks()
        revoke(desk.hub, "LA", "left the region")

        page = report.page()
        assert rows(page, 1) == {"Cambodia": "7", "Thailand": "7", "Total": "14"}
        assert "The numbers of Lao PDR have left this report" in page

        desk.house.clock.move(days=366)
        page = report.page(browser=desk.house.signed_in(desk.analyst))
        assert rows(page, 1) == {"Cambodia": "7", "Total": "7"}
        assert "the time for which its terms let them be kept is over" in page


def test_what_is_typed_is_kept_escaped_and_a_second_tab_is_told(report: Made) -> None:
    browser, texts = report.desk.browser, f"{report.address}/texts"
    said = "One <script>alert(1)</script>\r\n\r\nTwo & three"

    kept = browser.post(f"{texts}/summary", {"text": said, "form_version": "0"}, page=texts)
    assert kept.headers["Location"] == f"{texts}#summary"
    assert "One &lt;script&gt;alert(1)&lt;/script&gt;" in report.page()
    assert report.page().count('class="own-text"') == 2

    owner = re.search(r'name="form_of" value="([0-9a-f]+)"', browser.get(texts).text)
    assert owner is not None
    other = {"text": "Of the other tab", "form_version": "0", "form_of": owner[1]}
    late = browser.post(f"{texts}/summary", other, page=texts)
    assert late.status_code == 409
    assert "Of the other tab" in late.text
    assert "Two &amp; three" in late.text
    assert "Of the other tab" not in report.page()

    fields = {"text": "More", "form_version": "1"}
    part = by_a_script(browser, texts, fields)
    assert part.status_code == 200
    assert 'name="form_version" value="2"' in part.text
    assert "<html" not in part.text
    part = by_a_script(browser, texts, fields)
    assert part.status_code == 409
    assert "press Save to see both texts" in part.text

    long = browser.post(f"{texts}/summary", {"text": "x" * 20_001, "form_version": "2"}, page=texts)
    assert long.status_code == 422
    assert "x" * 20_001 in long.text


def test_next_year_takes_texts_over_asks_anew_and_marks_what_changed(report: Made) -> None:
    report.asks()
    report.desk.browser.post(
        f"{report.address}/texts/summary", {"text": "As ever.", "form_version": "0"}, page=report.address
    )

    report.desk.house.clock.move(minutes=5)
    following = Made(report.desk, report.post("next"))
    for code in report.desk.members:
        report.desk.calls(code)
    for code in report.desk.members:
        report.desk.answers(code, withhold=("I",) if code == "KH" else ())
    following.answered()
    page = following.page()

    assert "Article 7 tables on victims, 2025" in page
    assert "As ever." in page
    assert "Taken over, and not looked at since: Summary." in page
    assert "†" in page, "the total of the year before is another number now"
    assert "Another number than in the tables of" in page
    assert following.post("next") != following.address
    assert report.post("next") == following.address, "no second report of the same year"


def test_a_newer_table_comes_in_by_a_click(report: Made) -> None:
    report.asks()
    before = rows(report.page(), 1)
    report.desk.ask(by=["country", "year", "outcome"])
    for code in report.desk.members:
        report.desk.calls(code)
        report.desk.answers(code, withhold=("K",) if code == "KH" else ())
    report.desk.house.clock.move(seconds=60)
    report.desk.release()

    page = report.page()
    assert "Newer numbers are there for 1 of this report" in page
    assert rows(page, 1) == before
    report.post("up-to-date")
    newer = report.page()
    assert "Newer numbers are there" not in newer
    assert re.search(r"<td class=\"withheld[^\"]* changed\">◊", newer)


def test_colleagues_read_a_shared_report_logged_and_change_nothing(
    report: Made,
) -> None:
    report.asks()
    house = report.desk.house
    colleague = house.signed_in(house.person("cora", Role.ANALYST, "regional-reporting"))
    assert colleague.get(report.address).status_code == 404
    before = len(readings(report.desk))

    report.post("share", shared="yes")
    page = report.page(browser=colleague)

    assert rows(page, 1)["Total"] == "21"
    assert f'href="{report.address}"' in colleague.get("/reports").text
    assert "Edit the text" not in page
    assert "/questions/q-" not in page, "a table is its owner's alone"
    assert logged(report.desk, before) == in_receipts(page)
    for act in ("next", "ask", "up-to-date", "share", "delete"):
        assert colleague.post(f"{report.address}/{act}", {}, page="/reports").status_code == 404
    assert colleague.get(f"{report.address}/texts").status_code == 404


def test_a_file_leaves_with_its_terms_checked_and_is_logged_as_read(report: Made) -> None:
    report.asks()
    before = len(readings(report.desk))
    response = report.desk.browser.get(f"{report.address}/download/docx?version=public")

    assert response.status_code == 200
    assert response.content.startswith(b"PK")
    assert 'filename="article-7-report-2024-public.docx"' in response.headers["Content-Disposition"]
    assert logged(report.desk, before) == in_receipts(report.page("?version=public"))
    assert report.desk.browser.get(f"{report.address}/download/exe").status_code == 404


def test_a_report_is_made_once_and_a_year_that_is_none_is_shown_again(report: Made) -> None:
    for year, said in (
        ("2024", "You have a report of this kind"),
        ("next", "is not a year"),
        ("", "no year"),
    ):
        fields = {"kind": "article-7", "year": year, "purpose": "regional-reporting"}
        response = report.desk.browser.post("/reports", fields, page="/reports")
        assert response.status_code == 422
        assert said in response.text
        assert f'value="{year}"' in response.text


def test_a_program_lists_reports_and_saves_them_with_the_terms_checked(report: Made, tmp_path: Path) -> None:
    report.asks()
    house = report.desk.house
    wish = TokenRequest("yearly report", frozenset({Scope.ASK}), 30)
    name = report.desk.analyst.name
    (tmp_path / "hub").mkdir()
    Layout(tmp_path / "hub").address.write_text(house.url)
    grant(tmp_path, make_token(house.accounts, name, name, wish), str(report.desk.hub.log.key))
    number, file = report.address.rpartition("/")[2], tmp_path / "report.docx"
    run = partial(CliRunner().invoke, command)
    before = len(readings(report.desk))

    listed = run(["list", "--dir", str(tmp_path)])
    saved = run(["save", number, str(file), "--public", "--dir", str(tmp_path)])

    assert f"{number}  Article 7 tables on victims, 2024" in listed.output
    assert saved.exit_code == 0, saved.output
    with ZipFile(file) as made:
        said = made.read("word/document.xml").decode()
    assert (
        re.search(r"The numbers of [A-Za-z ,]*Thailand are left out of this public version", said) is not None
    )
    assert logged(report.desk, before) <= in_receipts(report.page("?version=public"))
    for wrong in (["save", number, "report.odt"], ["save", "../x", "report.pdf"]):
        assert run([*wrong, "--dir", str(tmp_path)]).exit_code == 2
    assert run(["save", "y-0", str(file), "--dir", str(tmp_path)]).exit_code != 0
    assert file.exists()
