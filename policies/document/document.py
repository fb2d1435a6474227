"""The policy document: its keys, their meaning and defaults, and the way from a document to a policy."""

from collections.abc import Mapping
from typing import Any

from policies.document.assemble import build_policy
from policies.document.cell_shapes import cells
from policies.document.level_shapes import banned_levels, levels, thresholds
from policies.document.reading import read_document
from policies.model.composed_shapes import ByNode, Key, ListOf, Record
from policies.model.model import EVERY_DATA_SET, Policy
from policies.model.phrases import DAYS, EPSILON, NO_LIMIT, PART, QUOTA, SPAN, YEARS, days_or
from policies.model.shapes import AnyForm, Day, Meaning, Number, OneOf, Phrase, Shape, Text
from policies.model.strict_yaml import Items, Table
from policies.model.terms import (
    Appearance,
    Approval,
    Graded,
    MechanismKind,
    Redistribution,
    Release,
    Reruns,
    Review,
    Zeros,
)
from policies.model.vocabulary import Vocabulary

READY_MADE = "ready-made questions"
UNTIL_REVOKED = "until revoked"


def load_policy(text: str, vocabulary: Vocabulary) -> Policy:
    """Read a policy document.

    Raises PolicyError with every fault of the document: line, column, key, the problem, the nearest valid
    word.
    """
    return read_document(text, document(vocabulary), "The policy document")


def document(words: Vocabulary | None) -> Record[Policy]:
    """The shape of a whole document; without a vocabulary the shape serves to write a schema only."""

    def build(values: dict[str, Any], table: Table, faults: list[Any]) -> Policy | None:
        if words is None:
            raise ValueError("a policy cannot be read without a vocabulary")
        return build_policy(values, table, faults, words)

    return Record("a policy", {**_identity(words), **_rules(words), **_detail(words), **_terms(words)}, build)


def _identity(words: Vocabulary | None) -> dict[str, Key]:
    until = Meaning("time", {UNTIL_REVOKED: (NO_LIMIT, "day")})
    # `true` would be one thing to an editor and another here
    name = Phrase(
        "victims",
        r"(?!(?:true|false)$)[a-z][a-z0-9_-]{0,39}",
        lambda match: match[0],
        ("victims", EVERY_DATA_SET),
    )
    return {
        "member": Key(_word("member", words and words.members), "ISO code of the member state", True),
        "data_set": Key(name, f"the data set; {EVERY_DATA_SET!r} for a ministry-wide policy (victims)"),
        "version": Key(Number(1, 999_999), "1 for the first, then counting up", True),
        "valid_from": Key(Day(), "first day of validity (UTC)", True),
        "valid_until": Key(Day(), "last day of validity (UTC); or give valid_for"),
        "valid_for": Key(AnyForm((SPAN, until)), "length of the validity from valid_from on (24 months)"),
        "legal_basis": Key(Text(), "the law, order or agreement that permits the sharing"),
        "review": Key(
            _graded(Review), "whether a second person reviews the policy before it is signed (none)"
        ),
        "revocation": Key(_word("way of revoking", ["immediate"]), "always immediate"),
    }


def _rules(words: Vocabulary | None) -> dict[str, Key]:
    who = {
        "with": Key(_words("recipient", words and words.recipients), "the recipients", True),
        "for": Key(_words("purpose", words and words.purposes), "the purposes", True),
        "roles": Key(_words("role", words and words.roles), "only in these roles (any role)"),
        "measures": Key(_words("measure", words and words.measures), "what (casualties, accidents)"),
    }
    share = {
        **who,
        "name": Key(Text(60), "a name for the permission, used in explanations"),
        "finest": Key(levels(words, root=True), "levels that are coarser here than for the data set"),
        "max_dimensions": Key(Number(1, 6), "a maximum that is smaller here than for the data set"),
        "only": Key(Meaning("restriction", {READY_MADE: True}), "ready-made questions only"),
        **_conditions(),
    }
    ban = {
        **{name: Key(key.shape, key.meaning) for name, key in who.items()},
        "name": Key(Text(60), "a name for the prohibition, used in explanations"),
        "show": Key(banned_levels(words), "any of these dimensions, at this level or finer"),
        "together": Key(banned_levels(words), "all of these dimensions in one table"),
    }
    shares = ListOf(Record("a permission", share, _with_position), may_be_empty=True, may_repeat=True)
    bans = ListOf(Record("a prohibition", ban, _with_position), may_be_empty=True, may_repeat=True)
    return {
        "share": Key(shares, "the permissions; everything else is denied", True),
        "never": Key(bans, "the prohibitions; they win over every permission (none)"),
    }


