"""Disability follows from six questions, and only from six."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dictionary import regional
from gateway.member.model.snapshot import Column
from gateway.sources.mapping.mapping_yaml import parse_mapping
from gateway.sources.model.errors import MappingError
from gateway.sources.model.washington_group import DOMAINS, LEVELS, with_disability

SIX = """\
mapping: 1
member: KH
source: csv
tables:
  victims.csv:
    columns:
      Case: case_id
      Date: date
      See: {to: wg_see, codes: {none: "1", some: "2", a lot: "3", cannot: "4"}, unknown: ["-"]}
      Hear: wg_hear
      Walk: wg_walk
      Remember: wg_cog
      Wash: wg_self
      Talk: wg_comm
constants: {consent_share: AGG}
"""


@pytest.mark.parametrize(
    ("answers", "disability"),
    [
        ("none,1,1,1,1,1", "NO"),
        ("some,2,2,2,2,2", "NO"),
        ("a lot,1,1,1,1,1", "YES"),
        ("none,1,4,1,1,1", "YES"),
        ("none,1,1,1,1,9", "UNK"),
        ("none,1,1,1,1,", "UNK"),
        ("-,1,1,3,1,9", "YES"),  # one answer above the cut-off is enough, whatever was not asked
        ("perhaps,1,1,1,1,1", "UNK"),
    ],
)
def test_the_cut_off_is_the_washington_groups(small, answers, disability) -> None:
    small.mapping = SIX
    snapshot = small.load(victims=f"Case,Date,See,Hear,Walk,Remember,Wash,Talk\nC1,2010,{answers}\n").snapshot

    assert snapshot.columns["disability"].values() == [disability]
    assert not set(DOMAINS) & set(snapshot.columns)


@given(st.lists(st.sampled_from(LEVELS), min_size=6, max_size=6))
def test_it_is_the_rule_read_aloud(levels: list[str]) -> None:
    columns = {domain: Column.of([level]) for domain, level in zip(DOMAINS, levels, strict=True)}
    expected = "YES" if {"3", "4"} & set(levels) else "UNK" if "9" in levels else "NO"

    assert with_disability(columns)["disability"].values() == [expected]


@given(st.lists(st.sampled_from(LEVELS), min_size=1, max_size=5))
def test_nobody_is_without_who_was_not_asked_all(levels: list[str]) -> None:
    columns = {domain: Column.of([level]) for domain, level in zip(DOMAINS, levels, strict=False)}

    assert with_disability(columns)["disability"].values() != ["NO"]


def test_it_is_not_filled_twice() -> None:
    with pytest.raises(MappingError, match="six questions"):
        parse_mapping(SIX.replace("Talk: wg_comm", "Talk: wg_comm\n      Disabled: disability"), regional())
