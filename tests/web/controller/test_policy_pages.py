"""A policy from its first word to its end: written, previewed, signed, revoked, returned to."""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import httpx
from desk_house import PASSPHRASE, DeskHouse, forms_of
from federation import policy_text, snapshot

from audit.events.events import PolicyRevoked, PolicySigned, decode
from gateway.member.register.snapshot_loading import keep_snapshot
from gateway.web.controller.common.shapes import ReportProgress
from policies.editing.edits import Edit
from policies.editing.form import keys_of, values_of
from policies.editing.patching import raw

PAGE = "/controller/policy"
EDIT = f"{PAGE}/edit"
WRONG = "not the right one"


def text_of(page: str) -> str:
    """The content of the page's text area."""
    return page.partition('name="text"')[2].partition(">\n")[2].partition("</textarea>")[0]


def fields_of(desk: DeskHouse, text: str) -> dict[str, list[str]]:
    """The values that the form's own fields send for a text, unchanged."""
    document = raw(text)
    assert document is not None
    shown = values_of(keys_of(desk.node.vocabulary, desk.node.member), document)
    return {name: list(v) for values in shown.values() for name, v in values.items()}


def write(desk: DeskHouse, text: str, todo: str = "update", **fields: str) -> httpx.Response:
    """Put a text into the editor and press a button."""
    (form,) = [f for f in forms_of(desk.get(EDIT)) if f.action == EDIT]
    before = fields_of(desk, form.hidden["before"])
    data = {**before, **form.hidden, "text": text, "questions": "", "do": todo, **fields}
    return desk.browser.client.post(EDIT, data=data)


def alerts(page: str) -> list[str]:
    """The errors on a page."""
    return re.findall(r'class="(?:error|notice alarm)"[^>]*>\s*(.*?)</(?:p|div)>', page, re.DOTALL)


def wait_for_work(desk: DeskHouse) -> None:
    end = time.monotonic() + 120
    while desk.desk_context.jobs.under_way():
        assert time.monotonic() < end
        time.sleep(0.1)


def publish(desk: DeskHouse, **changed: str) -> httpx.Response:
    return desk.post(
        f"{PAGE}/publish", **{"by": "controller", "passphrase": PASSPHRASE, "accept": "yes", **changed}
    )


def draft(desk: DeskHouse, more: str = "threshold: 8\n", version: int = 2) -> None:
    text = policy_text("KH", version).replace("threshold: 5\n", "") + more
    done = write(desk, text, "save")
    assert done.status_code == 303, alerts(done.text)


def look(desk: DeskHouse) -> None:
    assert desk.post(f"{PAGE}/preview", page=f"{PAGE}/publish").status_code == 303
    wait_for_work(desk)


def test_the_editor_begins_with_the_next_version(desk: DeskHouse) -> None:
    page = desk.get(EDIT)

    assert text_of(page) == policy_text("KH", 2)
    assert "It is neither less nor more restrictive." in page


def test_the_form_is_taken_over_into_the_text(desk: DeskHouse) -> None:
    page = desk.get(EDIT)
    (form,) = [f for f in forms_of(page) if f.action == EDIT]
    filled = fields_of(desk, text_of(page))
    typed = {**filled, **form.hidden, "text": text_of(page), "threshold": "8", "do": "update"}

    again = desk.browser.client.post(EDIT, data=typed)

    assert again.status_code == 200
    assert "threshold: 8\n" in text_of(again.text)
    assert "A cell is small below 8 people, was 5." in again.text


def test_faults_name_line_and_key_and_keep_what_was_typed(desk: DeskHouse) -> None:
    bad = policy_text("KH", 2) + "treshold: 3\n"

    page = write(desk, bad)

    assert page.status_code == 422
    assert "<code>treshold</code>" in page.text
    assert "Did you mean &#39;threshold&#39;?" in page.text
    assert "treshold: 3" in text_of(page.text)


def test_a_text_that_is_no_yaml_is_kept_too(desk: DeskHouse) -> None:
    page = write(desk, "share: [\n<script>alert(1)</script>")

    assert page.status_code == 422
    assert "The form is not available while the text cannot be read." in page.text
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;" in text_of(page.text)


def test_a_draft_is_kept_and_thrown_away(desk: DeskHouse) -> None:
    draft(desk)
    page = desk.get(PAGE)
    assert "Draft of version 2" in page
    assert "It is more restrictive" in page

    assert desk.post(f"{PAGE}/discard", page=PAGE).status_code == 303

    assert "Draft of version 2" not in desk.get(PAGE)