def _detail(words: Vocabulary | None) -> dict[str, Key]:
    names = None if words is None else [*words.ready_made, *words.packs]
    margin: Shape[Any] = Meaning("margin", {"total": ()})
    periods = ListOf(YEARS, may_repeat=True)
    pools = ByNode[Any](AnyForm[Any]((Number(1, 10), periods)), periods, Items)
    return {
        "finest": Key(
            levels(words, root=True), "the finest levels that anybody may see; coarser levels are included"
        ),
        "max_dimensions": Key(Number(1, 6), "dimensions in one table, by and where together (3)"),
        "threshold": Key(thresholds(words), "fewer people than this are a small cell (5)"),
        "zeros": Key(_graded(Zeros), "how zeros are treated (partner)"),
        "reruns": Key(
            _graded(Reruns), "which tables withstand reruns of the public program (withstand: all)"
        ),
        "first_year": Key(Number(1900, 9999), "people count from this year on (2010)"),
        "pooled_years": Key(pools, "show only fixed periods of so many years, or these periods"),
        "years_per_release": Key(Number(1, 100), "years are released together in periods of so many (1)"),
        "priority": Key(
            ListOf(
                ByNode[Any](_word("ready-made question or pack", names), levels(words)), may_be_empty=True
            ),
            "tables protected first (canonical-questions, article-7)",
        ),
        "keep": Key(
            ListOf(ByNode[Any](margin, levels(words)), may_be_empty=True), "margins that stay visible (none)"
        ),
        "always_show": Key(cells(words), "single cells that stay visible (none)"),
        "never_show": Key(cells(words), "cells that are always withheld (none)"),
        "structural_zeros": Key(cells(words), "cells that are publicly known to be empty (none)"),
        "mechanism": Key(_mechanism(), "how small cells are protected (suppression)"),
        "dominance": Key(
            _plain_record(
                "a dominance rule",
                largest=Number(1, 5),
                share_percent=Number(50, 100),
                p_percent=Number(1, 100),
            ),
            "for costs: sensitive when few people make up most of a cell (2, 85, 10)",
        ),
        "operator_p_percent": Key(
            Number(1, 100),
            "for activities: withheld where the second largest operator could tell the largest to within "
            "so many per cent (nothing is withheld)",
        ),
    }


def _terms(words: Vocabulary | None) -> dict[str, Key]:
    population = {
        "consent": Key(_words("consent", words and words.consents), "consents of those who are counted"),
        "victims": Key(_words("kind of victim", words and words.victims), "kinds of victim counted (DIR)"),
    }
    # Policies that were signed before totals were withdrawn stay valid: the key is read, and means nothing.
    totals = _plain_record("rules for regional totals", withheld_cells=_yes_no(), contributors=Number(4, 11))
    nothing: Shape[Any] = Meaning("rule for regional totals", {"no": {"withheld_cells": False}})
    return {
        "population": Key(Record("a population", population, _as_is), "who is counted"),
        "embargo": Key(days_or("none", 0), "data younger than this is not released (90 days)"),
        "release": Key(_graded(Release), "how often a snapshot is released (twice a year)"),
        "appears": Key(_graded(Appearance), "on its own, or only within regional totals (on its own)"),
        "regional_totals": Key(
            ByNode[Any](nothing, totals), "without effect: withheld cells enter no total any more"
        ),
        **_conditions(),
        "record_level": Key(_record_level(words), "extracts of single records (never)"),
    }


