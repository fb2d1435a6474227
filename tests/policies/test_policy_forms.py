"""The forms of a policy beside its document: canonical text, digest, records for a log, JSON Schema."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from importlib import resources
from typing import Any

import jsonschema_rs
import pytest
from ruamel.yaml import YAML

from policies import Policy, PolicyError, Request, Vocabulary, decide, load_policy
from policies.decision.record import decision_record, read_request, request_record
from policies.document.canonical import canonical_text, digest
from policies.document.schema import json_schema, shipped_schema
from policies.model.frozen import FrozenMap

MakePolicy = Callable[..., Policy]
MakeRequest = Callable[..., Request]


def test_the_canonical_text_says_what_was_left_to_a_default(policy: MakePolicy) -> None:
    assert canonical_text(policy("finest: {date: year}\nlegal_basis: 'a: b'")) == (
        """\
member: KH
data_set: victims
version: 1
valid_from: 2026-01-01
valid_until: 2027-12-31
legal_basis: "a: b"
review: none
share:
  - with: [ARMAC]
    for: [regional-reporting, treaty-reporting]
    measures: [accidents, casualties]
    finest: {date: year}
    max_dimensions: 3
never: []
finest: {date: year}
max_dimensions: 3
threshold: 5
zeros: partner
priority: [canonical-questions, article-7]
keep: []
mechanism: suppression
dominance: {largest: 2, share_percent: 85, p_percent: 10}
population: {consent: [AGG, REC], victims: [DIR]}
embargo: 90 days
release: twice a year
appears: on its own
record_level: never
"""
    )


def test_a_digest_follows_the_meaning_not_the_writing(policy: MakePolicy) -> None:
    one = policy("embargo: 90 days  # as agreed\nzeros: partner")
    other = policy('zeros: "partner"')

    assert digest(one) == digest(other)
    assert digest(one) != digest(policy("embargo: 91 days"))
    assert len(digest(one)) == 64


@pytest.mark.parametrize(
    "basis", ['an order: "7"', "# 5", "ຂໍ້ຕົກລົງ", "a \\ b", "- x", "yes", "2026", "[a]", "*x"]
)
def test_any_line_of_text_survives_the_canonical_form(
    policy: MakePolicy, words: Vocabulary, basis: str
) -> None:
    written = policy(f"legal_basis: {json.dumps(basis)}")

    assert load_policy(canonical_text(written), words).legal_basis == basis


# --- records


def test_a_request_survives_its_record(request_for: MakeRequest) -> None:
    request = request_for("date.year", "sex.sex", ready_made="outcome-by-year", record_level=True)

    assert read_request(json.loads(json.dumps(request_record(request)))) == request


@pytest.mark.parametrize(
    "edit",
    [
        {"member": None},
        {"recipient": 5},
        {"role": 5},
        {"levels": [["date"]]},
        {"levels": [["date", 5]]},
        {"levels": [["sex", "sex"], ["date", "year"]]},
        {"levels": None},
        {"record_level": 1},
        {"ready_made": ["x"]},
        {"extra": "x"},
    ],
)
def test_a_record_that_was_not_written_here_is_refused(
    request_for: MakeRequest, edit: dict[str, Any]
) -> None:
    record = request_record(request_for("date.year", "sex.sex")) | edit

    with pytest.raises(PolicyError):
        read_request(record)


def test_a_record_with_a_part_missing_is_refused(request_for: MakeRequest) -> None:
    record = request_record(request_for())
    for name in record:
        with pytest.raises(PolicyError):
            read_request({key: value for key, value in record.items() if key != name})
    with pytest.raises(PolicyError):
        read_request("a text")


def test_a_decision_is_recorded_whole(policy: MakePolicy, request_for: MakeRequest, at: datetime) -> None:
    quoted = policy("quota: 5 a month\nlegal_basis: decree")

    assert decision_record(decide(quoted, request_for(), at)) == {
        "member": "KH",
        "version": 1,
        "permit": True,
        "by": ["ARMAC for regional-reporting, treaty-reporting"],
        "reasons": [],
        "disclosed": [],
        "obligations": {
            "approval": "automatic",
            "quotas": {"month": 5},
            "embargo_days": 90,
            "release": "twice a year",
            "appears": "on its own",
            "retention_days": None,
            "redistribution": "aggregates with credit",
            "hub_cache_days": 0,
            "legal_basis": "decree",
            "k": None,
            "l": None,
            "consent": None,
        },
    }
    assert decision_record(decide(quoted, request_for("date.quarter", purpose="research"), at)) == {
        "member": "KH",
        "version": 1,
        "permit": False,
        "by": [],
        "reasons": [
            {"code": "level-too-fine", "dimension": "date", "finest": "year", "level": "quarter"},
            {"code": "purpose-not-permitted", "purpose": "research"},
        ],
        "disclosed": ["not-for-this-purpose", "too-detailed"],
        "obligations": None,
    }


# --- schema


def test_the_schema_that_ships_is_the_one_that_the_reader_describes() -> None:
    written = json.dumps(json_schema(), indent=2) + "\n"

    assert shipped_schema() == written, "policies/schema.json is stale: write it again from json_schema()"


def test_the_schema_with_a_vocabulary_names_its_words(words: Vocabulary) -> None:
    properties = json_schema(words)["properties"]

    assert properties["member"]["enum"] == ["KH", "LA", "PH", "TH"]
    finest = properties["finest"]["properties"]
    assert finest["date"] == {"enum": ["quarter", "year", "year_band5", "all"]}
    assert finest["place"] == {"enum": ["district", "province", "province_group", "country"]}
    assert finest["injury"]["enum"] == ["all", "yes", True]
    assert "national_id" not in finest


def test_the_schema_requires_what_the_reader_requires() -> None:
    schema = json_schema()

    assert schema["required"] == ["member", "version", "valid_from", "share"]
    assert schema["additionalProperties"] is False
    assert all("description" in key for key in schema["properties"].values())


@pytest.mark.parametrize("name", ["default", "restrictive", "medium", "open"])
@pytest.mark.parametrize("with_words", [True, False])
def test_an_editor_accepts_the_examples(words: Vocabulary, name: str, with_words: bool) -> None:
    text = (resources.files("policies") / "examples" / f"{name}.yaml").read_text(encoding="utf-8")
    document = json.loads(json.dumps(YAML(typ="safe", pure=True).load(text), default=str))

    jsonschema_rs.validate(json_schema(words if with_words else None), document)


@pytest.mark.parametrize(
    "line",
    [
        "treshold: 5",
        "threshold: five",
        "zeros: partners",
        "embargo: 90",
        "finest: {date: day}",
        "valid_until: 2026",
        "never: [{showing: x}]",
    ],
)
def test_an_editor_marks_what_the_reader_refuses(words: Vocabulary, line: str) -> None:
    text = f"member: KH\nversion: 1\nvalid_from: '2026-01-01'\nshare: []\n{line}\n"
    document = YAML(typ="safe", pure=True).load(text)

    with pytest.raises(jsonschema_rs.ValidationError):
        jsonschema_rs.validate(json_schema(words), document)
    with pytest.raises(PolicyError):
        load_policy(text, words)


EVERY_KEY = """
{member: KH, data_set: victims, version: 2, valid_from: "2026-01-01", valid_for: 24 months, legal_basis: x,
 review: none, revocation: immediate,
 share: [{with: [ARMAC], for: research, roles: [analyst], measures: [casualties], name: n,
          finest: {date: year}, max_dimensions: 2, only: ready-made questions, approval: one person,
          quota: [5 a day], retention: 30 days, redistribution: "no", hub_cache: "no"}],
 never: [{with: [public], for: [research], name: b, show: {date: any}, together: {sex: any}}],
 finest: {date: year, sex: "yes"}, max_dimensions: 3, threshold: {usual: 3, date: {year: 10}}, zeros: partner,
 pooled_years: [2015-2017], priority: [article-7, {date: year}], keep: [total, {date: year}],
 mechanism: {kind: differential-privacy, budget: 1.5, per_table: 0.1, first_year: 2015},
 dominance: {largest: 2},
 population: {consent: [AGG, REC], victims: [DIR]}, embargo: 90 days, release: each month,
 appears: on its own, regional_totals: {withheld_cells: "yes", contributors: 4},
 approval: {ready_made: automatic}, quota: 50 a month, retention: unlimited, redistribution: "no",
 hub_cache: 30 days, record_level: {to: ARMAC, k: 5, l: 2, approval: one person, consent: REC}}
