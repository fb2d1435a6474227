"""The reference page of the dictionary describes every word of it."""

from pathlib import Path

from gateway.dictionary import regional

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "dictionary.md").read_text(encoding="utf-8")


def test_every_word_is_on_the_page():
    dictionary = regional()
    words = {*dictionary.levels, *dictionary.measures, *dictionary.purposes, *dictionary.consent}
    words |= {*dictionary.derived, *dictionary.ready_made, *dictionary.packs, *dictionary.never_shared}
    words |= {d.name for d in dictionary.dimensions.values()}
    for level in dictionary.levels:
        if dictionary.level(level).dimension not in {"place", "home", "date"}:
            words |= {code for code in dictionary.codes(level) if not code.endswith("_UNK")}
    attributes = [a for a in dictionary.attributes.values() if a.name not in {"nationality"}]
    words |= set(dictionary.attributes) | {code for a in attributes for code in a.codes}
    assert {word for word in words if f"`{word}`" not in PAGE} == set()


def test_the_page_counts_the_provinces_rightly():
    dictionary = regional()
    for member in dictionary.members.values():
        provinces = [p for p in dictionary.places.provinces.values() if p.member == member.code]
        assert f"| {member.code} {member.name} | {len(provinces)} |" in PAGE


def test_the_page_is_of_this_version():
    assert f"Version {regional().version}." in PAGE
