"""The demo's people: they add up to what was published, and what the demo counts is what was invented."""

import hashlib
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from quiet_seconds import quiet_seconds

from gateway.demo.activities import truth as activity_truth
from gateway.demo.assistance import lives_of
from gateway.demo.calibration import ATTRIBUTES, GROUPS, REST, calibration
from gateway.demo.casualties import SEX_AND_AGE
from gateway.demo.people import demo_members, make_people
from gateway.demo.people_files import contacts_of, mapping_text, policy_text, write_register
from gateway.dictionary import regional
from gateway.dictionary.vocabulary import vocabulary
from gateway.member.model.contacts import NO_COST
from gateway.member.model.snapshot import population
from gateway.member.model.snapshot_format import snapshot_to_bytes
from gateway.member.register.person_counts import count_people
from gateway.sources.files.opening import open_source
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.findings import Findings
from gateway.sources.quality.consistency import contradictions
from gateway.sources.quality.load import load
from policies import load_policy

SEED = 20261125
TODAY = date(2026, 11, 25)
MEMBERS = ("KH", "LA", "MM", "TH", "VN", "PH")
GROUP_OF = {pair: group for group, pair in SEX_AND_AGE.items()}


@pytest.fixture(scope="module")
def everybody():
    return {member: make_people(member, SEED) for member in MEMBERS}


@pytest.fixture(scope="module")
def loads(everybody, tmp_path_factory):
    """Every member's register written, read by its mapping, and loaded."""
    done = {}
    for member, people in everybody.items():
        register = write_register(people, tmp_path_factory.mktemp(member), SEED)
        mapping = parse_mapping(register.mapping, regional(), member=member)
        findings = Findings()
        with open_source(str(register.folder), mapping, findings) as source:
            done[member] = load(
                source,
                mapping,
                regional(),
                pseudonymise=lambda kind, values: [
                    hashlib.sha256(f"{kind}:{v}".encode()).hexdigest()[:32] for v in values
                ],
                today=TODAY,
                findings=findings,
            )
    return done


def of_year(people, year):
    return [r.casualty for r in people.records if r.casualty.date.startswith(str(year))]


def described_in(casualty, attribute):
    if attribute == "sexage":
        return GROUP_OF[casualty.sex, casualty.age_group]
    return getattr(casualty, attribute)


def test_the_demo_has_people_of_six_members():
    assert set(demo_members()) == set(MEMBERS)


@pytest.mark.parametrize("member", MEMBERS)
def test_every_year_adds_up_to_its_total(everybody, member):
    for plan in calibration(member).years:
        assert len(of_year(everybody[member], plan.year)) == plan.total


@pytest.mark.parametrize("member", MEMBERS)
def test_published_figures_are_met_exactly(everybody, member):
    for plan in calibration(member).years:
        people = of_year(everybody[member], plan.year)
        for attribute, published in plan.counts.items():
            asked = people
            if attribute == "sexage" and plan.sexage_of_civilians:
                asked = [c for c in people if c.civ_status == "CIV"]
            counts = Counter(described_in(c, attribute) for c in asked)
            for code, n in published.items():
                inside = GROUPS.get(code, (code,))
                if code == REST:
                    inside = [c for c in counts if c not in published]
                assert sum(counts[c] for c in inside) == n, (member, plan.year, attribute, code)


def test_some_published_figures_by_hand(everybody):
    cambodia = of_year(everybody["KH"], 2024)
    assert Counter(c.outcome for c in cambodia) == {"K": 12, "I": 37}
    assert Counter(described_in(c, "sexage") for c in cambodia) == {
        "MEN": 30,
        "WOMEN": 3,
        "BOYS": 11,
        "GIRLS": 5,
    }
    laos = of_year(everybody["LA"], 2017)
    assert Counter(c.device for c in laos) == {"ERW": 9, "CMR": 32}
    assert len({c.accident for c in laos}) == 19
    thailand = of_year(everybody["TH"], 2012)
    assert Counter(c.device for c in thailand) == {"APM": 8, "AVM": 1, "ERW": 2, "IMP": 9}
    assert Counter(c.outcome for c in thailand) == {"I": 20}
    assert len(of_year(everybody["VN"], 2015)) == 7
    assert len(of_year(everybody["MM"], 2024)) == 2029
    assert sum(len(of_year(everybody["KH"], year)) for year in (2018, 2019, 2020)) == 200


