"""The workflow of an extract: requested, approved by people other than the requester or refused, sealed once.

Every step is one transaction with its log entry, and is signed by a person with a valid key. Until refused,
an extract counts as given out for every extract prepared later.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from anonymisers.errors import AnonymiserError
from anonymisers.identity.pseudonym_domain import Domain
from anonymisers.identity.pseudonyms import pseudonyms
from anonymisers.records.fingerprint import fingerprint, record_order
from anonymisers.records.linkage import may_be_linked, one_says_all
from anonymisers.records.sealed_extract import Content, Label, moment_text, sealed_extract
from audit.events.events import whole_second
from audit.events.extract_events import ExtractApproved, ExtractRefused, ExtractRequested, ExtractSealed
from audit.formats.canonical import canonical_json
from audit.formats.commitment import commit
from gateway.member.errors import ExtractRefusedError
from gateway.member.model.extract import ExtractApproval, ExtractPlan, StoredExtract
from gateway.member.model.signing_key import Duty
from gateway.member.node import log_entries
from gateway.member.node.context import Node
from gateway.member.node.ports import View
from gateway.member.node.signed_statements import Act, check, digest, statement
from gateway.member.node.signing_keys import counting
from gateway.member.records.extract_preparation import (
    ExtractBasis,
    Prepared,
    basis_of,
    extract_rows,
    given_out,
    joined_with,
    joint_disclosure,
    permitted,
)
from gateway.member.records.extract_terms import sentences
from gateway.member.register.person_counts import placed

PERSON, NARRATIVE = "person", "narrative"
KIND = "person"
"""The kind of identifier behind an extract's pseudonyms: the person, as the member tells people apart."""
PLAN, REASON, CONTENT, FINGERPRINT = "plan", "reason", "content", "fingerprint"


@dataclass(frozen=True)
class EpochKey:
    """The key of this extract's pseudonyms. Never stored here."""

    number: int
    key: bytes


def words(plan: ExtractPlan, act: Act) -> str:
    """The statement to be signed: the act, and exactly this plan."""
    return statement(act, plan.member, extract=plan.extract, plan=digest(plan.to_text()))


def request(node: Node, prepared: Prepared, note: str) -> StoredExtract:
    """Ask for approval. `note`: `words` of the plan, signed by the requester.

    Raises SignatureRefusedError, and ExtractRefusedError when something was given out since the extract was
    prepared.
    """
    plan, now = prepared.plan, node.clock.now()
    with node.store.writing() as work:
        if given_out(work) != prepared.beside:
            raise ExtractRefusedError(
                "Other numbers or records were given out, or stand to be, since this extract was prepared.",
                remedy="Prepare it again: it must be safe beside them.",
            )
        earlier = [stored.plan for stored in work.extracts.all() if not stored.refused]
        if not all(one_says_all(plan.grain, p.grain) for p in joined_with(plan, earlier)):
            raise joint_disclosure()
        signed = check(note, words(plan, Act.REQUEST_EXTRACT), counting(work))
        opening = commit(PLAN, plan.to_text().encode())
        event = ExtractRequested(
            extract=plan.extract,
            member=node.member,
            recipient=plan.recipient,
            purpose=plan.purpose,
            policy_version=plan.policy_version,
            snapshot=plan.snapshot,
            plan=opening.commitment,
            signed_by=tuple(holder.key for holder in signed.by),
            at=whole_second(now),
        )
        index = log_entries.record(node, work, event, {PLAN: opening})
        stored = StoredExtract(
            plan, prepared.figures, prepared.disclosed, signed.by[0].name, note, now, index
        )
        work.extracts.add(stored, because=index)
    return stored


