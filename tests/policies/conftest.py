"""A small vocabulary with everything that a policy can name, and short ways to say a policy and a request."""

from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import dedent

import pytest

from policies import Policy, Request, Vocabulary, load_policy

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)

WORDS = Vocabulary(
    dimensions={
        "place": ("district", "province", "province_group"),
        "date": ("quarter", "year", "year_band5"),
        "age": ("band_va", "adult_child"),
        "sex": ("sex",),
        "device": ("device_type", "device_group"),
        "activity": ("activity", "activity_group"),
        "civ_status": ("civ_status",),
        "outcome": ("outcome",),
        "disability": ("disability",),
        "injury.EYE": ("injury.EYE",),
        "injury.EAR": ("injury.EAR",),
        "service.REH": ("service.REH",),
        "service.PSS": ("service.PSS",),
    },
    roots={"place": "country"},
    sensitive=frozenset({"civ_status", "outcome", "device", "activity", "injury.EYE", "injury.EAR"}),
    measures={
        "casualties": "people killed or injured",
        "accidents": "accidents with casualties",
        "services": "services to victims",
        "service_cost": "cost of services",
    },
    purposes={
        "regional-reporting": "regional statistics",
        "treaty-reporting": "treaty reports",
        "service-planning": "planning of services",
        "research": "research approved by an ethics board",
        "public-information": "published to everyone",
    },
    recipients=frozenset(
        {
            "ARMAC",
            "Victim Assistance Network authorities",
            "Victim Assistance Network members",
            "accredited researchers",
            "public",
        }
    ),
    roles=frozenset({"analyst", "auditor"}),
    members=frozenset({"KH", "LA", "TH", "PH"}),
    ready_made=frozenset({"outcome-by-year", "device-by-year", "sex-and-age-by-year"}),
    packs={
        "canonical-questions": ("outcome-by-year", "device-by-year"),
        "article-7": ("sex-and-age-by-year",),
    },
    never_shared=frozenset({"national_id", "narrative"}),
    texts={"year": "year", "quarter": "quarter", "device_type": "device type"},
)

HEAD = """\
member: KH
version: 1
valid_from: 2026-01-01
"""
ARMAC_REPORTS = "{with: ARMAC, for: [regional-reporting, treaty-reporting]}"


@pytest.fixture(scope="session")
def words() -> Vocabulary:
    return WORDS


@pytest.fixture(scope="session")
def at() -> datetime:
    """A moment at which the policies of the tests are in force."""
    return AT


@pytest.fixture(scope="session")
def policy() -> Callable[..., Policy]:
    """`policy(rest, share=...)`: KH's policy with these lines beside the four that it must have."""

    def make(rest: str = "", *, share: str = ARMAC_REPORTS, head: str = HEAD) -> Policy:
        return load_policy(f"{head}share: [{share}]\n{dedent(rest)}", WORDS)

    return make


@pytest.fixture(scope="session")
def request_for() -> Callable[..., Request]:
    """`request_for("date.year", "outcome.outcome", purpose=...)`: ARMAC asking KH for casualties."""

    def make(*levels: str, **others: object) -> Request:
        parts: dict[str, object] = {
            "member": "KH",
            "recipient": "ARMAC",
            "role": "analyst",
            "purpose": "regional-reporting",
            "measure": "casualties",
            "levels": [_level_of(text) for text in levels],
        }
        return Request.of(**(parts | others))  # type: ignore[arg-type]

    return make


def _level_of(text: str) -> tuple[str, str]:
    dimension, _, level = text.rpartition(".")
    if dimension in ("injury", "service"):
        return text, text
    return dimension, level