def test_published_figures_of_a_year_do_not_contradict_each_other():
    for member in MEMBERS:
        for plan in calibration(member).years:
            for attribute, counts in plan.counts.items():
                assert attribute in ATTRIBUTES
                civilians = attribute == "sexage" and plan.sexage_of_civilians
                whole = plan.counts["civ_status"]["CIV"] if civilians else plan.total
                assert sum(counts.values()) == whole, (member, plan.year, attribute)


@pytest.mark.parametrize("member", MEMBERS)
def test_what_a_load_counts_is_what_was_invented(everybody, loads, member):
    snapshot = loads[member].snapshot
    rows = population(snapshot, {"AGG", "REC"})
    for levels in (
        ("year", "outcome"),
        ("province", "sex", "adult_child"),
        ("year", "device_type", "civ_status"),
        ("band_va", "activity_group"),
        ("year_band5", "province_group", "sex"),
        ("month",),
    ):
        finest = {regional().level(level).dimension: level for level in levels}
        table = count_people(snapshot, regional(), finest, rows=rows, years=range(2010, 2025))
        counted = {
            tuple(dim.codes[p] for dim, p in zip(table.dims, cell, strict=True)): int(n)
            for cell, n in zip(table.coords.tolist(), table.counts.tolist(), strict=True)
        }
        assert counted == everybody[member].truth(levels), levels


@pytest.mark.parametrize("member", MEMBERS)
def test_a_register_loads_without_a_finding_and_to_the_last_person(everybody, loads, member):
    done = loads[member]
    assert done.findings == ()
    assert done.rows == len(done.snapshot) == len(everybody[member].records)
    people = {record.person for record in everybody[member].records}
    assert len(np.unique(done.snapshot.people)) == len(people)


@pytest.mark.parametrize("member", MEMBERS)
def test_nothing_personal_is_in_a_snapshot(everybody, loads, member):
    held = snapshot_to_bytes(loads[member].snapshot)
    secrets = sorted(everybody[member].secrets(), key=len)[:4000]
    assert [secret for secret in secrets if secret.encode() in held] == []


@pytest.mark.parametrize("member", ["KH", "TH", "PH"])
def test_registers_are_full_of_what_must_not_leave(everybody, tmp_path, member):
    register = write_register(everybody[member], tmp_path, SEED)
    text = "".join(path.read_text(encoding="utf-8") for path in register.folder.glob("*.csv"))
    secrets = everybody[member].secrets()
    assert sum(secret in text for secret in secrets) > 0.75 * len(secrets)


def test_needs_and_services_are_the_truth_and_make_nobody_two(everybody, loads):
    """The Lao register has accidents, persons and services; a person with five services is one person."""
    made = contacts_of(everybody["LA"], SEED)
    snapshot = loads["LA"].snapshot
    far = ("UNK", "NO_NEED", "NEED", "REF", "UNAVAIL", "DECL", "RECV")
    for pillar in ("EMC", "REH", "PSS", "SEI", "DATA", "LAW"):
        truth = [max(["UNK", *(c.state for c in one if c.pillar == pillar)], key=far.index) for one in made]
        assert Counter(snapshot.columns[f"status.{pillar}"].values()) == Counter(truth)
    assert max(map(len, made)) >= 5
    assert len(snapshot) == len(made)
    assert loads["LA"].findings == ()


