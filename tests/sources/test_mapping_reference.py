"""The reference page of mappings: its example works, and every target and key is described."""

import re
from pathlib import Path

from gateway.dictionary import regional
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.dates import ERAS
from gateway.sources.model.targets import targets
from gateway.sources.rows.vault_values import FIELDS

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "mapping.md").read_text(encoding="utf-8")
EXAMPLE = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_of_the_page_is_a_mapping():
    mapping = parse_mapping(EXAMPLE.group(1), regional())
    assert [table.name for table in mapping.tables] == ["victims.csv", "accidents.csv"]


def test_the_example_of_the_page_loads(small):
    small.mapping = EXAMPLE.group(1)
    loaded = small.load(
        victims="Victim No,Name,ID card,Accident No,Age,Gender,Result,Injuries,May we share?,Story\n"
        "V1,Sok,none,A1,34,male,Injured,leg/eyes,Numbers,He was ploughing\n",
        accidents="No,Date,Province,Device\nA1,05/2019,Battambang,cluster bomb\n",
    )
    assert loaded.findings == ()
    columns = {name: column.values()[0] for name, column in loaded.snapshot.columns.items()}
    assert columns["place"] == "KH-2"
    assert columns["injury.EYE"] == "YES"
    assert columns["injury.EAR"] == "NO"


def test_every_target_that_is_no_plain_dimension_is_told():
    plain = {name for name in regional().dimensions if name not in {"date", "age", "place"}}
    for name in set(targets(regional(), "KH")) - plain:
        assert f"`{name}`" in PAGE


def test_every_key_era_and_field_is_told():
    for word in ("to", "codes", "unknown", "blank", "formats", "era", "separator", *ERAS, *FIELDS):
        assert f"`{word}`" in PAGE
