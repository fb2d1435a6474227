"""Faults put into functions that are loaded already: the tests are collected once, each fault is a fork."""

import os
import resource
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from types import CodeType, FunctionType, ModuleType

import pytest


@dataclass(frozen=True)
class Mutant:
    """A module with one change: `line` and `what` say where and which.

    `inside`: whether the change lies in the body of a function; else the module has to be loaded anew.
    """

    module: str
    line: int
    what: str
    source: str
    inside: bool


class Runner:
    """A plugin for pytest: instead of once, the tests run for each mutant, until one of them fails."""

    def __init__(
        self, mutants: Sequence[Mutant], tell: Callable[[Mutant, bool], None], *, seconds: int
    ) -> None:
        self._mutants, self._tell, self._seconds = mutants, tell, seconds

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not self._passes(session, None):
            raise pytest.UsageError("The tests fail without any change: nothing can be said of mutants.")
        for mutant in self._mutants:
            self._tell(mutant, self._passes(session, mutant))
        return True

    def _passes(self, session: pytest.Session, mutant: Mutant | None) -> bool:
        child = os.fork()
        if child == 0:
            self._run(session, mutant)
        _, status = os.waitpid(child, 0)
        return os.WIFEXITED(status) and os.WEXITSTATUS(status) == 0

    def _run(self, session: pytest.Session, mutant: Mutant | None) -> None:
        """In a child, silently: the mutant's functions in place of the module's own, and then the tests."""
        code = 1
        try:
            silent = os.open(os.devnull, os.O_WRONLY)
            os.dup2(silent, 1)
            os.dup2(silent, 2)
            used = resource.getrusage(resource.RUSAGE_SELF)
            limit = int(used.ru_utime + used.ru_stime) + self._seconds
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
            if mutant is not None:
                install(
                    import_module(f"policies.{mutant.module.removesuffix('.py').replace('/', '.')}"),
                    mutant.source,
                )
            for item, following in zip(session.items, [*session.items[1:], None], strict=True):
                session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
                if session.testsfailed:
                    break
            code = 1 if session.testsfailed else 0
        finally:
            os._exit(code)


def install(module: ModuleType, source: str) -> None:
    """Give the functions of a loaded module the code that `source` has for them, wherever they are used."""
    code = compile(source, str(module.__file__), "exec")
    mutated = {each.co_qualname: each for each in _codes(code)}
    for function in _functions(module):
        function.__code__ = mutated[function.__code__.co_qualname]


def _codes(code: CodeType) -> Iterator[CodeType]:
    for each in code.co_consts:
        if isinstance(each, CodeType):
            yield each
            yield from _codes(each)


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Every function and method that is written in a module, out of what decorators made of it."""
    for value in vars(module).values():
        parts: Iterable[object] = [value]
        if isinstance(value, type):
            parts = vars(value).values()
        for part in parts:
            function = _bare(part)
            if function is not None and function.__code__.co_filename == module.__file__:
                yield function


def _bare(part: object) -> FunctionType | None:
    if isinstance(part, property):
        part = part.fget
    elif isinstance(part, cached_property):
        part = part.func
    elif isinstance(part, classmethod | staticmethod):
        part = part.__func__
    part = getattr(part, "__wrapped__", part)
    return part if isinstance(part, FunctionType) else None