def test_a_draft_that_decides_an_example_otherwise_is_not_kept(desk: DeskHouse) -> None:
    questions = (
        "questions:\n  - {name: months, recipient: ARMAC, purpose: regional-reporting, "
        "measure: casualties, by: {date: month}, expect: permit}\n"
    )

    page = write(desk, policy_text("KH", 2), "save", questions=questions)

    assert page.status_code == 422
    assert "months" in page.text
    assert "name: months" in page.text
    assert "No policy" not in desk.get(PAGE)


def test_the_second_of_two_who_save_sees_both(desk: DeskHouse) -> None:
    mine = policy_text("KH", 2) + "zeros: protect\n"
    (form,) = [f for f in forms_of(desk.get(EDIT)) if f.action == EDIT]
    draft(desk)

    late = desk.browser.client.post(EDIT, data={**form.hidden, "text": mine, "do": "save"})

    assert late.status_code == 409
    assert "threshold: 8" in late.text
    assert "zeros: protect" in late.text
    (mine_form,) = [f for f in forms_of(late.text) if f.action == EDIT]
    kept = desk.browser.client.post(EDIT, data={**mine_form.hidden, "text": mine, "do": "save"})
    assert kept.status_code == 303
    assert "zeros: protect" in text_of(desk.get(EDIT))


def test_publishing_needs_a_preview_and_a_signature_and_states_its_effect(desk: DeskHouse) -> None:
    draft(desk, "threshold: 30\n")

    before = desk.get(f"{PAGE}/publish")
    assert "there is no preview yet" in before
    assert [form.action for form in forms_of(before)] == [f"{PAGE}/preview"]
    look(desk)
    page = desk.get(f"{PAGE}/publish")

    assert "At once, version 2 replaces version 1:" in page
    assert "are withheld again." in page, re.findall("lead.*", page)
    assert "all" in page.partition("Needs your acceptance")[2]
    assert "Accept these groups" in publish(desk, accept="").text
    wrong = publish(desk, passphrase=WRONG)
    assert wrong.status_code == 422
    assert WRONG not in wrong.text
    done = publish(desk)
    assert done.headers["Location"] == f"{PAGE}?done=published"
    events = [decode(entry) for entry in desk.member.log_entries()]
    assert [e.policy_version for e in events if isinstance(e, PolicySigned)] == ["1", "2"]
    assert "In force: version 2" in desk.get(PAGE)


def section(page: str, heading: str) -> str:
    """The part of a page from a heading to the next."""
    return re.split(r"<h[23]", page.partition(f">{heading}<")[2])[0]


def test_a_preview_tells_how_well_each_table_can_be_read_and_what_changes_in_it(desk: DeskHouse) -> None:
    draft(desk, "threshold: 20\n")
    look(desk)

    page = section(desk.get(f"{PAGE}/publish"), "What can be read, table by table")

    assert "of those in cells of at least 20 people" in page
    assert "Compared with version 1" in page
    assert re.search(r"\d+ people fewer, today \d+%", page)
    assert "Killed and injured, by country and year" in page
    bars = re.findall(
        r'<meter min="0" max="100" value="(\d+)" aria-label="([^"]+): share shown">(\d+)%', page
    )
    assert bars
    assert all(value == percent for value, _, percent in bars)
    assert [int(value) for value, _, _ in bars] == sorted(int(value) for value, _, _ in bars)
    assert "style=" not in page


def test_tables_that_are_no_longer_shared_are_named_with_their_share(desk: DeskHouse) -> None:
    text = policy_text("KH", 2).replace("date: year, ", "")
    assert write(desk, text, "save").status_code == 303
    look(desk)

    page = section(desk.get(f"{PAGE}/publish"), "What can be read, table by table")

    dropped = page.partition("No longer shared:")[2]
    assert re.search(r"<li>Killed and injured, by country and year \(today \d+%\)</li>", dropped)
    assert "Outcome" not in dropped, "that is shared as before"


def test_suggestions_say_what_changes_table_by_table(desk: DeskHouse) -> None:
    write(desk, policy_text("KH", 2), "suggest")
    wait_for_work(desk)

    page = write(desk, policy_text("KH", 2)).text

    assert re.search(r"What changes table by table: \d+", page)
    found = re.findall(r"<li>[^<]+: (\d+%) shown instead of (\d+%)</li>", page)
    assert found
    assert all(after != before for after, before in found)
    assert re.search(r"<li>[^<]+: no longer shared, instead of \d+% shown</li>", page)


