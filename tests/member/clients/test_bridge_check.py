"""Which survivors a client can be: what the check of both cubes compares."""

import pytest

from gateway.member.build.bridge_check import fits, survivor_code


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"sex": "F", "age": "CHILD", "date": "2020"}, "F ca"),  # up to 21 by now, or still a child
        ({"sex": "F", "age": "CHILD", "date": "2001"}, "F a"),  # everybody of them has grown up
        ({"sex": "F", "age": "5-9", "date": "2020-05"}, "F c"),  # at most 14 by now
        ({"sex": "M", "age": "ADULT", "date": "2020"}, "M a"),
        ({"sex": "M", "age": "60+", "date": "2020-Q2"}, "M a"),
        ({"sex": "M", "age": "15-17", "date": "2021-2025"}, "M ca"),
        ({"sex": "U", "age": "UNK", "date": "2020"}, "U u"),
        ({"sex": "M", "age": "UNK", "date": "2008"}, "M u"),
        ({"sex": "M", "age": "UNK", "date": "2007"}, "M U"),  # grown up by now, whatever the age was
        ({"sex": "M", "outcome": "I"}, "M u"),
        ({}, "* u"),
        ({"sex": "M", "outcome": "K"}, None),
        ({"sex": "M", "date": "2025"}, None),
        ({"sex": "M", "date": "2021-2025"}, "M u"),
    ],
)
def test_a_survivor_is_known_by_sex_and_by_what_age_is_possible_now(
    said: dict[str, str], code: str | None
) -> None:
    assert survivor_code(2024, said) == code


@pytest.mark.parametrize(
    ("client", "survivor", "possible"),
    [
        ("F CHILD", "F ca", True),
        ("F CHILD", "F a", False),
        ("F ADULT", "F ca", True),
        ("F ADULT", "M ca", False),
        ("F ADULT", "* a", True),
        ("* *", "F c", True),
        ("F UNK", "F ca", True),  # a child then; whether grown up since, the register may not know
        ("F UNK", "F a", False),
        ("F UNK", "F c", False),
        ("F CHILD", "F u", True),
        ("F UNK", "F u", True),
        ("F ADULT", "F U", True),
        ("F CHILD", "F U", False),
        ("* *", "F U", True),
    ],
)
def test_only_what_is_certainly_possible_fits(client: str, survivor: str, possible: bool) -> None:
    assert fits(client, survivor) is possible
