"""Few clients without a sex or an age: the controller is told, since they take many others along."""

import numpy as np
import pytest

from gateway.dictionary import regional
from gateway.member.cube.clients_counts import cube_dimensions, few_not_known
from gateway.member.model.clients import Clients
from gateway.member.model.column import Column

DIMS = cube_dimensions(regional(), "KH", {"sex": "sex", "age_now": "adult_child_now"})
BY_SEX = cube_dimensions(regional(), "KH", {"sex": "sex"})
NEITHER = cube_dimensions(regional(), "KH", {"disability": "disability"})


def clients(*people: tuple[str, str]) -> Clients:
    everybody = [("M", "25-34")] * 20 + [("F", "CHILD_UNK")] * 9 + list(people)
    columns = {name: Column.of([one[n] for one in everybody]) for n, name in enumerate(("sex", "age_now"))}
    size = len(everybody)
    persons = np.array([f"person-{n}".encode() for n in range(size)])
    return Clients.of(np.full(size, 2024), persons, Column.constant("AGG", size), columns)


@pytest.mark.parametrize(
    ("people", "reported"),
    [
        ([], False),
        ([("U", "60+")] * 4, True),
        ([("U", "60+")] * 5, False),
        ([("M", "UNK")] * 4, True),
        ([("M", "UNK")] * 5, False),
        ([("M", "UNK")] * 5 + [("F", "UNK")], True),
        ([("U", "UNK")] * 3 + [("U", "25-34")] * 2, False),
    ],
)
def test_fewer_than_the_threshold_without_a_sex_or_an_age_are_told(
    people: list[tuple[str, str]], reported: bool
) -> None:
    assert few_not_known(DIMS, clients(*people), 5) is reported


def test_an_age_that_no_table_shows_takes_nobody_along() -> None:
    assert not few_not_known(BY_SEX, clients(("M", "UNK")), 5)
    assert few_not_known(BY_SEX, clients(("U", "UNK")), 5)
    assert not few_not_known(NEITHER, clients(("U", "UNK")), 5)