"""
WRONG: tuple[object, ...] = (None, 2.5, 10**9, True, [], {"x": 1}, " x")


def test_whatever_an_editor_marks_the_reader_refuses(words: Vocabulary) -> None:
    """Each value in turn is replaced by another, or gets a further key."""
    schema = jsonschema_rs.validator_for(json_schema(words))
    whole = YAML(typ="safe", pure=True).load(EVERY_KEY)
    assert schema.is_valid(whole)
    assert load_policy(json.dumps(whole), words).scope.mechanism.budget == Decimal("1.5")
    needed = {key: whole[key] for key in ("member", "version", "valid_from")} | {"share": []}
    marked, read = 0, []
    for key in whole:  # each key in a short document: reading takes as long as the text is
        document = {**needed, key: whole[key]}
        for way in _ways({key: whole[key]}):
            for wrong in (*WRONG, _ONE_KEY_MORE):
                changed = _changed(document, way, wrong)
                if changed is not None and not schema.is_valid(changed):
                    marked += 1
                    read += [(way, wrong)] if _reads(json.dumps(changed), words) else []
    assert read == []
    assert marked > 500


_ONE_KEY_MORE = object()


def _reads(text: str, words: Vocabulary) -> bool:
    try:
        load_policy(text, words)
    except PolicyError:
        return False
    return True


def _ways(value: object) -> Iterator[tuple[str | int, ...]]:
    """The way to each value in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for key, part in inner:
        yield (key,)
        yield from ((key, *rest) for rest in _ways(part))


def _changed(whole: object, way: tuple[str | int, ...], wrong: object) -> object | None:
    """The document with another value at one place; None where the place cannot take a further key."""
    document: Any = deepcopy(whole)
    *before, last = way
    at = document
    for key in before:
        at = at[key]
    if wrong is not _ONE_KEY_MORE:
        at[last] = wrong
    elif isinstance(at[last], dict):
        at[last]["unheard of"] = 1
    else:
        return None
    return document


# --- a policy is a value


def test_a_policy_can_be_hashed_and_does_not_depend_on_its_vocabulary(policy: MakePolicy) -> None:
    one = policy()
    other = replace(one, vocabulary=replace(one.vocabulary, roles=frozenset({"analyst"})))

    assert one == other
    assert len({one, other}) == 1


def test_a_frozen_mapping_compares_by_content_and_cannot_change() -> None:
    one, other = FrozenMap({"a": 1, "b": 2}), FrozenMap([("b", 2), ("a", 1)])

    assert one == other == {"a": 1, "b": 2}
    assert hash(one) == hash(other)
    assert one != FrozenMap({"a": 1})
    assert repr(FrozenMap({"a": 1})) == "FrozenMap({'a': 1})"
    with pytest.raises(TypeError):
        one["a"] = 2  # type: ignore[index]