def test_every_service_is_the_truth_to_the_last_cent(everybody, loads):
    made = [one for own in contacts_of(everybody["LA"], SEED) for one in own]
    contacts = loads["LA"].snapshot.contacts
    assert len(contacts) == len(made)
    reported = {
        name: contacts.columns[name].values() for name in ("service_item", "service_status", "provider")
    }
    found = Counter(zip(*reported.values(), contacts.cents.tolist(), strict=True))
    assert found == Counter((c.item, c.state, c.provider, c.cents or NO_COST) for c in made)
    rules = contradictions(loads["LA"].snapshot, regional())
    assert {c.rule: c.count for c in rules if c.rule.startswith("contacts")} == {
        "contacts: before the accident": 0,
        "contacts: received by somebody killed in an earlier month": 0,
        "contacts: a service of another pillar": 0,
        "contacts: a cost, but nothing was received": 0,
        "contacts: a barrier, but no need": 0,
    }


@pytest.mark.parametrize("member", MEMBERS)
def test_risk_education_and_marking_are_the_truth(loads, member):
    """Each in a shape and language of its own: Khmer sheets of months by sex and age, Lao visits by sex."""
    marked = {"MARK"} if member in ("KH", "LA") else set()
    counted = loads[member].activities.counts
    found = {
        (year, kind, measure): n for (year, kind), said in counted.items() for measure, n in said.items()
    }
    assert found == activity_truth(member, SEED)
    assert {kind for _, kind, _ in found} == {"EORE_COMM", "EORE_SCHOOL", "EORE_TRAIN"} | marked
    assert not [one for one in loads[member].findings if "victim" not in one.table]
    assert (loads[member].activities.largest is not None) == (member == "PH")
    assert all(account.share == 1 for account in loads[member].accounts)


