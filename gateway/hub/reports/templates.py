"""What a report is made of: its sections, and the ready-made questions whose tables each of them shows. Pure.

A template names questions of the dictionary's list, so that a report needs no table that a controller was not
told about.
"""

from dataclasses import dataclass
from types import MappingProxyType

from gateway.dictionary import Dictionary, ReadyTable
from gateway.picturing.words import msgid


@dataclass(frozen=True)
class SectionPlan:
    """A section: its heading, what its text should say, and the ready-made questions that it shows.

    `over_years`: a table and a picture of the years before stand beside the year's own.
    """

    name: str
    heading: str
    hint: str = ""
    questions: tuple[str, ...] = ()
    over_years: bool = False


@dataclass(frozen=True)
class Template:
    """`title` has a place for the year."""

    name: str
    label: str
    title: str
    sections: tuple[SectionPlan, ...]

    def section(self, name: str) -> SectionPlan | None:
        """The section of this name."""
        return next((one for one in self.sections if one.name == name), None)


@dataclass(frozen=True, order=True)
class Slot:
    """The place of a table in a report: the section, the question in it, and the number of its table."""

    section: str
    question: str
    number: int


_SUMMARY = SectionPlan(
    "summary",
    msgid("Summary"),
    msgid("What a reader should know who reads nothing else: three or four sentences."),
)
_HARMED = SectionPlan(
    "harmed",
    msgid("How many people were harmed"),
    msgid("How the year compares with the years before, and what explains the difference."),
    ("outcome-by-year",),
    over_years=True,
)
_WHO = SectionPlan(
    "who",
    msgid("Women, men, girls and boys"),
    msgid("Who was harmed, and which groups need attention of their own."),
    ("sex-and-age-by-year",),
)
_DEVICES = SectionPlan(
    "devices",
    msgid("Explosive devices"),
    msgid("Which devices harmed people, and what this means for clearance and risk education."),
    ("device-by-year",),
)
_WHERE = SectionPlan(
    "where",
    msgid("Where accidents happen"),
    msgid("Which parts of the countries are concerned."),
    ("province-group-by-year",),
)
_ASSISTANCE = SectionPlan(
    "assistance",
    msgid("Assistance"),
    msgid("Which services were needed, referred to and received, and what is lacking."),
    ("services-by-sex",),
)
_NOT_YET = SectionPlan(
    "not-yet",
    msgid("What cannot be told yet"),
    msgid("Questions without an answer this year, and what would be needed to answer them."),
)

TEMPLATES = MappingProxyType(
    {
        one.name: one
        for one in (
            Template(
                "yearly",
                msgid("Yearly regional victim assistance report"),
                msgid("Victim assistance in the region, %(year)s"),
                (
                    _SUMMARY,
                    _HARMED,
                    _WHO,
                    SectionPlan(
                        "activity",
                        msgid("Civilians, military, deminers, and what people were doing"),
                        msgid("In which situations people were harmed."),
                        ("status-by-outcome", "activity-by-age"),
                    ),
                    _DEVICES,
                    _WHERE,
                    _ASSISTANCE,
                    SectionPlan(
                        "disability",
                        msgid("Disability and unmet need"),
                        msgid("Who lives with a disability, and which needs are not met."),
                        ("disability", "unmet-need"),
                    ),
                    SectionPlan(
                        "risk-education",
                        msgid("Risk education and marking"),
                        msgid("Which activities reached how many people."),
                        ("risk-education-and-marking",),
                    ),
                    _NOT_YET,
                ),
            ),
            Template(
                "article-7",
                msgid("Tables for Article 7 reports"),
                msgid("Article 7 tables on victims, %(year)s"),
                (_SUMMARY, _HARMED, _WHO, _DEVICES, _WHERE, _ASSISTANCE),
            ),
        )
    }
)
"""Templates by name, the one that most people need first."""


def slots(dictionary: Dictionary, template: Template) -> dict[Slot, ReadyTable]:
    """Every table of a template in reading order. A question that the dictionary lacks has none."""
    return {
        Slot(section.name, question, number): table
        for section in template.sections
        for question in section.questions
        if question in dictionary.ready_made
        for number, table in enumerate(dictionary.ready_made[question].tables)
    }
