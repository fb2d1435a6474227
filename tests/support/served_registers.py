"""Loads and drafts of a register that a program serves, as a node makes them."""

from datetime import date

from gateway.dictionary import regional
from gateway.sources.files.opening import draft_mapping, open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.quality.load import Load, load
from gateway.sources.services.service_source import Access

TODAY = date(2026, 11, 25)


def load_place(place: str, mapping: str, access: Access) -> Load:
    """The load of a register as its mapping reads it."""
    rules, findings = parse_mapping(mapping, regional()), Findings()
    with open_source(place, rules, findings, access) as source:
        return load(
            source,
            rules,
            regional(),
            pseudonymise=lambda kind, values: [f"{kind}:{value}" for value in values],
            today=TODAY,
            findings=findings,
        )


def draft(place: str, member: str, access: Access) -> str:
    """The text of a draft."""
    return draft_mapping(place, member, regional(), TODAY, access)


def columns(loaded: Load) -> dict[str, list[str]]:
    """What each dimension says, row by row."""
    return {name: column.values() for name, column in loaded.snapshot.columns.items()}