def test_once_something_was_given_out_a_text_is_looked_at_before_it_is_kept(desk: DeskHouse) -> None:
    desk.ask("year", "sex")
    text = policy_text("KH", 2).replace("threshold: 5", "threshold: 8")
    early = write(desk, text, "save")
    assert early.status_code == 422
    assert "Press “Preview” first" in early.text

    write(desk, text, "preview")
    wait_for_work(desk)

    assert write(desk, text, "save").status_code == 303
    assert "Compared with version 1, which is in force" in write(desk, text).text


def test_the_tables_that_were_looked_at_are_those_that_answer(desk: DeskHouse) -> None:
    draft(desk)
    look(desk)
    publish(desk)
    wait_for_work(desk)

    question = desk.ask("year", "sex")

    found = desk.released(question)
    assert found is not None
    assert found.coverage[0].policy == "2"


def test_a_draft_that_was_replaced_meanwhile_is_not_signed(desk: DeskHouse) -> None:
    draft(desk)
    look(desk)
    (form,) = [f for f in forms_of(desk.get(f"{PAGE}/publish")) if f.action == f"{PAGE}/publish"]
    draft(desk, "threshold: 9\n")

    late = desk.browser.client.post(
        f"{PAGE}/publish", data={**form.hidden, "by": "controller", "passphrase": PASSPHRASE}
    )

    assert late.status_code == 409
    assert "threshold: 9" in late.text
    assert PASSPHRASE not in late.text
    assert "In force: version 1" in desk.get(PAGE)


def test_a_second_person_reviews_where_the_policy_asks_for_it(desk: DeskHouse) -> None:
    desk.give_key("dara")
    draft(desk, "threshold: 5\nreview: second person\n")
    look(desk)
    assert "A second person has to review the draft first." in desk.get(f"{PAGE}/publish")
    assert publish(desk).status_code == 422

    done = desk.post(f"{PAGE}/review", by="dara", passphrase=PASSPHRASE)

    assert done.headers["Location"] == f"{PAGE}?done=reviewed"
    done = publish(desk)
    assert done.status_code == 303, alerts(done.text)
    assert "reviewed by dara" in desk.get(PAGE)


def test_a_policy_is_revoked_with_a_reason_and_gone_back_to(desk: DeskHouse) -> None:
    empty = desk.post(f"{PAGE}/revoke", reason="", by="controller", passphrase=PASSPHRASE)
    assert empty.status_code == 422

    done = desk.post(f"{PAGE}/revoke", reason="a mistake", by="controller", passphrase=PASSPHRASE)

    assert done.headers["Location"] == f"{PAGE}?done=revoked"
    assert isinstance(decode(desk.member.log_entries()[-1]), PolicyRevoked)
    assert "No policy is in force." in desk.get(PAGE)
    version = f"{PAGE}/versions/1"
    assert "In plain language" in desk.get(version)
    assert desk.post(f"{version}/return", page=version).headers["Location"] == f"{PAGE}?done=drafted"
    assert "version: 2" in text_of(desk.get(EDIT))
    assert "is revoked" not in desk.get(f"{PAGE}/versions/1")


def test_a_newer_register_waits_until_its_tables_are_protected(desk: DeskHouse) -> None:
    assert "A newer register is loaded." not in desk.get(PAGE)
    keep_snapshot(desk.node, snapshot("KH"))
    assert "A newer register is loaded." in desk.get(PAGE)

    assert desk.post(f"{PAGE}/protect", page=PAGE).status_code == 303
    wait_for_work(desk)

    assert "A newer register is loaded." not in desk.get(PAGE)


def test_what_is_not_there_is_said(desk: DeskHouse) -> None:
    desk.get(f"{PAGE}/versions/7", 404)
    for step in ("publish", "review"):
        assert "There is no draft" in desk.get(f"{PAGE}/{step}", 409)
    desk.get("/controller/work/0123", 404)


def test_long_work_shows_how_far_it_is_and_ends_on_demand(desk: DeskHouse) -> None:
    draft(desk)
    page = write(desk, policy_text("KH", 2).replace("threshold: 5", "threshold: 6"), "suggest")
    (job,) = desk.desk_context.jobs.under_way()
    assert f"/controller/work/{job.id}" in page.text

    done = desk.post(f"/controller/work/{job.id}/cancel", page=f"/controller/work/{job.id}")

    assert done.status_code == 303
    assert "Stopped before completion." in desk.get(f"/controller/work/{job.id}")
    assert desk.desk_context.jobs.under_way() == []
    part = desk.browser.get(f"/controller/work/{job.id}", headers={"HX-Request": "true"})
    assert part.status_code == 286, "no script asks any further"
    assert "<h1>" not in part.text