def _conditions() -> dict[str, Key]:
    approval = _graded(Approval)
    each = _plain_record("rules of approval", ready_made=approval, others=approval)
    both: Shape[Any] = Meaning("approval", {str(a): {"ready_made": a, "others": a} for a in Approval})
    cache = AnyForm((DAYS, Meaning("time (or no or unlimited)", {"no": 0, "unlimited": NO_LIMIT})))
    return {
        "approval": Key(ByNode[Any](both, each), "who has to approve an answer (automatic)"),
        "quota": Key(ListOf(QUOTA), "how many questions a recipient may ask (no limit)"),
        "retention": Key(
            days_or("unlimited", NO_LIMIT), "how long a recipient may keep the data (unlimited)"
        ),
        "redistribution": Key(
            _graded(Redistribution), "whether the data may be passed on (aggregates with credit)"
        ),
        "hub_cache": Key(cache, "how long the hub may keep answers (no)"),
    }


def _record_level(words: Vocabulary | None) -> Shape[Any]:
    never: Shape[Any] = Meaning("rule for records", {"never": {}})
    keys = {
        "to": Key(_words("recipient", words and words.recipients), "the recipients", True),
        "k": Key(Number(3, 100), "at least so many people look alike", True),
        "l": Key(Number(2, 100), "with at least so many different sensitive values", True),
        "approval": Key(_graded(Approval), "who has to approve an extract (two persons)"),
        "consent": Key(
            _word("consent", words and [words.record_consent]),
            "only people who consented to sharing their record",
        ),
    }
    return ByNode[Any](never, Record("a rule for records", keys, _as_is))


def _mechanism() -> Shape[Any]:
    plain = (MechanismKind.SUPPRESSION, MechanismKind.CELL_KEY)
    by_name: Shape[Any] = Meaning("mechanism", {kind.value: {"kind": kind} for kind in plain})
    keys = {
        "kind": Key(Meaning("mechanism", {k.value: k for k in MechanismKind}), "which one", True),
        "base": Key(Number(3, 100), "of controlled rounding: multiples of this"),
        "budget": Key(EPSILON, "of differential privacy: epsilon for the life of the data set"),
        "per_table": Key(EPSILON, "of differential privacy: what one table of it costs"),
        "first_year": Key(Number(1900, 9999), "of differential privacy: people count from this year on"),
        "D": Key(Number(1, 100), "of cell-key: the most by which a count is changed (6)"),
        "V": Key(EPSILON, "of cell-key: the variance of the changes (3)"),
        "js": Key(Number(0, 100), "of cell-key: counts of 1 to js are never shown (2)"),
        "pstay": Key(PART, "of cell-key: the least chance that a count stays (0)"),
    }
    return ByNode[Any](by_name, Record("a mechanism", keys, _with_position))


def _word(kind: str, known: Any) -> OneOf:
    return OneOf(kind, None if known is None else tuple(sorted(known)))


def _words(kind: str, known: Any) -> Shape[Any]:
    return ListOf(_word(kind, known))


def _graded(scale: type[Graded]) -> Shape[Any]:
    return Meaning("choice", {str(word): word for word in scale})


def _yes_no() -> Shape[bool]:
    return Meaning("choice", {"yes": True, "no": False})


def _plain_record(what: str, **shapes: Shape[Any]) -> Record[Mapping[str, Any]]:
    keys = {name: Key(shape, name.replace("_", " ")) for name, shape in shapes.items()}
    return Record(what, keys, _as_is)


def _as_is(values: dict[str, Any], table: Table, faults: list[Any]) -> Mapping[str, Any]:  # noqa: ARG001
    return values


def _with_position(values: dict[str, Any], table: Table, faults: list[Any]) -> tuple[dict[str, Any], Table]:  # noqa: ARG001
    return values, table
