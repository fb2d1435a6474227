"""Attack: extracts, policies and figures in any order; the attacker keeps all of it, of all recipients.

Nothing small may follow from extracts beside the tables and figures that does not follow from tables and
figures alone: whether the extract came before the tables or after them.
"""

import random
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from extract_attacker import (
    Groups,
    answers,
    asked,
    figure_beside,
    follows,
    lone_state,
    policy,
    prepared,
    shown_by,
    unread,
)

from anonymisers.attack import Key
from gateway.errors import SafelaneError
from gateway.member.build.figure_register import register
from gateway.member.errors import FigureRefusedError
from gateway.member.model.registered_figure import PublishedFigure

FINEST = (
    "date: year, sex: sex",
    "date: year, place: province, sex: sex",
    "place: province, sex: sex",
    "date: year, place: province_group, sex: sex",
    "date: year, place: province, sex: sex, outcome: yes",
)
RECIPIENTS = (("ARMAC", "regional-reporting"), ("accredited researchers", "research"))


def drawn(seed: random.Random) -> Groups:
    """Uneven groups: many people in some, one to four in others."""
    return {
        (f"{year}-05", place, sex, outcome, consent): seed.choice([1, 2, 3, 4, 9, 20, 40])
        for year in (2022, 2023)
        for place in ("KH-1", "KH-2", "KH-3")
        for sex in ("M", "F")
        for outcome in ("I", "K")
        for consent in ("REC", "AGG")
        if seed.random() < 0.6
    }


@pytest.mark.parametrize("number", range(3))
def test_nothing_small_follows_from_what_was_shown_in_any_order(tmp_path: Path, number: int) -> None:
    tried(tmp_path, number)


def tried(directory: Path, number: int) -> list[str]:
    """What was shown, in words. Fails where something small follows."""
    seed = random.Random(number)
    groups, consent = drawn(seed), seed.choice(["REC", "AGG, REC"])
    cubes, extracts, figures, done = [], [], [], []
    public: set[Key] = set()
    with lone_state(directory) as node:
        version, finest = 1, seed.choice(FINEST)
        cubes.append(answers(node, policy(1, finest, dims=seed.choice([1, 2]), consent=consent), groups))
        done.append(finest)
        for _ in range(5):
            step = seed.choice(["policy", "extract", "extract", "figure"])
            if step == "policy":
                wanted, dims = seed.choice(FINEST), seed.choice([1, 2])
                with suppress(SafelaneError):
                    cubes.append(answers(node, policy(version + 1, wanted, dims=dims, consent=consent)))
                    version, finest = version + 1, wanted
                    done.append(f"{finest} by {dims}")
            elif step == "extract":
                recipient, purpose = seed.choice(RECIPIENTS)
                columns = [each.split(":")[0] for each in finest.split(", ") if seed.random() < 0.8]
                with suppress(SafelaneError):
                    made = prepared(node, *columns, recipient=recipient, purpose=purpose)
                    extracts.append(shown_by(asked(node, made)))
                    done.append(f"{made.plan.columns} {made.plan.depths} {len(made.plan.groups)}")
            else:
                cell = {"date": seed.choice(["2022", "2023"]), "sex": "F"}
                value = sum(
                    many
                    for (when, _, sex, _, given), many in groups.items()
                    if when[:4] == cell["date"] and sex == "F" and given in consent
                )
                with suppress(FigureRefusedError):
                    register(
                        node, PublishedFigure(cell, value, "a newspaper", date(2024, 1, 1)), "controller"
                    )
                    figures.append(figure_beside(cell, value))
                    done.append(f"figure {cell}")
                    # Nobody asks a node before a figure is published.
                    public |= follows(cubes, extracts, figures)
            alone = follows(cubes, [unread(each) for each in extracts], figures)
            news = follows(cubes, extracts, figures) - alone - public
            assert not news, (done, news)
    return done