def test_stricter_rules_of_the_node_are_named_in_the_language_of_the_page(
    desk: DeskHouse,
) -> None:
    draft(desk, "threshold: 5\npooled_years: 3\n")
    look(desk)

    page = desk.get(f"{PAGE}/publish")
    desk.browser.get("/language/km")
    khmer = desk.get(f"{PAGE}/publish")

    assert "Stricter than the policy requires" in page
    assert "Of the pooled years, only completed years are counted, and only all together" in page
    assert "ក្នុងចំណោមឆ្នាំដែលបូកបញ្ចូលគ្នា ឆ្នាំដែលបានចប់ត្រូវបានរាប់" in khmer
    assert "all together" not in khmer


def test_the_controller_reads_what_reruns_of_the_program_tell_in_the_language_of_the_page(
    desk: DeskHouse,
) -> None:
    draft(desk, "threshold: 5\n")
    look(desk)

    page = desk.get(f"{PAGE}/publish")
    desk.browser.get("/language/km")
    khmer = desk.get(f"{PAGE}/publish")

    assert "Repeated runs of the public program" in page
    assert "as the policy accepts (reruns)" in page
    assert "ដូចដែលគោលការណ៍ទទួលយក (reruns)" in khmer


class Tried:
    """A finished job: a suggestion for each of some edits."""

    def __init__(self, *best: Sequence[Edit]) -> None:
        self._best = best

    def __call__(self, kind: str, body: Mapping[str, Any]) -> "Tried":  # noqa: ARG002 - as any work
        return self

    def result(self, report: ReportProgress) -> Mapping[str, Any]:  # noqa: ARG002 - it has ended already
        rated = {"score": 0.5, "cells": 9, "withheld": 3, "changes": [], "shares": []}
        best = [
            {**rated, "written": [f"{e.key}: {e.value}" for e in made], "edits": [asdict(e) for e in made]}
            for made in self._best
        ]
        return {"tried": 30, "late": 0, "own": None, "best": best}

    def end(self) -> None:
        pass


def suggested(desk: DeskHouse, text: str) -> list[str]:
    """Ask for suggestions to a text; returns the values of the buttons beside the editor."""
    desk.desk_context.jobs.start = Tried(
        (Edit("threshold", "7"),), (Edit("finest", None, "outcome"), Edit("zeros", "protect"))
    )
    write(desk, text, "suggest")
    wait_for_work(desk)
    page = write(desk, text).text
    return re.findall(r'<button class="quiet" name="use" value="([^"]+)" form="policy"', page)


def test_a_suggestion_is_put_into_the_draft_by_a_click_and_nothing_typed_is_lost(desk: DeskHouse) -> None:
    text = policy_text("KH", 2).replace("threshold: 5", "threshold: 5  # people")
    first, second = suggested(desk, text)
    typed = {"questions": "questions: []  # mine", "quota": "50 a month"}

    page = write(desk, text, "", use=first, **typed).text

    assert "threshold: 7  # people\nquota: 50 a month" in text_of(page).replace("\n\n", "\n")
    assert "Added to the draft: threshold: 7 instead of 5." in page
    assert "A cell is small below 7 people, was 5." in page
    assert 'name="threshold" value="7"' in page or 'value="7"' in page.partition('name="threshold"')[2][:200]
    assert "questions: []  # mine" in page
    assert "The alternatives were evaluated on the earlier text" in page
    (form,) = [f for f in forms_of(page) if f.action == EDIT]
    both = desk.browser.client.post(
        EDIT,
        data={
            **fields_of(desk, form.hidden["before"]),
            **form.hidden,
            "text": form.hidden["before"],
            "use": second,
        },
    ).text
    assert "threshold: 7  # people" in text_of(both)
    assert "zeros: protect" in text_of(both)
    assert "outcome is no longer shared" in both
    assert "No draft" in desk.get(PAGE) or "Draft of version" not in desk.get(PAGE), "nothing is kept by it"


def test_a_suggestion_that_is_not_at_hand_any_more_leaves_what_was_typed(desk: DeskHouse) -> None:
    text = policy_text("KH", 2) + "legal_basis: typed just now\n"
    used, _ = suggested(desk, policy_text("KH", 2))

    for gone in ("0123456789ab 0", used.replace(" 0", " 7"), used.replace(" 0", " x"), "0"):
        page = write(desk, text, "", use=gone)

        assert page.status_code == 409
        assert "Press “Suggest alternatives” again." in page.text
        assert text_of(page.text) == text
    broken = write(desk, "share: [\n", "", use=used)
    assert broken.status_code == 422
    assert text_of(broken.text) == "share: [\n"
