"""A node whose register has people, for what a thief would find: the same in plain text and encrypted."""

from base64 import b64encode
from pathlib import Path

from anonymisers.identity.key_custody import lock_from_file, new_custody
from gateway.bootstrap.loading.load_choices import LoadChoices
from gateway.bootstrap.loading.register_loading import load_source
from gateway.bootstrap.setup.backup import back_up
from gateway.bootstrap.setup.layout import Layout
from gateway.bootstrap.setup.open_hub import create_hub, enrol, open_hub
from gateway.bootstrap.setup.open_member import connect, create_member, open_member
from gateway.keys.custody import write_custody
from gateway.member.register.missing_cases import LoadedAs

MAPPING = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns: {Case: case_id, ID: national_id, Date: date}
    vault: {ID: national_id, Name: name}
    known: {Village: village}
constants: {consent_share: AGG}
"""
ROWS = (
    "Case,ID,Date,Name,Village,Story\n"
    "C-7781,010 203 040,2019-01-02,Sok Dara,Thmey,Dara went to plough the upper field and hit a PMN-2.\n"
    "C-7782,010 203 041,2019-02-03,Chan Thy,Thmey,Stepped on it while fetching water.\n"
    "C-7783,not a number,never,Keo Vanna,Thmey,A row that cannot be read.\n"
)
CHOICES = LoadChoices(loaded_as=LoadedAs.WHOLE, least_counted=50)
OF_PEOPLE = (
    *("Sok Dara", "Chan Thy", "Keo Vanna", "Dara", "Thmey"),
    *("010 203 040", "010203040", "010 203 041", "010203041"),
    *("plough the upper field", "fetching water", "C-7781", "C-7782"),
)


def node_with_people(place: Path) -> Path:
    """A node of KH with a vault, a load and a backup of last night in its directory."""
    create_hub(place / "hub", "test.example/hub")
    new = create_member(place / "KH", "KH", "test.example")
    with open_hub(place / "hub") as hub:
        connect(place / "KH", "KH", "http://127.0.0.1:0", enrol(hub, new.enrolment))
    locks = {name: lock_from_file(name.encode() * 8) for name in ("sok.", "chan")}
    write_custody(Layout(place / "KH").keys, new_custody("KH", locks))
    (place / "source").mkdir()
    (place / "source" / "victims.csv").write_text(ROWS, encoding="utf-8")
    with open_member(place / "KH") as opened:
        load_source(place / "KH", opened, place / "source", MAPPING, choices=CHOICES)
    back_up(place / "KH", place / "last-night")
    (place / "last-night").rename(place / "KH" / "last-night")
    return place / "KH"


def spellings(text: str) -> set[bytes]:
    """A text as it could stand in a file."""
    plain = text.encode()
    return {plain, text.encode("utf-16-le"), plain.hex().encode(), b64encode(plain).rstrip(b"=")[:-1]}
