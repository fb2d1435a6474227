"""While a policy is published questions are answered: nobody waits until a cube is read."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from federation import Federation, federation, policy_text
from signing import signed

from gateway.hub.asking import ask
from gateway.hub.releasing import release_due
from gateway.member.build.cube_building import build
from gateway.member.build.preview import make
from gateway.member.errors import NotYetProtectedError
from gateway.member.node.ports import Notes, Store, UnitOfWork, View
from gateway.member.policy.cube_adoption import certifiable
from gateway.member.policy.policy_in_force import checked, trusted
from gateway.member.policy.publishing import hand_in, publish
from gateway.question import ask as question_of
from gateway.wire.release import Coverage


@dataclass
class Watched:
    """A node's store. Before the first write something else happens; of each write is kept what it read."""

    store: Store
    meanwhile: Callable[[], object]
    cubes_read: list[int] = field(default_factory=list)

    def reading(self) -> AbstractContextManager[View]:
        return self.store.reading()

    def notes(self) -> AbstractContextManager[Notes]:
        return self.store.notes()

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        if not self.cubes_read:
            self.meanwhile()
        before = certifiable.cache_info().misses
        with self.store.writing() as work:
            yield work
        self.cubes_read.append(certifiable.cache_info().misses - before)


@pytest.fixture
def region(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path, "KH") as made:
        yield made


def answered(region: Federation) -> Coverage:
    words = {"measure": "casualties", "by": ["year"], "where": {}, "purpose": "regional-reporting"}
    question = question_of(region.hub.dictionary, **words)  # type: ignore[arg-type]
    asked = ask(region.hub, region.analyst, question, timedelta(seconds=10))
    region.members["KH"].round()
    release_due(region.hub)
    with region.hub.store.reading() as view:
        found = view.release(asked.id)
    assert found is not None
    return found.coverage[0]


def publish_meanwhile(region: Federation, text: str, meanwhile: Callable[[], object]) -> Watched:
    """Publish version 2; between what it reads and its first write something else happens."""
    node = region.members["KH"].node
    hand_in(node, text, None)
    certifiable.cache_clear()
    watched = Watched(node.store, meanwhile)
    publish(replace(node, store=watched), signed(node, 2, text))
    return watched


def test_a_question_is_answered_while_a_policy_is_published(region: Federation) -> None:
    during: list[Coverage] = []
    text = policy_text("KH", 2) + "redistribution: no\n"

    watched = publish_meanwhile(region, text, lambda: during.append(answered(region)))

    assert [one.answered for one in during] == [True]
    assert during[0].policy == "1"
    assert answered(region).policy == "2"
    assert watched.cubes_read == [0]


def test_what_was_given_out_while_it_was_published_still_counts(region: Federation) -> None:
    node = region.members["KH"].node
    other = policy_text("KH", 2).replace("threshold: 5", "threshold: 4")
    make(node, checked(node, other))

    with pytest.raises(NotYetProtectedError):
        publish_meanwhile(region, other, lambda: answered(region))

    with node.store.reading() as view:
        found = trusted(node, view)
    assert found is not None
    assert found[0].version == 1


def test_a_cube_is_made_and_read_before_anybody_waits_for_it(region: Federation) -> None:
    node = region.members["KH"].node
    text = policy_text("KH", 2).replace("threshold: 5", "threshold: 4")
    publish_meanwhile(region, text, lambda: None)
    watched = Watched(node.store, lambda: None)

    build(replace(node, store=watched))

    assert watched.cubes_read == [0]