def test_small_cells_are_the_rule_and_tails_are_heavy(everybody):
    for member in ("KH", "LA", "TH", "VN"):
        cells = everybody[member].truth(("province", "year", "device_type"))
        assert sum(n < 5 for n in cells.values()) > 0.75 * len(cells)
        provinces = sorted(everybody[member].truth(("province",)).values(), reverse=True)
        assert provinces[0] > 3 * provinces[len(provinces) // 2]
        accidents = Counter(record.casualty.accident for record in everybody[member].records)
        assert max(accidents.values()) >= 3


def test_some_people_are_hurt_in_two_accidents(everybody):
    records = everybody["MM"].records
    twice = [person for person, n in Counter(r.person for r in records).items() if n > 1]
    assert twice
    for person in twice:
        first, second = (r for r in records if r.person == person)
        assert first.identity == second.identity
        assert first.casualty.outcome == "I"
        assert first.casualty.date < second.casualty.date
        assert first.casualty.age <= second.casualty.age


def test_the_same_seed_makes_the_same_people_and_another_seed_others(tmp_path):
    assert make_people("TH", 5) == make_people("TH", 5)
    assert make_people("TH", 5) != make_people("TH", 6)
    one, other = (write_register(make_people("TH", 5), tmp_path / name, 5) for name in ("a", "b"))
    for path in one.folder.iterdir():
        assert path.read_bytes() == (other.folder / path.name).read_bytes()


def test_thai_numbers_have_their_check_digit(everybody):
    numbers = [
        r.identity.national_id.replace("-", "") for r in everybody["TH"].records if r.identity.national_id
    ]
    assert numbers
    for number in numbers:
        total = sum(int(d) * (13 - i) for i, d in enumerate(number[:12]))
        assert int(number[12]) == (11 - total % 11) % 10


def test_making_and_writing_everybody_takes_seconds(tmp_path):
    def everybody() -> None:
        for member in MEMBERS[:5]:
            write_register(make_people(member, 3), tmp_path / member, 3)

    assert quiet_seconds(everybody, rounds=1) < 5


@pytest.mark.parametrize("member", MEMBERS)
def test_every_demo_member_has_a_policy_that_answers_the_first_question(member):
    policy = load_policy(policy_text(member), vocabulary(regional(), recipients=["ARMAC"], member=member))
    assert {"date", "outcome"} <= set(policy.scope.dimensions)
    assert policy.scope.dimensions["date"] == "year"
    assert policy.valid_until >= date(2030, 1, 1)


@pytest.mark.parametrize("member", MEMBERS)
def test_names_and_stories_are_left_out_with_a_reason_or_go_to_the_vault(member):
    mapping = parse_mapping(mapping_text(member), regional(), member=member)
    reasons = [reason for table in mapping.tables for reason in table.left_out.values()]
    kept = {field for table in mapping.tables for field in table.personal.values()}
    assert "names a person" in reasons or kept & {"name_local", "name_latin"}
    assert "free text about people" in reasons or kept & {"narrative", "redacted_narrative"}
    reported = {heading for table in mapping.tables for heading in (*table.left_out, *table.personal)}
    assert len(reported) >= 4


def test_the_registers_come_in_the_shapes_of_real_ones():
    kinds = {member: parse_mapping(mapping_text(member), regional()).kind for member in MEMBERS}
    assert kinds == {"KH": "csv", "LA": "database", "MM": "csv", "TH": "csv", "VN": "xlsx", "PH": "csv"}


def test_cambodia_has_65_thousand_people_since_1979():
    people = make_people("KH", SEED, earlier=True)
    years = Counter(record.casualty.date[:4] for record in people.records)
    assert min(years) == "1979"
    assert sum(years.values()) == 65_086
    before = [record.casualty for record in people.records if record.casualty.date < "2010"]
    assert Counter(c.outcome for c in before) == {"K": 19_505, "I": 44_015}
    assert len({record.case_id for record in people.records}) == 65_086
    assert people.records[:1566] == make_people("KH", SEED).records


@pytest.mark.parametrize("member", ["KH", "LA", "PH"])
def test_clients_are_those_of_the_truth_year_by_year(everybody, loads, member):
    made, lives = contacts_of(everybody[member], SEED), lives_of(everybody[member], SEED)
    far = ("UNK", "NO_NEED", "NEED", "REF", "UNAVAIL", "DECL", "RECV")
    statuses, people = {}, {}
    for record, contacts in zip(everybody[member].records, made, strict=True):
        hurt = date.fromisoformat(record.casualty.date)
        for one in contacts if record.casualty.outcome != "K" else ():
            client = ((hurt + timedelta(days=one.days)).year, record.person)
            people[client] = record
            key = (*client, one.pillar)
            statuses[key] = max(one.state, statuses.get(key, "UNK"), key=far.index)
    clients = loads[member].snapshot.clients

    assert Counter(clients.year.tolist()) == Counter(year for year, _ in people)
    kinds = {"SURV" if record.casualty.outcome == "I" else "UNK" for record in people.values()}
    assert set(clients.columns["client"].values()) == kinds
    for year in range(2022, 2026):
        now = clients.of_year(year)
        of_year = [person for there, person in people if there == year]
        for pillar in ("DATA", "EMC", "REH", "PSS", "SEI", "LAW"):
            truth = Counter(statuses.get((year, person, pillar), "UNK") for person in of_year)
            assert Counter(now.columns[f"status.{pillar}"].values()) == truth
        for field in ("home", "disability") if member in ("KH", "LA") else ("disability",):
            truth = Counter(getattr(lives[person], field) for person in of_year)
            assert Counter(now.columns[field].values()) == truth
        if member not in ("KH", "LA"):  # nobody wrote down why a need was not met
            assert "barrier_main" not in now.columns
            continue
        pillars = ("DATA", "EMC", "REH", "PSS", "SEI", "LAW")
        unmet = [
            person
            for person in of_year
            if any(statuses.get((year, person, p)) in ("NEED", "REF", "UNAVAIL") for p in pillars)
        ]
        assert len(unmet) == sum(code != "NO_UNMET" for code in now.columns["barrier_main"].values()) > 100
