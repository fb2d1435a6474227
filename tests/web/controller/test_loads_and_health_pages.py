"""Loads with their report and rejected rows, keys and the node's health: with and without data."""

import time

from desk_house import DeskHouse

from gateway.watching.recovering import Loss
from gateway.web.controller.common.job_runner import Kind

LOADS, HEALTH = "/controller/loads", "/controller/health"


def wait_for_work(desk: DeskHouse) -> None:
    end = time.monotonic() + 120
    while desk.desk_context.jobs.under_way():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_a_snapshot_without_a_report_is_said(desk: DeskHouse) -> None:
    page = desk.get(LOADS)

    assert "The report of this load is not in the node" in page
    assert "No register is configured for this node." in page


def test_rejected_rows_are_listed_by_line_and_paged(desk: DeskHouse) -> None:
    assert "Nothing was rejected." in desk.get(f"{LOADS}/rejected")
    rows = [f"victims.csv,<b>Sex</b>,not a province of this state,{n}" for n in range(2, 72)]
    (desk.directory / "rejects.csv").write_text("table,column,problem,line\n" + "\n".join(rows) + "\n")

    first, second = desk.get(f"{LOADS}/rejected"), desk.get(f"{LOADS}/rejected?from=50")

    assert first.count("<tr><td>") == 50
    assert "1 to 50 of 70" in first
    assert second.count("<tr><td>") == 20
    assert "&lt;b&gt;Sex&lt;/b&gt;" in first
    assert "<b>Sex" not in first
    assert desk.get(f"{LOADS}/rejected?from=-3").count("<tr><td>") == 50


def test_a_damaged_report_is_as_if_there_were_none(desk: DeskHouse) -> None:
    (desk.directory / "quality.json").write_text('{"version": 1, "years": 3}')

    assert "The next load creates a new report." in desk.get(LOADS)


def test_the_node_lists_its_logs_keys_and_witnesses(desk: DeskHouse) -> None:
    desk.ask("year", "sex")
    desk.member.round()

    page = desk.get(HEALTH)

    assert "No open alerts." in page
    assert '<th scope="row">controller</th>' in page
    assert "stored on this node" in page
    assert "Other witnesses" in page


def test_a_restored_node_says_what_it_lost_and_what_to_do(desk: DeskHouse) -> None:
    """Lost for good are entries of which nobody knows more than the hash."""
    at = desk.member.node.clock.now()
    with desk.member.node.store.notes() as notes:
        notes.recovery.keep_loss(Loss(90, 93, 3, certain=True, at=at, because=93))
    assert "Entries that its log had signed since: 3. All were given back." in desk.get(HEALTH)

    with desk.member.node.store.notes() as notes:
        notes.recovery.keep_loss(Loss(95, 98, 1, certain=False, at=at, because=98))
    page = desk.get(HEALTH)
    assert "Lost for good: 2. So it answers nothing until you load the register" in page


def test_a_full_health_check_runs_beside_the_pages(desk: DeskHouse) -> None:
    assert desk.post(HEALTH).status_code == 303
    assert "Checking the node" in desk.get(HEALTH)
    wait_for_work(desk)

    page = desk.get(HEALTH)

    assert "for its owner only" in page
    assert "cannot be reached" in page


def test_a_load_without_a_register_says_what_to_do(desk: DeskHouse) -> None:
    desk.desk_context.jobs.begin(Kind.LOAD, {}, by="dara")
    wait_for_work(desk)
    (job,) = [desk.desk_context.jobs.latest(Kind.LOAD)]
    assert job is not None

    page = desk.get(f"/controller/work/{job.id}")

    assert "No register is configured for this node." in page
    assert "The operator sets" in page


def test_tables_are_protected_beside_the_pages(desk: DeskHouse) -> None:
    desk.desk_context.jobs.begin(Kind.PROTECT, {}, by="dara")
    wait_for_work(desk)
    job = desk.desk_context.jobs.latest(Kind.PROTECT)
    assert job is not None

    assert "Questions are answered from the tables of policy version 1" in desk.get(
        f"/controller/work/{job.id}"
    )
