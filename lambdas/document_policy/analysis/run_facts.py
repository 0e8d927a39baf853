"""What all documents of a run tell, worked out once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdas.document_policy.analysis.call_survey import CallSurvey, survey
from lambdas.document_policy.analysis.causes import Now
from lambdas.document_policy.analysis.changes import Changes, changes
from lambdas.document_policy.analysis.iam_documents import characters, managed_policies
from lambdas.document_policy.analysis.judges import actions_offered, not_judged
from lambdas.model.archive.archived_runs import PreviousRun
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import PrincipalPolicy, Refinement
from lambdas.model.dossier.verdict import Verdict
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.execution.source_revision import PACKED, SourceRevision
from lambdas.model.findings.finding import Finding, Severity
from lambdas.model.limits import MANAGED_POLICY_LIMIT
from lambdas.model.text import counted

URGENCY = {severity: rank for rank, severity in enumerate(Severity)}
CAVEATS = {
    Platform.AWS: "",
    Platform.EMBEDDED: "This ran on an embedded AWS, an emulator: everything here was shown "
    "there, and nothing of it on AWS.",
    Platform.UNKNOWN: "Nothing says where this ran, so nothing of it was shown on AWS.",
}
COMPARED_WITH_NONE = (
    "No earlier run says that it took place on {own}, so this one is compared with none; start a "
    "run with compareEmulated: true to compare all the same."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts:
    """A run, ready to be written down.

    Attributes:
        findings: of evidence and refinement together, the most urgent first, none twice.
        checks: what Access Analyzer and the simulation answered, as CheckPolicy keeps it.
        offered: how many actions Access Analyzer named; None when it was not asked.
    """

    run: Run
    process: Process
    refinement: Refinement
    findings: tuple[Finding, ...]
    survey: CallSurvey
    checks: Mapping[str, Any]
    verdict: Verdict
    changes: Changes
    versions: Mapping[str, str]
    previous: PreviousRun
    offered: int | None = None
    revision: SourceRevision = PACKED

    @property
    def title(self) -> str:
        """The verdict and the process: the first line everywhere."""
        return f"{self.headline}: the policy of {self.process.name}"

    @property
    def headline(self) -> str:
        """The verdict, and where it was reached if that was not AWS."""
        return f"{self.verdict.headline}{self.run.platform.aside}{self.revision.aside}"

    @property
    def caveat(self) -> str:
        """What a reader must know of a run that was not on AWS; empty for one that was."""
        return CAVEATS[self.run.platform]

    @property
    def source(self) -> str:
        """The revision that was run, and whether its own file decided what; empty if unknown."""
        words = self.revision.words
        decided = bool(words) and self.process.defined_by_source
        return f"{words}, whose own file decided what was run" if decided else words

    @property
    def apart(self) -> bool:
        """Whether there are earlier runs, but none that this one may be compared with."""
        previous = self.previous
        return (
            previous.manifest is not None
            and previous.baseline is None
            and not self.run.compares_with(previous.platform)
        )

    @property
    def values(self) -> dict[str, str]:
        """The variables of the first cycle."""
        return dict(self.refinement.variables)

    @property
    def grants(self) -> int:
        """Actions on resources, over all principals."""
        return sum(len(one.grants) for p in self.refinement.policies for one in p.statements)

    @property
    def statements(self) -> int:
        """Over all principals."""
        return sum(len(policy.statements) for policy in self.refinement.policies)

    @property
    def wildcards(self) -> int:
        """Resources with a wildcard, over all principals."""
        return sum(len(one.wildcards) for p in self.refinement.policies for one in p.statements)

    @property
    def characters(self) -> int:
        """Of all policies together, as IAM counts them."""
        return sum(characters(policy, self.refinement) for policy in self.refinement.policies)

    @property
    def actions(self) -> int:
        """Different actions, over all principals."""
        return len(
            {
                str(action)
                for policy in self.refinement.policies
                for one in policy.statements
                for action in one.statement.actions
            }
        )

    @property
    def size(self) -> str:
        """`1 managed policy, 4,812 of 6,144 characters` for the run's own role, others beside."""
        return "; ".join(
            f"{policy.name}: {text}" if len(self.refinement.policies) > 1 else text
            for policy in self.refinement.policies
            for text in [_size(self.refinement, policy)]
        )

    @property
    def checked(self) -> tuple[str, ...]:
        """What IAM and Access Analyzer answered, a phrase each; empty when they were not asked."""
        simulation = self.checks.get("simulation")
        if not simulation:
            return ()
        return (
            f"{counted(len(self.checks.get('validation', ())), 'objection')} of ValidatePolicy",
            f"{simulation['asked'] - len(simulation.get('notSimulated', ())):,} calls simulated",
            f"{len(simulation['denied']):,} of them denied",
        )

    @property
    def compared(self) -> tuple[str, ...]:
        """What the comparison is worth, then CheckNoNewAccess's answers, a sentence each."""
        answers = self.checks.get("newAccess") or {}
        said = (
            f"CheckNoNewAccess of {one['policy']} against {answers['against']}: {one['result']}."
            for one in answers.get("policies", ())
        )
        return (*self._comparison, *said)

    @property
    def _comparison(self) -> tuple[str, ...]:
        baseline, own = self.previous.baseline, self.run.platform
        if self.apart:
            return (COMPARED_WITH_NONE.format(own=own),)
        if baseline is None or baseline.platform is own:
            return ()
        return (f"The run it is compared with took place on {baseline.platform}.",)

    def finding_count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(one.severity is severity for one in self.findings)

    @property
    def finding_counts(self) -> str:
        """`1 error, 2 warnings, 0 notes`."""
        return ", ".join(counted(self.finding_count(one), one.value) for one in Severity)


def gather(  # noqa: PLR0913  # the facts of a run, each by name
    *,
    run: Run,
    process: Process,
    refinement: Refinement,
    evidence_lines: Iterable[str | bytes],
    findings: Iterable[Finding],
    checks: Mapping[str, Any] | None,
    verdict: Verdict,
    generated: Mapping[str, Any] | None,
    versions: Mapping[str, str],
    previous: PreviousRun,
    revision: SourceRevision = PACKED,
) -> RunFacts:
    """Read the evidence once, sort the findings, compare with the baseline."""
    counts = survey(evidence_lines)
    now = Now(
        types=frozenset(counts.types),
        types_of={action: frozenset(types) for action, types in counts.types_of.items()},
        versions=versions,
        definition=process.to_mapping(),
        revision=revision,
    )
    return RunFacts(
        revision=revision,
        run=run,
        process=process,
        refinement=refinement,
        findings=in_order(
            {
                *findings,
                *refinement.findings,
                *map(Finding.from_json, (checks or {}).get("findings", ())),
                *not_judged(run, refinement),
            }
        ),
        survey=counts,
        checks=checks or {},
        verdict=verdict,
        changes=changes(refinement, previous, now=now),
        versions=dict(sorted(versions.items())),
        previous=previous,
        offered=actions_offered(generated),
    )


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The most urgent first; blind spots before other findings of the same severity."""
    return tuple(
        sorted(
            findings,
            key=lambda one: (
                URGENCY[one.severity],
                not one.is_blind_spot,
                one.kind,
                one.subject,
                one,
            ),
        )
    )


def _size(refinement: Refinement, policy: PrincipalPolicy) -> str:
    parts = managed_policies(policy)
    used = f"{characters(policy, refinement):,}"
    if len(parts) == 1:
        return f"1 managed policy, {used} of {MANAGED_POLICY_LIMIT:,} characters"
    return f"{len(parts)} managed policies, {used} characters as one document"
