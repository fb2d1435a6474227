"""Examples of questions beside a policy: read strictly; an unmet expectation names the actual decision."""

from collections.abc import Callable

import pytest

from policies import Policy, PolicyError, Vocabulary
from policies.lint.expectations import check, load_expectations

MakePolicy = Callable[..., Policy]


def question(**keys: str) -> str:
    usual = {
        "name": "an example",
        "recipient": "ARMAC",
        "purpose": "regional-reporting",
        "measure": "casualties",
        "expect": "permit",
    }
    return "questions:\n  - {" + ", ".join(f"{key}: {value}" for key, value in (usual | keys).items()) + "}\n"


@pytest.mark.parametrize(
    "keys",
    [
        {"by": "{date: year, sex: yes}"},
        {"approval": "automatic"},
        {"on": "2027-12-31"},
        {"by": "{date: quarter}", "expect": "deny"},
        {"by": "{date: quarter}", "purpose": "research", "expect": "deny", "because": "level-too-fine"},
        {"on": "2028-01-01", "expect": "deny", "because": "[expired]"},
        {"records": "yes", "expect": "deny", "because": "records-not-shared"},
    ],
)
def test_a_policy_that_decides_as_expected(
    policy: MakePolicy, words: Vocabulary, keys: dict[str, str]
) -> None:
    assert check(policy(), load_expectations(question(**keys), words)) == ()


@pytest.mark.parametrize(
    ("keys", "instead"),
    [
        ({"expect": "deny"}, "It is permitted; a denial was expected."),
        (
            {"by": "{date: quarter}"},
            "It is denied; a permit was expected. Quarters are too fine; the finest is years.",
        ),
        (
            {"by": "{date: quarter}", "expect": "deny", "because": "[expired, banned, level-too-fine]"},
            "It is denied, but not because of expired, banned; the reasons: level-too-fine.",
        ),
        (
            {"approval": "one person"},
            "It is permitted with approval automatic, not one person.",
        ),
    ],
)
def test_a_disappointment_says_what_happened_instead(
    policy: MakePolicy, words: Vocabulary, keys: dict[str, str], instead: str
) -> None:
    (missed,) = check(policy(), load_expectations(question(**keys), words))

    assert missed.sentence == instead
    assert missed.expectation.line == 2


def test_the_role_is_an_analyst_unless_said(policy: MakePolicy, words: Vocabulary) -> None:
    analysts = policy(share="{with: ARMAC, for: regional-reporting, roles: analyst}")

    assert check(analysts, load_expectations(question(), words)) == ()
    assert len(check(analysts, load_expectations(question(role="auditor"), words))) == 1


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ({"recipient": "ARMAK"}, "'ARMAK' is not a known recipient; did you mean 'ARMAC'?"),
        ({"because": "expired"}, "because can be used only with expect: deny"),
        ({"approval": "automatic", "expect": "deny"}, "approval can be used only with expect: permit"),
        ({"expect": "maybe"}, "'maybe' is not a known decision"),
        ({"because": "too late", "expect": "deny"}, "'too late' is not a known reason"),
        ({"by": "{date: day}"}, "'day' is not a known level of date"),
        ({"on": "tomorrow"}, "'tomorrow' is not a date"),
        ({"colour": "red"}, "'colour' is not a known key of an example"),
    ],
)
def test_an_example_that_cannot_be_read_is_refused(
    words: Vocabulary, keys: dict[str, str], problem: str
) -> None:
    with pytest.raises(PolicyError) as raised:
        load_expectations(question(**keys), words)

    assert problem in str(raised.value)


@pytest.mark.parametrize("text", ["", "questions: []", "questions:", "- a", "question: []"])
def test_a_document_without_questions_is_refused(words: Vocabulary, text: str) -> None:
    with pytest.raises(PolicyError):
        load_expectations(text, words)
