"""The words of the pages explained: what each means, and why it is so or what to do.

The key of a term is its place on the page of the glossary; a template links there with the macro `why`.
"""

from dataclasses import dataclass
from types import MappingProxyType

from flask_babel import LazyString, lazy_gettext


@dataclass(frozen=True)
class Term:
    """`more`: why it is so, or what to do; may be empty."""

    term: LazyString
    meaning: LazyString
    more: LazyString | str = ""


IN_A_TABLE = {
    "withheld": Term(
        lazy_gettext("Withheld ◊"),
        lazy_gettext("The number exists and is not shown, to protect people."),
        lazy_gettext(
            "A count of one or two people can show a neighbour who they were. Each member withholds small "
            "counts, and some larger ones with them, so that no small count can be calculated from the "
            "others. Which of the two a number is, nobody outside the country learns. A coarser table shows "
            "more numbers."
        ),
    ),
    "bounds": Term(
        lazy_gettext("Range"),
        lazy_gettext("What the shown numbers leave possible for a withheld number: at least, and at most."),
        lazy_gettext(
            "The totals of the table say this much already; the page calculates it for you. Every number of "
            "the range is possible. The middle of a range is no estimate."
        ),
    ),
    "not-shared": Term(
        lazy_gettext("Not shared"),
        lazy_gettext("The member's policy does not release this number to your organisation."),
        lazy_gettext("This is not zero. The page “What members share” says what each member releases."),
    ),
    "no-answer": Term(
        lazy_gettext("No answer"),
        lazy_gettext("The member did not answer before the deadline."),
        lazy_gettext("This is not zero. If the answer comes later, a newer table with it is made."),
    ),
    "not-collected": Term(
        lazy_gettext("Not collected"),
        lazy_gettext("The member's records do not hold this, or do not go so far."),
        lazy_gettext("This is not zero: nobody knows the number."),
    ),
    "lacks": Term(
        lazy_gettext("A total that lacks a member *"),
        lazy_gettext("A sum of what was shown; at least one member's number is not in it."),
        lazy_gettext("The note below the table names the members. The true total can be larger."),
    ),
    "changed": Term(
        lazy_gettext("A changed number ~"),
        lazy_gettext("The member changed the number a little before it left the country, to protect people."),
        lazy_gettext(
            "The note says by how much at most, or how much is typical. Such numbers may not add up."
        ),
    ),
    "own-group": Term(
        lazy_gettext("Own group [ ]"),
        lazy_gettext("Codes of a table that a reader has put together, such as the provinces of the north."),
        lazy_gettext(
            "The desk adds up the numbers that the table shows. Where one is withheld, the group is withheld "
            "as well, and its range is the sum of the ranges. No member was asked, and the log does not "
            "commit to the sum: whoever has the table can add it up again."
        ),
    ),
    "coarser": Term(
        lazy_gettext("Coarser table"),
        lazy_gettext("The same question with fewer breakdowns, larger areas, or longer periods."),
        lazy_gettext("The larger the groups of a table, the fewer of its numbers are withheld."),
    ),
}

ABOUT_ANSWERS = {
    "not-asked": Term(
        lazy_gettext("Not asked"),
        lazy_gettext("The question did not go to this member: all its places are in other countries."),
    ),
    "will-not-answer": Term(
        lazy_gettext("Would not answer"),
        lazy_gettext(
            "The member has declared, signed by its node, what its policy releases; this table is not part "
            "of it."
        ),
        lazy_gettext(
            "The page says so before you ask. You may ask all the same: the policy decides each question "
            "anew. A coarser question may be answered."
        ),
    ),
    "refused": Term(
        lazy_gettext("Refused"),
        lazy_gettext("The member gives no table, and gives a reason from a closed list."),
        lazy_gettext("A refusal discloses nothing about the numbers."),
    ),
    "pending": Term(
        lazy_gettext("Approval pending"),
        lazy_gettext("The member's policy demands that a person looks at the answer before it is sent."),
        lazy_gettext("Give a day or more, or read the answer in a newer table when it has come."),
    ),
    "late": Term(
        lazy_gettext("Late answer"),
        lazy_gettext("An answer that came after the deadline, when a table was released already."),
        lazy_gettext(
            "It goes into a newer table of the same question. The former table stays as it was, so that "
            "what was cited can be found."
        ),
    ),
    "offline": Term(
        lazy_gettext("Not heard since"),
        lazy_gettext("The member's node has not called the hub for a while."),
        lazy_gettext("It answers when it calls again, if the question is still open then."),
    ),
    "not-declared": Term(
        lazy_gettext("Does not declare"),
        lazy_gettext("The member has not said beforehand what its policy releases."),
        lazy_gettext("Only its answer tells."),
    ),
}

