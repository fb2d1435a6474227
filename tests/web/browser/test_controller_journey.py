"""A controller's work in a real browser, on the real region: a policy changed, leave given, looked at."""

import io
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from browsing import Browsing, check_axe
from keyboard import Keys
from playwright.sync_api import Page, expect
from signing_in_by_keys import signed_in

from gateway.demo.preparing import PASSPHRASE
from gateway.demo.sign_in_links import new_links

pytestmark = pytest.mark.processes

MOST_KEYS = 60
SIGNING_IN = 3
"""Keys of signing in, beside the letters of name, passphrase and code."""
WHOLE = 300_000
"""Milliseconds that long work may take on a busy machine."""


def kept(page: Page, name: str) -> None:
    """A picture of the page in each view, and no findings of axe-core."""
    check_axe(page, picture=f"controller-{name}")


def sign(page: Page, button: str) -> None:
    """The second step: the key's holder, the passphrase, the signing button."""
    page.get_by_label("Signing key").select_option("controller")
    page.get_by_label("Passphrase of this key").fill(PASSPHRASE)
    page.get_by_role("button", name=button).click()


def publish_draft(page: Page) -> None:
    """From the page of the policy to a draft that is previewed, signed and in force."""
    page.get_by_role("link", name="Preview and publish …").first.click()
    page.get_by_role("button", name=re.compile("Preview|Sign and publish")).first.wait_for()
    if page.get_by_role("button", name="Preview").count():
        page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name=re.compile("Sign and publish")).wait_for(timeout=WHOLE)
    accept = page.get_by_label("I accept that the groups listed")
    if accept.count():
        accept.check()
    sign(page, "Sign and publish")
    page.get_by_role("heading", name=re.compile("In force: version")).wait_for()


@pytest.fixture
def own(look: Browsing) -> Iterator[Page]:
    """The controller at work; afterwards the node has its former policy again."""
    page = look.page("controller", "/controller/policy")
    page.context.set_default_timeout(WHOLE)
    left = page.get_by_role("button", name="Discard draft")
    if left.count():
        left.click()
        expect(page.locator("main")).to_contain_text("The draft is discarded.")
    before = re.search(r"In force: version (\d+)", page.content())
    assert before is not None
    yield page
    page.goto(f"{look.url('controller')}/controller/policy/versions/{before[1]}")
    if page.get_by_role("button", name="Use as the draft").count():
        page.get_by_role("button", name="Use as the draft").click()
        publish_draft(page)


def member_of(look: Browsing) -> str:
    """The member of the signed-in controller."""
    places = (link.person.place for link in new_links(look.directory) if link.person.role == "controller")
    return next(places).rpartition("/")[2]


def waiting_question(look: Browsing) -> Page:
    """An analyst asks a question that is not ready-made, reads that a person decides, and gives an hour."""
    ask = f"/ask?by=year&by=sex&where=country:{member_of(look)}&purpose=regional-reporting&measure=casualties"
    page = look.page("analyst", ask)
    page.context.set_default_timeout(WHOLE)
    for _ in range(60):  # the member says with its next call what it shares now
        if "approval by a person is required first" in page.locator("#summary").inner_text():
            break
        page.wait_for_timeout(1000)
        page.reload()
    expect(page.locator("#summary")).to_contain_text("Approval takes time")
    page.goto(f"{look.url()}{ask}&within=3600")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_url(re.compile("/questions/q-"))
    page.get_by_text("approval pending").wait_for()
    kept(page, "analyst-waits")
    page.evaluate("window.stays = 'here'")
    return page


def register_of(look: Browsing, part: int = 1) -> bytes:
    """The register of the signed-in controller's member, as one zip; of the casualties one in `part`."""
    stream = io.BytesIO()
    source = look.directory / "members" / member_of(look) / "source"
    paths = sorted(source.glob("*.csv"), key=lambda path: path.stat().st_size)
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for path in paths:
            headings, *rows = path.read_bytes().splitlines(keepends=True)
            step = part if path == paths[-1] else 1
            package.writestr(path.name, headings + b"".join(rows[::step]))
    return stream.getvalue()