def approve(node: Node, extract: str, note: str) -> StoredExtract:
    """Approve as a person other than the requester. Raises ExtractRefusedError, SignatureRefusedError."""
    with node.store.writing() as work:
        stored = waiting(work, extract)
        signed = check(note, words(stored.plan, Act.APPROVE_EXTRACT), counting(work))
        name = signed.by[0].name
        if name == stored.requester:
            raise ExtractRefusedError(
                "Whoever asks for an extract cannot approve it.", remedy="Ask another person to review it."
            )
        if name in {approval.name for approval in work.extracts.approvals(extract)}:
            raise ExtractRefusedError(f"{name} has approved this extract already.")
        keys = tuple(holder.key for holder in signed.by)
        event = ExtractApproved(extract, node.member, keys, whole_second(node.clock.now()))
        index = log_entries.record(node, work, event, {})
        work.extracts.add_approval(extract, ExtractApproval(name, note), because=index)
    return stored


def refuse(node: Node, extract: str, reason: str, note: str) -> StoredExtract:
    """Refuse an extract for good, as any person with a valid key. Raises as `approve` does."""
    with node.store.writing() as work:
        stored = waiting(work, extract)
        signed = check(note, words(stored.plan, Act.REFUSE_EXTRACT), counting(work))
        opening = commit(REASON, reason.encode())
        keys = tuple(holder.key for holder in signed.by)
        at = whole_second(node.clock.now())
        event = ExtractRefused(extract, node.member, opening.commitment, keys, at)
        index = log_entries.record(node, work, event, {REASON: opening})
        work.extracts.refuse(extract, because=index)
    return stored


def seal(node: Node, extract: str, epoch: EpochKey, narratives: Mapping[str, str] | None = None) -> bytes:
    """The sealed file of an approved extract: made once, from the approved snapshot.

    `narratives`: case pseudonym -> redacted text, for a plan with narratives. Raises ExtractRefusedError for
    an extract without all approvals, sealed or refused before, or when the snapshot or the policy has changed
    since.
    """
    with node.store.writing() as work:
        stored = waiting(work, extract)
        basis = basis_of(node, work)
        _check_still_holds(node, work, stored, basis)
        fingerprint_key = secrets.token_bytes(32)
        content = _content(node, basis, stored.plan, epoch, narratives or {}, fingerprint_key)
        now = whole_second(node.clock.now())
        data = sealed_extract(_label(stored.plan, epoch, now), content)
        opening = commit(
            CONTENT, canonical_json([list(content.columns), [list(row) for row in content.rows]])
        )
        copy = commit(FINGERPRINT, fingerprint_key)
        event = ExtractSealed(
            extract=extract,
            member=node.member,
            recipient=stored.plan.recipient,
            reader=stored.plan.reader,
            epoch=epoch.number,
            content=opening.commitment,
            fingerprint=copy.commitment,
            expires=now + timedelta(days=stored.plan.days),
            at=now,
        )
        # The content itself is not kept: the plan, the snapshot and the key of the copy make it again.
        index = log_entries.record(node, work, event, {FINGERPRINT: copy})
        work.extracts.seal(extract, fingerprint_key, because=index)
    return data


def _label(plan: ExtractPlan, epoch: EpochKey, now: datetime) -> Label:
    return Label(
        id=plan.extract,
        member=plan.member,
        recipient=plan.recipient,
        purpose=plan.purpose,
        epoch=epoch.number,
        reader=plan.reader,
        made=moment_text(now),
        expires=moment_text(now + timedelta(days=plan.days)),
    )


def waiting(view: View, extract: str) -> StoredExtract:
    """An extract that is neither sealed nor refused. Raises ExtractRefusedError."""
    stored = view.extracts.find(extract)
    if stored is None:
        raise ExtractRefusedError(
            "There is no such extract here.", remedy="`safelane extract review` lists those that there are."
        )
    if stored.state != "waiting":
        raise ExtractRefusedError(f"This extract was {stored.state} already.", remedy="Prepare a new one.")
    return stored


def copy_of(node: Node, stored: StoredExtract, epoch: EpochKey) -> Sequence[str]:
    """The pseudonyms of a sealed extract in the order of its copy, for comparison with a leaked copy.

    Raises ExtractRefusedError when the extract's snapshot is no longer the newest.
    """
    with node.store.reading() as view:
        basis = basis_of(node, view)
    if stored.fingerprint is None or basis.record.id != stored.plan.snapshot:
        raise ExtractRefusedError("This copy cannot be made again: its snapshot was replaced.")
    return [row[0] for row in _content(node, basis, stored.plan, epoch, {}, stored.fingerprint).rows]


