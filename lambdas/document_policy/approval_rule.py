"""Approve by rule: what is proved on AWS, only takes away, and takes nothing that was used."""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lambdas.document_policy.analysis.access import Access
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.model.archive.approval import NARROWER
from lambdas.model.archive.archived_runs import BaselineKind
from lambdas.model.execution.platform import Platform
from lambdas.model.iam.action import Action
from lambdas.model.iam.template import Template, Variable, Wildcard
from lambdas.model.iam.template_coverage import overlaps
from lambdas.model.text import counted

BY = "the rule policy.approve: narrower"
MOST_LINES = 2_000_000  # of evidence that are read: half a minute of the step's fourteen
GROUNDS = "proved on AWS, grants nothing new, and no earlier run used what is gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether the rule approves, and why not.

    Attributes:
        asked: whether the process has the rule at all.
    """

    asked: bool
    why_not: str = ""

    @property
    def approves(self) -> bool:
        """Whether nothing stands against it."""
        return self.asked and not self.why_not

    @property
    def words(self) -> tuple[str, ...]:
        """A sentence for the mail and the approval; nothing when there is no rule."""
        if not self.asked:
            return ()
        if self.why_not:
            return (f"Not approved by {BY}: {self.why_not}.",)
        return (f"Approved by {BY}: {GROUNDS}.",)


def decide(facts: RunFacts, used: Iterable[Iterable[bytes]]) -> Decision:
    """Apply the process's rule.

    Args:
        facts: of the run.
        used: the evidence lines of each earlier run; read only when the rest speaks for it.

    Raises:
        ValueError: a line of evidence is not as it was written.
    """
    if facts.process.approve != NARROWER:
        return Decision(asked=False)
    return Decision(asked=True, why_not=_of_the_run(facts) or _of_use(facts, used))


def _of_the_run(facts: RunFacts) -> str:
    changes = facts.changes
    answers = (facts.checks.get("newAccess") or {}).get("policies", ())
    if facts.run.platform is not Platform.AWS or not facts.verdict.proved:
        return "it was not proved on AWS"
    if changes.alone or changes.standing is not BaselineKind.APPROVED:
        return "no approved policy is there to be narrower than"
    if facts.previous.baseline and facts.previous.baseline.platform is not Platform.AWS:
        return "the approved policy was not shown on AWS"
    if changes.new:
        return f"{counted(len(changes.new), 'access is', 'accesses are')} new"
    if not answers or any(one["result"] != "PASS" for one in answers):
        return "CheckNoNewAccess has not said of every policy that it grants nothing new"
    return ""


def _of_use(facts: RunFacts, used: Iterable[Iterable[bytes]]) -> str:
    gone = [(one.access.action, _open(one.access)) for one in facts.changes.gone]
    if not gone:
        return ""
    services = {action.service for action, _ in gone}
    for number, line in enumerate(line for lines in used for line in lines):
        if number >= MOST_LINES:
            return f"earlier runs left more than {MOST_LINES:,} lines of evidence"
        call = json.loads(line)
        if call["action"].partition(":")[0] not in services:
            continue
        action, resource = Action.from_text(call["action"]), Template.of(call["resource"])
        if any(_is_of(action, taken) and overlaps(on, resource) for taken, on in gone):
            return f"an earlier run used {action} on {call['resource']}, which is gone"
    return ""


def _is_of(action: Action, taken: Action) -> bool:
    return taken in {action, Action(action.service, "*")}


def _open(access: Access) -> Template:
    """Whatever the variables held in an earlier run."""
    return Template.of(
        *(Wildcard() if isinstance(part, Variable) else part for part in access.resource.parts)
    )
