"""Loads a national source into a node: read by its mapping, whole or not at all."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from audit.reading.messages import Message, message
from gateway.bootstrap.loading.engine_choice import files_for_engine, room_in
from gateway.bootstrap.loading.internal_pseudonyms import Form, InternalPseudonyms
from gateway.bootstrap.loading.load_choices import NOTHING_SAID, LoadChoices, refuse_too_few
from gateway.bootstrap.loading.load_mark import marked
from gateway.bootstrap.loading.load_report import write_load_report
from gateway.bootstrap.loading.source_location import access_of
from gateway.bootstrap.loading.vault_filling import Filling, engine_redaction
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_member import person_key
from gateway.keys.custody import read_custody
from gateway.member.errors import CannotBeAddedError, NoSuchPersonError
from gateway.member.model.loaded_snapshot import LoadedSnapshot
from gateway.member.model.record_changes import Changes
from gateway.member.model.snapshot import Snapshot
from gateway.member.model.vault_load import VaultLoad
from gateway.member.node.context import Node
from gateway.member.register.consent import change_consent
from gateway.member.register.missing_cases import LoadedAs
from gateway.member.register.recomputation import compare_again, newest
from gateway.member.register.snapshot_loading import KeptSnapshot, keep_snapshot
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.dates import UnreadableError
from gateway.sources.model.errors import SourceError
from gateway.sources.model.findings import Findings
from gateway.sources.model.mapping import SourceMapping
from gateway.sources.model.tables import Fetched
from gateway.sources.model.targets import CASE, PERSON
from gateway.sources.model.words import plain
from gateway.sources.quality.load import Load, load
from gateway.sources.quality.load_differences import Differences, differences
from gateway.sources.rows.convert import case_number, personal_number
from gateway.sources.rows.load_progress import Progress

MOST_REPORTED = 5


@dataclass(frozen=True)
class Loaded:
    """The kept snapshot, the rows read, and the report on data quality. Confidential to the member.

    `casualties`: of the kept snapshot, which has more than the file where the file was added. `changes` are
    the differences to the snapshot before; None for the first snapshot.
    """

    kept: LoadedSnapshot
    casualties: int
    load: Load
    quality: str
    changes: Changes | None
    begun_before: datetime | None = None
    """When a load began that was killed, and of which no row was loaded."""
    fetch_note: Message | None = None
    """What was done with rows that had come over a network before, in one sentence; None where none had."""


def load_source(
    directory: Path,
    node: Node,
    source: Path | str,
    mapping: str,
    progress: Progress = lambda _: None,
    *,
    as_of: date | None = None,
    choices: LoadChoices = NOTHING_SAID,
) -> Loaded:
    """Read a source by its mapping and keep the snapshot.

    `source`: a file, a folder, the URL of a database, the address of a program that serves the register, or
    "" for the address that the mapping names.

    `as_of` is the register date, today where none is given: a year that was over then, embargo included,
    counts whether or not anybody was hurt in it. An older export needs its own date, or its missing years
    would look empty.

    The report on data quality and the list of unreadable values are stored in `directory`.

    Values that the mapping keeps enter the node's vault with the snapshot and replace the former vault
    records.

    `choices` are what the controller says of this load. A load of which fewer rows count than demanded, or
    that lacks many known cases without a word about it, is refused.

    Raises MappingError or SourceError, and keeps the former snapshot, when the source cannot be read whole or
    `as_of` lies in the future; NoVaultError when the mapping keeps values and the node has no vault;
    CasesMissingError and CannotBeAddedError.
    """
    today = node.clock.now().date()
    if as_of is not None and as_of > today:
        raise SourceError(f"The register date {as_of} lies in the future; today is {today} (UTC).")
    rules = parse_mapping(mapping, node.dictionary, member=node.member)
    _refuse_addition_to_vault(rules, choices)
    findings = Findings()
    with ExitStack() as stack:
        begun_before = stack.enter_context(marked(directory, node.clock.now()))
        opened = stack.enter_context(
            open_source(str(source), rules, findings, access_of(directory, progress))
        )
        for_engine = files_for_engine(source, rules, choices.by_engine, opened)
        pseudonymise = stack.enter_context(
            internal_pseudonyms(directory, node, by_engine=for_engine is not None)
        )
        filling = _filling(directory, rules)
        if filling is not None:
            stack.enter_context(filling)
        loaded = load(
            opened,
            rules,
            node.dictionary,
            pseudonymise=pseudonymise,
            today=as_of or today,
            findings=findings,
            keeper=filling,
            progress=progress,
            for_engine=for_engine,
            room=room_in(directory),
            look_for_likely=True,
        )
        _refuse_nothing(node, loaded)
        refuse_too_few(loaded, choices.least(rules))
        since = since_former(node, loaded.snapshot, adds=choices.loaded_as is LoadedAs.ADDITION)
        kept = _kept(node, loaded, None if filling is None else filling.filled(), rules, choices)
    quality = write_load_report(directory, loaded, findings, node.dictionary, since)
    fetch_note = opened.fetch_note if isinstance(opened, Fetched) else None
    return Loaded(kept.loaded, kept.casualties, loaded, quality, kept.changes, begun_before, fetch_note)


def _refuse_addition_to_vault(rules: SourceMapping, choices: LoadChoices) -> None:
    if rules.kept and choices.loaded_as is LoadedAs.ADDITION:
        raise CannotBeAddedError(
            message("The mapping keeps values in the vault, which holds those of one load."),
            remedy=message("Load the whole register, as a replacement."),
        )


def _kept(
    node: Node, loaded: Load, vault: VaultLoad | None, rules: SourceMapping, choices: LoadChoices
) -> KeptSnapshot:
    return keep_snapshot(
        node,
        loaded.snapshot,
        vault,
        loaded_as=choices.loaded_as,
        least_counted=choices.least(rules),
        least_of_mapping=rules.least_counted,
        activities=loaded.activities,
    )


def _refuse_nothing(node: Node, loaded: Load) -> None:
    """Refuse a source without a single countable row: the mapping is wrong, or the file is cut off."""
    if len(loaded.snapshot):
        return
    with node.store.reading() as view:
        former = view.snapshot()
    if not loaded.rows and (former is None or not len(former[1])):
        return
    found = sorted(loaded.findings, key=lambda f: -f.count)[:MOST_REPORTED]
    faults = "".join(f"\n  {finding}" for finding in found)
    raise SourceError(
        f"None of the {loaded.rows} rows can be counted; nothing was loaded.{faults}",
        remedy="Look at the mapping's dates and case numbers, and whether the file is whole.",
    )


def since_former(node: Node, snapshot: Snapshot, *, adds: bool = False) -> Differences | None:
    """What differs in a snapshot from the newest one of the node; None where there is none."""
    with node.store.reading() as view:
        former = view.snapshot()
    return None if former is None else differences(former[1], snapshot, adds=adds)


def recompute(
    directory: Path,
    node: Node,
    source: Path | str,
    mapping: str,
    progress: Progress = lambda _: None,
) -> LoadedSnapshot:
    """Read a source again as on the day of the newest snapshot, and compare; nothing is kept.

    Returns the recomputed snapshot. Raises SnapshotDiffersError, NothingToProtectError, and the errors of
    `load_source` for a mapping or a source.
    """
    kept = newest(node)
    rules = parse_mapping(mapping, node.dictionary, member=node.member)
    findings = Findings()
    with (
        internal_pseudonyms(directory, node) as pseudonymise,
        open_source(str(source), rules, findings, access_of(directory, progress)) as opened,
    ):
        again = load(
            opened,
            rules,
            node.dictionary,
            pseudonymise=pseudonymise,
            today=kept.snapshot.created,
            findings=findings,
            progress=progress,
            for_engine=files_for_engine(source, rules, None, opened),
            room=room_in(directory),
        )
    compare_again(node, kept, again.snapshot, again.activities)
    return kept.loaded


def consent_of(directory: Path, node: Node, number: str, code: str, *, of_case: bool) -> int:
    """Set a person's consent to `code`, by the person's own number or by a case's number.

    Returns the number of cases changed at once. Raises NoSuchPersonError.
    """
    link, kind, canonical = ("case", CASE, case_number) if of_case else ("person", PERSON, personal_number)
    try:
        value = canonical(plain(number))
    except UnreadableError:
        raise NoSuchPersonError(
            "This cannot be a number of a register; nothing was changed.",
            remedy="Type it as it stands there.",
        ) from None
    (pseudonym,) = internal_pseudonyms(directory, node)(kind, [value]).texts()
    return change_consent(node, link, pseudonym.decode("ascii"), code)


def internal_pseudonyms(directory: Path, node: Node, *, by_engine: bool = False) -> InternalPseudonyms:
    """Return the maker of internal pseudonyms: the same for the same number, load after load.

    `by_engine`: whether the engine shall read the source, which decides the form of a first snapshot.
    """
    with node.store.reading() as view:
        former = view.snapshot()
    form = Form.of(None if former is None else former[1], by_engine=by_engine)
    return InternalPseudonyms(person_key(directory), node.member, form)


def _filling(directory: Path, rules: SourceMapping) -> Filling | None:
    """Return the vault filling; None where the mapping keeps nothing."""
    if not rules.kept:
        return None
    return Filling(directory, read_custody(Layout(directory).keys), rules.kept, engine_redaction)
