"""What a load hands to the vault: what the mapping keeps and no more, by case and person."""

from dataclasses import dataclass, field

import pytest

from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError, SourceError

KEPT = """    vault:
      ID card: national_id
      Name: name
"""
LEFT_OUT = "    left_out:\n      Name: names a person\n"


@dataclass
class Keeping:
    """Remembers what it is handed."""

    rows: list = field(default_factory=list)

    def keep(self, cases, people, rows) -> None:
        self.rows += zip(cases, people, rows, strict=True)


@pytest.fixture
def kept(small):
    """The small source with a mapping that keeps names and numbers; what was handed on so far."""
    small.mapping = small.mapping.replace(LEFT_OUT, KEPT)
    small.keeper = Keeping()
    return small.keeper.rows


def test_by_default_nothing_is_kept(small) -> None:
    small.keeper = Keeping()
    small.load_rows({})
    assert small.keeper.rows == []


def test_a_row_is_kept_with_the_pseudonyms_of_its_case_and_its_person(small, kept) -> None:
    small.load_rows({"Name": " Sok Dara ", "ID card": "010 203"}, {"Name": "Chan Thy"})
    assert kept == [
        ("case_id:c1", "national_id:010203", {"national_id": "010 203", "name": "Sok Dara"}),
        ("case_id:c2", "case_id:c2", {"name": "Chan Thy"}),
    ]


def test_a_row_without_a_case_belongs_to_nobody_and_is_not_kept(small, kept) -> None:
    small.load_rows({"Case": ""}, {"Case": "C2"})
    assert [case for case, _, _ in kept] == ["case_id:c2"]


def test_every_row_of_a_person_is_kept_also_one_that_cannot_be_counted(small, kept) -> None:
    loaded = small.load_rows({"Date": "never"}, {"Case": "C2"})
    assert len(loaded.snapshot) == 1
    assert len(kept) == 2


def test_keeping_changes_no_count(small) -> None:
    rows = ({"Name": "Sok"}, {"Case": "C2", "Sex": "Female"})
    before = small.load_rows(*rows).snapshot.id
    small.mapping, small.keeper = small.mapping.replace(LEFT_OUT, KEPT), Keeping()
    assert small.load_rows(*rows).snapshot.id == before


def test_each_victim_of_a_row_is_kept_with_its_own_name(small) -> None:
    small.mapping = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    repeat: 2
    columns: {Date: date, "Victim {n} ID": case_id}
    vault: {"Victim {n} Name": name, Village: village}
constants: {consent_share: AGG}
"""
    small.keeper = Keeping()
    small.load(
        victims="Date,Village,Victim 1 ID,Victim 1 Name,Victim 2 ID,Victim 2 Name\n"
        "2019-01-02,Anlong Vil,V1,Sok,V2,Chan\n"
    )
    assert [(case, values) for case, _, values in small.keeper.rows] == [
        ("case_id:v1", {"name": "Sok", "village": "Anlong Vil"}),
        ("case_id:v2", {"name": "Chan", "village": "Anlong Vil"}),
    ]


def test_a_case_in_a_joined_table_is_found(small) -> None:
    small.mapping = """\
mapping: 1
member: KH
source: csv
tables:
  people.csv:
    columns: {Sex: {to: sex, codes: {Male: M, Female: F}}}
    vault: {Name: name}
  cases.csv:
    join: {Person: Id}
    columns: {Case: case_id, Date: date, Card: national_id}
constants: {consent_share: AGG}
"""
    small.keeper = Keeping()
    small.load(
        people="Id,Name,Sex\np2,Chan,Female\np1,Sok,Male\np3,Nobody,Male\n",
        cases="Person,Case,Date,Card\np1,V1,2019-01-02,78\np2,V2,2019-01-02,\n",
    )
    assert small.keeper.rows == [
        ("case_id:v2", "case_id:v2", {"name": "Chan"}),
        ("case_id:v1", "national_id:78", {"name": "Sok"}),
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("    vault: {Name: nmae}\n", "name"),
        ("    vault: {Name: name}\n    left_out: {Name: names a person}\n", "both read and left out"),
        ("    vault: {Name: name}\n    known: {Name: name_latin}\n", "in the vault, and so known already"),
        ("    vault: {Name: name, Sex: name}\n", "the field name is filled twice"),
        ("    vault: {Name: narrative, Sex: redacted_narrative}\n", "keep a narrative one way"),
        ("    known: {Name: narrative}\n", "narrative"),
        ('    vault: {"Name {n}": name}\n', "needs 'repeat'"),
    ],
)
def test_faults_are_named_with_their_line(small, wrong: str, words: str) -> None:
    with pytest.raises(MappingError, match=words) as caught:
        parse_mapping(small.mapping.replace(LEFT_OUT, wrong), regional())
    assert all(fault.line > 4 for fault in caught.value.faults)


RELATED = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id}
    vault: {Name: name}
  accidents.csv:
    join: {Id: Accident}
    columns: {Date: date}
    vault: {Story: narrative}
    known: {Owner: parent_name}
  homes.csv:
    join: {Person: Case}
    columns: {Sex: {to: sex, codes: {Male: M, Female: F}}}
    vault: {Village: village}
constants: {consent_share: AGG}
"""


def test_what_joined_tables_say_is_kept_with_every_row_that_they_belong_to(small) -> None:
    small.mapping, small.keeper = RELATED, Keeping()
    small.load(
        victims="Case,Name,Accident\nV1,Sok,a2\nV2,Chan,a1\nV3,Rith,a2\n",
        accidents="Id,Date,Story,Owner\na1,2019-01-02,One fell.,\na2,2019-01-03, Two ran. ,Mao\n",
        homes="Person,Village,Sex\nV3,Anlong Vil,Male\nV1,,Female\n",
    )
    assert [values for _, _, values in small.keeper.rows] == [
        {"name": "Sok", "narrative": "Two ran.", "parent_name": "Mao"},
        {"name": "Chan", "narrative": "One fell."},
        {"name": "Rith", "narrative": "Two ran.", "parent_name": "Mao", "village": "Anlong Vil"},
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("    vault: {Village: village}\n", "    vault: {Village: name}\n", "the field name is filled twice"),
        (
            "    vault: {Village: village}\n",
            "    vault: {Village: redacted_narrative}\n",
            "keep a narrative one way",
        ),
        (
            "    join: {Person: Case}\n    columns: {Sex: {to: sex, codes: {Male: M, Female: F}}}\n",
            "    join: {Person: Case}\n    several: yes\n    columns: {Pillar: va_pillar}\n",
            "leave these columns out",
        ),
    ],
)
def test_a_field_has_one_source_and_contacts_none(small, right: str, wrong: str, words: str) -> None:
    with pytest.raises(MappingError, match=words):
        parse_mapping(RELATED.replace(right, wrong), regional())


def test_a_column_that_is_to_be_kept_must_be_there(small, kept) -> None:
    with pytest.raises(SourceError, match="has no column 'Name'"):
        small.load(victims=small.text({}).replace("Name", "Nom"))
    assert kept == []