def _check_still_holds(node: Node, view: View, stored: StoredExtract, basis: ExtractBasis) -> None:
    plan = stored.plan
    check(stored.note, words(plan, Act.REQUEST_EXTRACT), view.holders())
    people = {holder.key: holder for holder in view.holders()}
    approvals = [
        approval for approval in view.extracts.approvals(plan.extract) if approval.name != stored.requester
    ]
    signed = [
        check(approval.note, words(plan, Act.APPROVE_EXTRACT), people.values()).by for approval in approvals
    ]
    names = {holder.name for by in signed for holder in by}
    duties = {holder.duty for by in signed for holder in by}
    if len(names) < plan.persons or Duty.CONTROLLER not in duties:
        raise ExtractRefusedError(
            "This extract needs approval by people other than the requester, at least one controller: "
            f"{plan.persons}.",
            remedy="They approve it with `safelane extract approve`.",
        )
    if basis.record.id != plan.snapshot or basis.policy_version != plan.policy_version:
        raise ExtractRefusedError(
            "The data or the policy changed since this extract was prepared.",
            remedy="Prepare it again: consent may have been withdrawn.",
        )
    permitted(node, basis, plan)


def _content(  # noqa: PLR0917 - the plan, and everything that its records follow from
    node: Node,
    basis: ExtractBasis,
    plan: ExtractPlan,
    epoch: EpochKey,
    narratives: Mapping[str, str],
    fingerprint_key: bytes,
) -> Content:
    finest = {column: basis.cube_plan.finest[column] for column in plan.columns}
    rows = extract_rows(node, basis)
    dims, coords, inside = placed(basis.snapshot, node.dictionary, finest, rows, basis.cube_plan.years)
    codes = []
    for axis, (dim, depth) in enumerate(zip(dims, plan.depths, strict=True)):
        places = [
            next(p for p in dim.ancestors(place) if dim.depth[p] <= depth) for place in range(len(dim.codes))
        ]
        codes.append([dim.codes[places[p]] for p in coords[:, axis].tolist()])
    combined = list(zip(*codes, strict=True))
    shown = set(plan.groups)
    kept = [i for i, group in enumerate(combined) if group in shown]
    row_of = np.flatnonzero(inside)
    links = basis.snapshot.links
    person_of, case_of = links["person"], links["case"]  # once: a snapshot may make these texts anew
    people = [person_of[row_of[i]].decode("ascii") for i in kept]
    cases = [case_of[row_of[i]].decode("ascii") for i in kept]
    names = _names(plan, epoch, people, cases, [combined[i] for i in kept])
    columns = [i for i, depth in enumerate(plan.depths) if depth]
    table = [
        (name, *(combined[i][c] for c in columns), *((narratives.get(case, ""),) if plan.narratives else ()))
        for name, case, i in zip(names, cases, kept, strict=True)
    ]
    heading = (PERSON, *(plan.columns[c] for c in columns), *((NARRATIVE,) if plan.narratives else ()))
    shuffled = tuple(table[i] for i in record_order(fingerprint_key, len(table)))
    return Content(heading, shuffled, sentences(plan), fingerprint(fingerprint_key))


def _names(
    plan: ExtractPlan,
    epoch: EpochKey,
    people: Sequence[str],
    cases: Sequence[str],
    records: Sequence[tuple[str, ...]],
) -> list[str]:
    """The pseudonym of each record: of its person; of its case where too few people have the same records."""
    linked = may_be_linked(people, records, plan.k)
    values = [p if may else c for p, c, may in zip(people, cases, linked.tolist(), strict=True)]
    domain = Domain(plan.member, epoch.number, plan.recipient, plan.purpose, KIND)
    try:
        return pseudonyms(epoch.key, domain, values)
    except AnonymiserError as error:
        raise ExtractRefusedError(error.message, remedy=error.remedy) from None