ABOUT_POLICIES = {
    "policy": Term(
        lazy_gettext("Policy"),
        lazy_gettext("What a country permits: to whom, for what purpose, what, and how finely."),
        lazy_gettext(
            "Its data controller signs it. Without a policy in force, a node refuses all questions."
        ),
    ),
    "draft": Term(
        lazy_gettext("Draft"),
        lazy_gettext(
            "A policy that somebody is writing. It is kept, and changes nothing before it is signed."
        ),
        lazy_gettext("You can leave it and go on another day, or discard it."),
    ),
    "preview": Term(
        lazy_gettext("Preview"),
        lazy_gettext("Exactly the tables that would answer once the draft is signed, computed beforehand."),
    ),
    "purpose": Term(
        lazy_gettext("Purpose"),
        lazy_gettext("What an answer is for, from a closed list. Each question has exactly one."),
    ),
    "register": Term(
        lazy_gettext("Register"),
        lazy_gettext("A country's own records of victims. They never leave the country."),
    ),
    "snapshot": Term(
        lazy_gettext("Snapshot"),
        lazy_gettext("The register as it was loaded on a day. Answers are counted from it."),
    ),
}

ABOUT_PROOF = {
    "log": Term(
        lazy_gettext("Log"),
        lazy_gettext("A list of everything that was asked, answered and decided, to which one can only add."),
    ),
    "entry": Term(
        lazy_gettext("Entry"),
        lazy_gettext("One line of the log, with a number that stays."),
    ),
    "receipt": Term(
        lazy_gettext("Receipt"),
        lazy_gettext(
            "The entries that prove that a question was logged first and that a table is unchanged."
        ),
    ),
    "checkpoint": Term(
        lazy_gettext("Checkpoint"),
        lazy_gettext("A signed line that fixes all entries of a log up to a number."),
    ),
    "witness": Term(
        lazy_gettext("Witness"),
        lazy_gettext(
            "A program elsewhere that signs a checkpoint only if no earlier entry has changed since it last "
            "looked."
        ),
    ),
}

ABOUT_PEOPLE = {
    "member": Term(
        lazy_gettext("Member"),
        lazy_gettext("A country that takes part."),
    ),
    "node": Term(
        lazy_gettext("Node"),
        lazy_gettext("A member's computer beside its register. It decides every question by the policy."),
    ),
    "hub": Term(
        lazy_gettext("Hub"),
        lazy_gettext(
            "The regional centre's computer. It passes questions on and puts answers together, and sees no "
            "more than whoever asks."
        ),
    ),
    "controller": Term(
        lazy_gettext("Data controller"),
        lazy_gettext("The person who decides for a country what is shared, and signs the policy."),
    ),
    "analyst": Term(
        lazy_gettext("Analyst"),
        lazy_gettext("A person who asks questions for an organisation and reads the tables."),
    ),
    "auditor": Term(
        lazy_gettext("Auditor"),
        lazy_gettext("A person who reads a log and checks it."),
    ),
    "operator": Term(
        lazy_gettext("Operator"),
        lazy_gettext("A person who keeps a hub or a node running, and sees nothing of answers."),
    ),
}

GROUPS = MappingProxyType(
    {
        "in-a-table": (lazy_gettext("In a table"), IN_A_TABLE),
        "about-answers": (lazy_gettext("Questions and answers"), ABOUT_ANSWERS),
        "about-policies": (lazy_gettext("Policies and registers"), ABOUT_POLICIES),
        "about-proof": (lazy_gettext("Log and proof"), ABOUT_PROOF),
        "about-people": (lazy_gettext("Countries and people"), ABOUT_PEOPLE),
    }
)
"""Headings and terms, by the key of the heading; no key stands twice."""