def test_a_register_is_uploaded_without_scripts_and_checked(look: Browsing) -> None:
    plain = look.page("controller", "/controller/loads/upload", scripts=False)
    plain.context.set_default_timeout(WHOLE)
    chosen = plain.get_by_label("The register", exact=True)
    chosen.set_input_files({"name": "notes.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
    plain.get_by_role("button", name="Upload and check").click()
    expect(plain.locator("main")).to_contain_text("not of a kind that can be read")
    body = {"name": "register.zip", "mimeType": "application/zip", "buffer": register_of(look)}
    plain.get_by_label("The register", exact=True).set_input_files(body)
    plain.get_by_role("button", name="Upload and check").click()
    plain.get_by_role("button", name="Load", exact=True).wait_for()  # the page asks again by itself
    expect(plain.locator("main")).to_contain_text("Nothing is different from the newest snapshot.")

    page = look.page("controller", urlsplit(plain.url).path)
    kept(page, "upload")
    page.get_by_role("button", name="Discard").click()
    expect(page).to_have_url(re.compile("/controller/loads$"))


def test_a_part_of_a_register_asks_before_it_is_loaded(look: Browsing) -> None:
    page = look.page("controller", "/controller/loads/upload")
    page.context.set_default_timeout(WHOLE)
    body = {"name": "register.zip", "mimeType": "application/zip", "buffer": register_of(look, part=4)}
    page.get_by_label("The register", exact=True).set_input_files(body)
    page.get_by_role("button", name="Upload and check").click()
    load = page.get_by_role("button", name="Load", exact=True)
    load.wait_for()
    kept(page, "upload-asks")
    load.click()  # the browser asks for one of the two first
    expect(page.get_by_role("button", name="Discard")).to_be_visible()
    page.get_by_label("The file replaces the register").check()
    load.click()
    expect(page.locator("main")).to_contain_text("Say how many rows must count")
    expect(page.get_by_label("The file replaces the register")).to_be_checked()
    page.get_by_role("button", name="Discard").click()
    expect(page).to_have_url(re.compile("/controller/loads$"))


def test_a_figure_is_looked_at_registered_and_withdrawn(look: Browsing) -> None:
    page = look.page("controller", "/controller/figures")
    page.get_by_label("Period").fill("2019")
    page.get_by_label("Number of people").fill("1")
    page.get_by_label("Source").fill("Invented report, page 4")
    page.get_by_label("Date of publication").fill("2020-02-01")
    page.get_by_role("button", name="Review").click()
    expect(page.locator("main")).to_contain_text("The register has another number here")
    kept(page, "figure-asked")
    page.get_by_role("button", name="Register", exact=True).click()
    expect(page.locator("main")).to_contain_text("will be used by the next tables")
    kept(page, "figures")
    page.get_by_text("Withdraw …").first.click()
    page.get_by_role("button", name="Withdraw: 2019").click()
    expect(page.locator("main")).to_contain_text("The figure is withdrawn.")


def sign_by_keys(keys: Keys) -> None:
    """To the key's holder, who is chosen by her first letter, the passphrase, and Enter."""
    keys.to("#by")
    keys.press("c")
    expect(keys.page.get_by_label("Signing key")).to_have_value("controller")
    keys.to("#passphrase")
    keys.write(PASSPHRASE)
    keys.press("Enter")


def policy_changed_by_keys(look: Browsing) -> None:
    """The controller's main job by the keyboard alone: sign in, change the policy, preview it, sign it."""
    keys = signed_in(look, "controller")
    page = keys.page
    page.context.set_default_timeout(WHOLE)
    keys.into_the_page()
    keys.open("a[href='/controller/policy/edit']", leads_to="**/controller/policy/edit")
    keys.into_the_page()
    keys.open("a.skip[href='#sections']")
    keys.open("summary:has(+ .fields #approval-others)")
    keys.to("#approval-others")
    keys.press("Home", "ArrowDown", "ArrowDown")
    expect(page.get_by_label("Other questions are answered")).to_have_value("one person")
    keys.to("#quota")
    keys.write("50 a month")
    keys.open("button[value=save]")
    page.get_by_text("The draft is saved.").wait_for()
    keys.into_the_page()
    keys.open("a[href='/controller/policy/publish']", leads_to="**/controller/policy/publish")
    keys.into_the_page()
    keys.open("form[action$='/preview'] button:not(.quiet)")
    page.get_by_role("button", name=re.compile("Sign and publish")).wait_for()
    expect(page.locator("p.lead")).to_be_focused()  # where the keyboard goes on after the preview
    if page.get_by_label("I accept that the groups listed").count():
        keys.to("[name=accept]")
        keys.press("Space")
    sign_by_keys(keys)
    page.get_by_role("heading", name=re.compile("In force: version")).wait_for()
    assert keys.pressed <= MOST_KEYS, keys.pressed


def test_a_policy_is_changed_and_an_answer_is_approved_by_the_keyboard_alone(
    look: Browsing, own: Page
) -> None:
    policy_changed_by_keys(look)
    own.goto(f"{look.url('controller')}/controller/policy/edit")
    text = own.get_by_label("The document")
    expect(text).to_have_value(re.compile("approval: {ready_made: automatic, others: one person}"))
    own.get_by_text("Approval and quotas").click()
    own.get_by_label("Quota for each recipient").fill("40 a month")
    own.get_by_role("button", name="Apply my changes").first.click()
    expect(own.locator("main")).to_contain_text("tightened")
    kept(own, "edit")
    own.get_by_role("button", name="Save as the draft").first.click()
    kept(own, "draft")
    own.get_by_role("button", name="Discard draft").click()
    kept(own, "published")

    analyst = waiting_question(look)
    question = analyst.url.rpartition("/")[2]
    plain = look.page("controller", "/controller/approvals", scripts=False)
    for _ in range(60):
        if question in plain.content():
            break
        plain.wait_for_timeout(500)
        plain.reload()
    for step, name in (("", "approvals"), (f"/{question}", "approval"), (f"/{question}/approve", "approve")):
        own.goto(f"{look.url('controller')}/controller/approvals{step}")
        kept(own, name)
    own.goto(f"{look.url('controller')}/controller/approvals/{question}/refuse")
    kept(own, "refuse")
    plain.goto(f"{look.url('controller')}/controller/overview")
    keys = Keys(plain)
    keys.into_the_page()
    keys.open(f"a[href$='{question}']", leads_to=f"**/{question}")
    expect(plain.locator("main")).to_contain_text("Answer to be sent")
    keys.into_the_page()
    keys.open("a[href$='/approve']", leads_to="**/approve")
    keys.into_the_page()
    sign_by_keys(keys)
    plain.get_by_text("Approved.").wait_for()
    assert keys.pressed <= MOST_KEYS - SIGNING_IN, keys.pressed
    own.goto(f"{look.url('controller')}/controller/asked/{question}")
    expect(own.locator("main")).to_contain_text("The answer that was sent")
    analyst.locator("table.release").wait_for()
    assert analyst.evaluate("window.stays") == "here", "the table came without a reload"
    kept(own, "asked-one")
