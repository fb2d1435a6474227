"""The region's ready-made questions: the twelve of every year, and the pack for Article 7 reports.

Data, not code: the name of each question, and the tables that answer the question. A question beyond the
words of the regional dictionary says so; the declarations of members show which questions nobody shares.
Texts are msgids, translated where they are shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CASUALTIES, ACCIDENTS = "casualties", "accidents"


def msgid(text: str) -> str:
    """Marks an English text that is translated at its use."""
    return text


@dataclass(frozen=True)
class Part:
    """One table: a measure by levels. `label` distinguishes the table from others of the question, if any."""

    by: tuple[str, ...]
    measure: str = CASUALTIES
    label: str = ""


@dataclass(frozen=True)
class ReadyQuestion:
    """`parts`: the tables that answer the question; none where the dictionary has no words for the question,
    as `lacks` says.

    With parts, `lacks` says what the tables leave open.
    """

    name: str
    label: str
    parts: tuple[Part, ...]
    lacks: str = ""


PILLARS = ("DATA", "EMC", "REH", "PSS", "SEI", "LAW")
INJURIES = ("AMP_L", "AMP_U", "AMP_M", "EYE", "EAR", "BURN", "FRAG", "SPN", "OTH")
BARRIERS = ("DIST", "COST", "INFO", "QUAL", "STIG", "SEC")


def _each(attribute: str, codes: Iterable[str], *by: str) -> tuple[Part, ...]:
    """A table for each code of a multi-valued attribute."""
    return tuple(Part(("country", f"{attribute}.{code}", *by), label=f"{attribute}.{code}") for code in codes)


OUTCOME_BY_YEAR = ReadyQuestion(
    "outcome-by-year",
    msgid("Killed and injured, by country and year"),
    (Part(("country", "year", "outcome")),),
)
SEX_AND_AGE_BY_YEAR = ReadyQuestion(
    "sex-and-age-by-year",
    msgid("Men, women, boys and girls, and those not known, by year"),
    (Part(("country", "year", "sex", "adult_child")),),
)
DEVICE_BY_YEAR = ReadyQuestion(
    "device-by-year", msgid("Explosive device, by year"), (Part(("country", "year", "device_type")),)
)
STATUS_BY_OUTCOME = ReadyQuestion(
    "status-by-outcome",
    msgid("Civilians, military and deminers, killed and injured"),
    (Part(("country", "civ_status", "outcome")),),
)
SERVICES = ReadyQuestion(
    "services-by-sex",
    msgid("Services needed, referred to and received, by pillar and sex"),
    (
        *_each("need", PILLARS, "sex"),
        *_each("referred", PILLARS, "sex"),
        *_each("service", PILLARS, "sex"),
    ),
)
RISK_EDUCATION = ReadyQuestion(
    "risk-education-and-marking",
    msgid("Risk education and marking"),
    (),
    msgid(
        "The region's dictionary covers casualties; it has no terms yet for risk education sessions or "
        "for marked areas. Ask the national authorities for these numbers."
    ),
)

TWELVE = (
    OUTCOME_BY_YEAR,
    SEX_AND_AGE_BY_YEAR,
    DEVICE_BY_YEAR,
    STATUS_BY_OUTCOME,
    ReadyQuestion(
        "activity-by-age",
        msgid("Activity at the accident, children and adults"),
        (Part(("country", "activity_group", "adult_child")),),
    ),
    ReadyQuestion("province-by-year", msgid("Province, by year"), (Part(("province", "year")),)),
    ReadyQuestion(
        "injury-by-outcome", msgid("Injury, killed and injured"), _each("injury", INJURIES, "outcome")
    ),
    ReadyQuestion(
        "accidents",
        msgid("Accidents, and casualties per accident"),
        (
            Part(("country", "year"), ACCIDENTS, msgid("accidents")),
            Part(("country", "year"), label=CASUALTIES),
        ),
        msgid(
            "Casualties per accident are the number of casualties divided by the number of accidents, "
            "where both are shown."
        ),
    ),
    SERVICES,
    ReadyQuestion(
        "unmet-need",
        msgid("Unmet need, by province and barrier"),
        _each("barrier", BARRIERS, "province"),
        msgid(
            "The dictionary lists needs, services and barriers separately: these tables count people who "
            "met a barrier, whether or not the need was met later."
        ),
    ),
    ReadyQuestion(
        "disability",
        msgid("Disability (Washington Group), by sex and age"),
        (Part(("country", "disability", "sex", "adult_child")),),
    ),
    RISK_EDUCATION,
)
"""The canonical regional questions."""

ARTICLE_7 = (
    OUTCOME_BY_YEAR,
    SEX_AND_AGE_BY_YEAR,
    DEVICE_BY_YEAR,
    ReadyQuestion(
        "province-group-by-year",
        msgid("Where accidents happen: groups of provinces, by year"),
        (Part(("province_group", "year")),),
    ),
    SERVICES,
)
"""The tables that countries report of victims under Article 7 of the mine ban convention."""

EVERY = tuple({question.name: question for question in (*TWELVE, *ARTICLE_7)}.values())


def named(name: str) -> ReadyQuestion | None:
    """The ready-made question of this name."""
    return next((question for question in EVERY if question.name == name), None)
