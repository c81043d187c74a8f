"""The plan of a workspace: approval, conversions, the college's template, the ledger's head."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from align.credit import RuleSet
from align.decisions import Approval, LinkDecision, Person, Workspace
from align.learner import ConversionRule, Entry, bank_of, bears
from align.papers.agreed import agreed, same_content
from align.pipeline import Result, plan_of
from align.plan import Conversion, Listed, Plan
from align.records import Certificate
from align.store import Store, TemplateVersion

#: Stands for the ledger's head in the file that is approved: its entry does not exist yet.
LEDGER_LATER = "见批准时的回执"


@dataclass(frozen=True)
class Papers:
    """What belongs into a plan beside the result, as the store has it at one moment.

    Parameters
    ----------
    links : tuple of LinkDecision
        The words in force on links.
    conversion : Conversion or None
        None where the college has neither rules nor approved conversions.
    ledger : str
        The head of the college's chain.
    approval : Approval or None
        While it stands.
    template : TemplateVersion or None
        The college's own, where one is in force.
    """

    links: tuple[LinkDecision, ...] = ()
    conversion: Conversion | None = None
    ledger: str = ""
    approval: Approval | None = None
    template: TemplateVersion | None = None

    @property
    def key(self) -> str:
        """Tells papers apart that would give another plan."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:24]


def papers_of(
    store: Store, who: Person, space: Workspace, result: Result, links: Sequence[LinkDecision]
) -> Papers:
    """The papers of a workspace as they are now.

    Parameters
    ----------
    links : sequence of LinkDecision
        The words in force on links, as this person may see them.
    """
    seq, digest = store.head(space.college_id)
    approvals = store.approvals(who, space.id) if space.state == "approved" else []
    templates = store.template_versions(who, space.college_id)[-1:]
    return Papers(
        tuple(links),
        _conversion(store, who, space, result),
        f"第 {seq} 条 {digest}",
        approvals[-1] if approvals else None,
        templates[0] if templates and templates[0].sha256 else None,
    )


def as_approved(papers: Papers, approval: Approval) -> Papers:
    """The papers of the very file that is approved, which says so itself.

    Parameters
    ----------
    approval : Approval
        As it is about to be recorded; without ``digest``, which no file can hold of itself.
    """
    return replace(papers, approval=approval, ledger=LEDGER_LATER)


def plan_with(result: Result, papers: Papers) -> Plan:
    """The plan of a result with its papers."""
    return plan_of(
        result,
        links=papers.links,
        conversion=papers.conversion,
        ledger=papers.ledger,
        approval=papers.approval,
    )


def _conversion(store: Store, who: Person, space: Workspace, result: Result) -> Conversion | None:
    values = store.rules_in_force(who, space.id)
    approved = store.conversions(who, workspace_id=space.id)
    if not values and not approved:
        return None
    entries = store.directory(who, space.college_id)
    certificates = result.gathered.certificates
    listed = _listed(approved, entries, certificates)
    rules = RuleSet(values)
    people = agreed(result, store.agreements(who, space.id))
    return Conversion(
        rules,
        people | {pair: x.words for pair, x in listed.items()},
        bank_of(certificates, entries),
        same_content=same_content(rules, certificates, entries),
        listed=listed,
    )


def _listed(
    approved: Sequence[ConversionRule], entries: Sequence[Entry],
    certificates: Sequence[Certificate],
) -> dict[tuple[str, str], Listed]:  # fmt: skip
    """The conversions the committee has approved, by certificate and course."""
    by_id = {e.id: e for e in entries}
    found = {}
    for rule in approved:
        entry = by_id.get(rule.entry_id)
        for c in certificates:
            if entry is not None and bears(entry, c.name):
                words = f"已批准转换（{rule.approved}）" + (f"：{rule.note}" if rule.note else "")
                found[c.id, rule.course_id] = Listed(rule.level, rule.credits, rule.grade, words)
    return found
