"""What a controller should look at, each with the page where something can be done about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from flask_babel import ngettext

from gateway.member.model.signing_key import Duty
from gateway.web.controller.common.context import desk_context
from gateway.web.controller.jobs import node_health
from gateway.web.controller.policy.policy_overview import Overview
from gateway.web.controller.questions import figures
from gateway.web.controller.register import loads
from gateway.web.shared.languages import day

POLICY = "/controller/policy"
OLD = 18
"""Months after its last day, from which on a register is called old: yearly reports need the last year."""
SOON = timedelta(days=60)
"""How long before its end a policy's end is named: a new one needs time to be agreed."""


@dataclass(frozen=True)
class Matter:
    """A sentence, and a page with its link's words. `urgent`: answers depend on it."""

    sentence: str
    link: str
    address: str
    urgent: bool = False


@dataclass(frozen=True)
class RegisterAge:
    """The last day of the register, None without a register, and today."""

    until: date | None
    today: date

    @property
    def months(self) -> int:
        """Whole months since the last day."""
        if self.until is None:
            return 0
        return 12 * (self.today.year - self.until.year) + self.today.month - self.until.month


def matters(policy: Overview, valid_until: date | None, age: RegisterAge) -> tuple[Matter, ...]:
    """The most urgent first."""
    found = [*_of_the_policy(policy, valid_until, age.today), *_of_the_register(age), *_of_the_node()]
    return tuple(sorted(found, key=lambda matter: not matter.urgent))


def _of_the_policy(policy: Overview, valid_until: date | None, today: date) -> Iterator[Matter]:
    link = _("Policy")
    if policy.in_force is None:
        yield Matter(_("No policy is in force: every question is refused."), link, POLICY, urgent=True)
    elif not policy.tables:
        yield Matter(
            _("The tables of the policy in force are not protected yet: every question is refused."),
            link,
            POLICY,
            urgent=True,
        )
    if valid_until is not None and valid_until - today <= SOON:
        sentence = _("The policy in force ends on %(day)s. Nothing is answered later.", day=day(valid_until))
        yield Matter(sentence, link, POLICY, urgent=True)
    if policy.draft is not None:
        sentence = _(
            "A draft of version %(version)s is saved, and takes effect only after signing.",
            version=policy.draft.version,
        )
        yield Matter(sentence, link, POLICY)
    if policy.newer:
        yield Matter(_("A newer register is loaded. Tables still come from the one before."), link, POLICY)
    if policy.figures:
        yield Matter(_("Published figures have changed since the tables were protected."), link, POLICY)


def _of_the_register(age: RegisterAge) -> Iterator[Matter]:
    link = _("Data loads")
    if age.until is None:
        yield Matter(_("No register is loaded."), link, loads.PAGE, urgent=True)
    elif age.months >= OLD:
        sentence = _(
            "The register ended %(months)s months ago, on %(day)s. Later years cannot be asked for.",
            months=age.months,
            day=day(age.until),
        )
        yield Matter(sentence, link, loads.PAGE)
    uploads = desk_context().uploads.waiting()
    if uploads:
        sentence = ngettext(
            "%(num)d upload is not loaded yet.",
            "%(num)d uploads are not loaded yet.",
            len(uploads),
        )
        yield Matter(sentence, link, loads.PAGE)


def _of_the_node() -> Iterator[Matter]:
    node, link = desk_context().node, _("Node and keys")
    with node.store.reading() as view:
        alerts, evidence = len(view.watch.alerts(ended=False)), len(view.watch.evidence())
        signers = [one for one in view.holders() if one.duty is Duty.CONTROLLER and one.until is None]
        published = [one for one in view.figures() if one.withdrawn is None]
    if evidence:
        sentence = _("There is evidence against a log: its history was rewritten or forked.")
        yield Matter(sentence, link, node_health.PAGE, urgent=True)
    if alerts:
        sentence = ngettext("%(num)d alert is open.", "%(num)d alerts are open.", alerts)
        yield Matter(sentence, link, node_health.PAGE, urgent=True)
    if len(signers) == 1:
        sentence = _("Only one key can sign. If it is lost, nobody can change or revoke the policy.")
        yield Matter(sentence, link, node_health.PAGE)
    if not published:
        sentence = _(
            "No published figure is registered. Numbers in annual reports can give withheld numbers away."
        )
        yield Matter(sentence, _("Published figures"), figures.PAGE)
