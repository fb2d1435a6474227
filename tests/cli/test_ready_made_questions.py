"""Ready-made questions by name: listed by `safelane words`, asked by `safelane ask --question`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.cli.common.ready_made import table_named, tables_named
from gateway.cli.region import ask
from gateway.dictionary import DictionaryError, regional

DICTIONARY = regional()
PURPOSE = ("--purpose", "regional-reporting")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, list[str], dict[str, list[str]]]]:
    """What reached the hub; every member refuses."""
    questions: list[tuple[str, list[str], dict[str, list[str]]]] = []

    class Hub:
        def ask(
            self, *, measure: str, by: list[str], where: dict[str, list[str]], **_: Any
        ) -> SimpleNamespace:
            questions.append((measure, by, where))
            coverage = (SimpleNamespace(refusals=("not-shared",), answered=False),)
            axes = tuple(SimpleNamespace(level=level) for level in by)
            return SimpleNamespace(release=SimpleNamespace(coverage=coverage, axes=axes))

        def close(self) -> None: ...

    monkeypatch.setattr(ask, "analyst", lambda _: ())
    monkeypatch.setattr(ask, "HubClient", Hub)
    monkeypatch.setattr(ask, "_print", lambda *_: None)
    monkeypatch.setattr(ask, "_print_stacked", lambda *_: None)
    return questions


def run(*words: str) -> Result:
    return CliRunner().invoke(main, [*words])


def test_a_question_about_activities_is_asked_measure_by_measure(asked: list[Any]) -> None:
    run("ask", "--question", "risk-education-and-marking", *PURPOSE)

    assert asked == [
        (measure, ["country", "activity_year", "activity_type"], {})
        for measure in ("sessions", "reached", "areas_marked")
    ]


@pytest.mark.parametrize(
    ("measure", "by", "said"),
    [
        ("sessions", "country,sex", "Risk education and marking cannot be split by sex"),
        ("casualties", "country,activity_type", "People cannot be split by activity_type"),
        ("accidents", "country,sex", "Accidents cannot be split by sex"),
        ("clients", "country,outcome", "Clients of assistance cannot be split by outcome"),
        ("casualties", "country,disability", "Casualties cannot be split by disability, which only clients"),
    ],
)
def test_whoever_asks_for_what_others_have_is_told(
    asked: list[Any], measure: str, by: str, said: str
) -> None:
    assert said in run("ask", "--measure", measure, "--by", by, *PURPOSE).output
    assert len(asked) == 1


def test_a_ready_made_question_has_its_measure_and_levels(asked: list[Any]) -> None:
    result = run("ask", "--question", "status-by-outcome", *PURPOSE)

    assert asked == [("casualties", ["country", "civ_status", "outcome"], {})]
    assert (result.exit_code, "Every member that was asked refused." in result.output) == (4, True)


def test_several_tables_are_asked_one_after_another(asked: list[Any]) -> None:
    run("ask", "--question", "accidents", *PURPOSE)
    assert [(measure, by) for measure, by, _ in asked] == [
        ("accidents", ["country", "year"]),
        ("casualties", ["country", "year"]),
    ]


def test_one_of_several_tables_can_be_asked_by_its_name(asked: list[Any]) -> None:
    run("ask", "--question", "injury-by-outcome.EYE", "--where", "country=KH", *PURPOSE)
    assert asked == [("casualties", ["country", "injury.EYE", "outcome"], {"country": ["KH"]})]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--question", "outcome-by-years"), "Did you mean 'outcome-by-year'"),
        (("--question", "status-by-year"), "There is no ready-made question 'status-by-year'"),
        (("--question", "services-by-sex", "--save", "x.png"), "must end in one of .csv, .xlsx, .json"),
        (("--question", "outcome-by-year", "--by", "year"), "omit --measure and --by"),
        (("--measure", "casualties"), "--question NAME, or with --measure and --by"),
    ],
)
def test_half_a_question_and_two_at_once_are_refused(
    asked: list[Any], words: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("ask", *words, *PURPOSE)

    assert result.exit_code != 0
    assert says in f"{result.output} {getattr(result.exception, 'message', '')}"
    assert asked == []


def test_the_names_are_listed_with_the_words() -> None:
    lines = run("words").output.splitlines()
    for question in DICTIONARY.ready_made.values():
        (line,) = [one for one in lines if one.split()[:1] == [question.name] and question.label in one]
        assert line.endswith("(not available yet)") is not bool(question.tables)
    named = [one.split()[0] for one in lines if one.strip()]
    assert {t.name for q in DICTIONARY.ready_made.values() for t in q.tables} <= set(named)


def test_every_name_leads_to_its_tables() -> None:
    for question in DICTIONARY.ready_made.values():
        for table in question.tables:
            assert tables_named(DICTIONARY, table.name) == (table,)
            assert table_named(DICTIONARY, table.name) is table
    with pytest.raises(DictionaryError, match="2 tables"):
        table_named(DICTIONARY, "accidents")


def test_tables_that_a_hub_answers_in_different_shapes_are_read_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[object] = []
    monkeypatch.setattr(ask, "_print", lambda result, *_: read.append(result))
    axes = [(SimpleNamespace(level="country"),) * size for size in (2, 3)]
    results = [SimpleNamespace(release=SimpleNamespace(axes=each)) for each in axes]

    ask._print_stacked([*zip(("REH", "PSS"), results, strict=True)], "table", "")  # type: ignore[arg-type]

    assert read == results
