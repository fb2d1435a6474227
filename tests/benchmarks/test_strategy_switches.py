"""A benchmark switches strategies of the search off from outside: every name it replaces has to be there."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

FILE = Path(__file__).parents[2] / "benchmarks" / "suppression" / "strategy_switches.py"


@pytest.fixture(scope="module")
def switches() -> Any:
    spec = spec_from_file_location("strategy_switches", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look for their module there
    spec.loader.exec_module(module)
    return module


class Search:
    @classmethod
    def usable(cls, size: int) -> bool:
        return size > 3

    def tidy(self) -> None:
        """Returns nothing, ever."""


@pytest.fixture
def product(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module to switch things off in, as the search's are."""
    module: Any = ModuleType("product_of_this_test")
    own = type("Search", (Search,), {name: Search.__dict__[name] for name in ("usable", "tidy")})
    module.Search, module.WIDE, module.NARROW = own, ((150, 10),), ((60, 10),)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    return module


def off(switches: Any, name: str, **how: object) -> Any:
    return switches.Off("product_of_this_test", name, **how)


def test_every_name_that_is_switched_off_is_there(switches: Any) -> None:
    assert switches.missing() == []


@pytest.mark.parametrize("name", ["Search.gone", "Gone.usable", "GONE"])
def test_a_name_that_is_gone_is_told_and_not_switched_off(
    switches: Any, product: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(switches, "STRATEGIES", {"it": (off(switches, name),)})

    assert switches.missing() == [f"product_of_this_test: {name}"]
    with pytest.raises(LookupError, match=name):
        switches.switch(off(switches, name))


def test_what_is_switched_off_is_off(switches: Any, product: Any) -> None:
    switches.switch(off(switches, "Search.usable", returns=False))
    switches.switch(off(switches, "WIDE", instead="NARROW"))

    assert product.Search.usable(9) is False
    assert product.WIDE == ((60, 10),)


def test_only_what_makes_a_difference_is_told_to_be_in_use(switches: Any, product: Any) -> None:
    reported: list[str] = []
    watched = (("Search.usable", {"returns": False}), ("Search.tidy", {}), ("WIDE", {"instead": "NARROW"}))
    for name, how in watched:
        for turn in "ab":  # two strategies may share a name
            switches.watch(
                off(switches, name, **how), lambda name=name, turn=turn: reported.append(name + turn)
            )

    assert product.Search.usable(2) is False
    assert reported == []
    assert product.Search.usable(9) is True
    product.Search().tidy()
    assert list(product.WIDE) == [(150, 10)]
    assert set(reported) == {name + turn for name, _ in watched for turn in "ab"}
