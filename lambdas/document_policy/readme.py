"""README.md: the dossier for a pull request."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lambdas.document_policy.analysis.changes import Change, together
from lambdas.document_policy.analysis.claims import claims
from lambdas.document_policy.analysis.exercised_paths import paths
from lambdas.document_policy.analysis.iam_documents import BOUNDARY_FILE, managed_policies
from lambdas.document_policy.analysis.run_facts import RunFacts
from lambdas.document_policy.analysis.statement_reasons import reasons, wildcards
from lambdas.document_policy.formats.forms import FORMS
from lambdas.model.dossier.refinement import ExplainedStatement, LeftOut, PrincipalPolicy
from lambdas.model.findings.finding import Finding, Severity
from lambdas.model.iam.role_boundary import RoleBoundary
from lambdas.model.text import counted, listed, names_in, sentence, shortened, visible
from lambdas.model.trail.ground_kind import GroundKind

LONGEST = 500
MOST = 40  # of a kind; the report and refined.json hold all
_BACKTICKS = re.compile(r"`+")
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~&!$])")
_LINKED = re.compile(r"@|://|www\.", re.IGNORECASE)


def code(text: str) -> str:
    """A code span that holds the text to the letter, whatever backticks it has."""
    shown = shortened(visible(text), LONGEST, whole_in="policy.json") or " "
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(shown)), default=0) + 1)
    # Spaces are taken off both ends when both are there, so they are put there when needed.
    pad = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def prose(text: str) -> str:
    """A sentence in which nothing is markup; names, and what could become a link, are code."""
    pieces = names_in(shortened(visible(text), LONGEST, whole_in="report.html"))
    shown = ""
    for one, is_name in pieces:
        if is_name or _LINKED.search(one):
            shown += f" {code(one)}" if shown.endswith("`") else code(one)  # two runs would be one
        else:
            shown += _MARKUP.sub(r"\\\1", one)
    return shown


def readme(facts: RunFacts) -> str:
    """The whole document."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: RunFacts) -> Iterator[str]:
    yield f"# {facts.title}"
    yield ""
    if facts.caveat:
        yield from (f"**{facts.caveat}**", "")
    yield prose(facts.verdict.grounds)
    yield from (f"- {prose(one)}" for one in facts.verdict.details)
    yield ""
    if facts.changes.alarm:
        yield from (f"**{facts.changes.alarm}**", "")
    yield from (
        f"- **{o.name.capitalize()}**: {o.answer}. {prose(o.sentence)}" for o in claims(facts)
    )
    yield ""
    yield from _figures(facts)
    yield from _findings(facts)
    yield from _changes(facts)
    for policy in facts.refinement.policies:
        yield from _policy(policy)
    if facts.refinement.boundary:
        yield from _boundary(facts.refinement.boundary)
    yield from _paths(facts)
    yield from _left_out(facts.refinement.left_out)
    yield from _files(facts)


def _figures(facts: RunFacts) -> Iterator[str]:
    yield "| | |"
    yield "| --- | --- |"
    yield f"| run | {facts.run.id} |"
    yield f"| from, to | {code(facts.run.started_at)}, {code(facts.run.ended_at or 'not told')} |"
    if facts.revision.words:
        yield f"| source | {code(facts.source)} |"
    size = f"{counted(facts.statements, 'statement')}, {counted(facts.actions, 'action')}"
    yield f"| policy | {size}, {counted(facts.grants, 'grant')} |"
    yield f"| size | {facts.size} |"
    events = counted(facts.survey.events, "event")
    yield f"| evidence | {events}, {counted(facts.survey.lines, 'line')} |"
    if facts.checked:
        yield f"| checks | {', '.join(facts.checked)} |"
    yield f"| findings | {facts.finding_counts} |"
    yield f"| changes | {facts.changes.summary} |"


def _findings(facts: RunFacts) -> Iterator[str]:
    yield from ("", "## Read this first", "")
    if not facts.findings:
        yield "No findings."
    for severity in Severity:
        found = [one for one in facts.findings if one.severity is severity]
        folded = found and severity is Severity.NOTE
        if folded:
            summary = f"<summary>{counted(len(found), 'note')}</summary>"
            yield from ("", "<details>", summary, "")
        for _, same in groupby(found, key=lambda one: one.kind):
            yield from _capped([_finding(one) for one in same], "- and {} more of this kind")
        if folded:
            yield from ("", "</details>")


def _finding(one: Finding) -> str:
    often = f" ({one.count:,} times)" if one.count > 1 else ""
    todo = f" **{prose(one.action)}**" if one.action else ""
    return (
        f"- **{one.severity}** {code(one.kind)} {code(one.subject)}: "
        f"{prose(one.detail)}{often}{todo}"
    )


def _changes(facts: RunFacts) -> Iterator[str]:
    changes = facts.changes
    yield from ("", "## What changed", "")
    yield f"{changes.summary[:1].upper()}{changes.summary[1:]}."
    yield from (f"\n{prose(one)}" for one in facts.compared)
    if changes.causes:
        yield ""
    yield from (f"- {prose(one)}" for one in changes.causes)
    yield from _access("New access", changes.new)
    yield from _access("Access gone", changes.gone)
    if changes.reworded:
        yield from ("", f"{counted(len(changes.reworded), 'access')} in other words.")


def _access(title: str, found: Sequence[Change]) -> Iterator[str]:
    if not found:
        return
    yield from ("", f"### {title}", "")
    yield from _capped(
        [
            f"- {', '.join(map(code, one.actions))} on {code(str(one.resource))}: "
            f"{prose(one.cause)}"
            for one in together(found)
        ],
        "- and {} more",
    )


def _policy(policy: PrincipalPolicy) -> Iterator[str]:
    yield from ("", f"## The policy of {code(policy.principal)}", "")
    parts = managed_policies(policy)
    files = listed([f"`{one.name}.json`" for one in parts])
    yield f"In {files}{'; together they grant exactly what stands here' * (len(parts) > 1)}."
    for one in policy.statements:
        yield from _statement(one)


def _statement(one: ExplainedStatement) -> Iterator[str]:
    statement = one.statement
    yield from ("", f"### {prose(statement.sid)}", "")
    yield f"{prose(one.purpose)} {prose(reasons(one).sentence)}"
    yield ""
    yield f"- may {', '.join(code(str(action)) for action in statement.actions)}"
    yield from _capped([f"- on {code(str(r))}" for r in statement.resources], "- and on {} more")
    for condition in statement.conditions:
        values = ", ".join(code(str(value)) for value in condition.values)
        yield f"- only when {code(condition.key)} {code(condition.operator)} {values}"
    for wildcard in wildcards(one):
        where = f" in {', '.join(map(code, wildcard.resources))}" if wildcard.resources else ""
        yield f"- wildcards{where}: {prose(wildcard.reason)}"
    derived = sorted(
        {
            (ground.kind, ground.text)
            for grant in one.grants
            for ground in grant.grounds
            if ground.kind != GroundKind.OBSERVED
        }
    )
    yield from _capped(
        [f"- {code(kind)}: {prose(sentence(text))}" for kind, text in derived],
        "- and {} more grounds",
    )


def _boundary(boundary: RoleBoundary) -> Iterator[str]:
    yield from ("", "## The boundary of the roles that the process creates", "")
    use = (
        "The policy lets the process create and change roles with it alone."
        if boundary.required
        else "It is offered: the policy does not ask for it."
    )
    yield f"`{BOUNDARY_FILE}`, the managed policy {code(boundary.name)}. {use}"
    yield ""
    yield from _capped([f"- covers {code(one)}" for one in boundary.roles], "- and {} more")
    for one in boundary.statements:
        verb = "may" if one.effect == "Allow" else "may never"
        but = ("all but " * one.but_actions, "all but " * one.but_resources)
        actions = ", ".join(map(code, one.actions))
        resources = ", ".join(code(str(each)) for each in one.resources)
        yield f"- {verb} {but[0]}{actions} on {but[1]}{resources}"
        for condition in one.conditions:
            values = ", ".join(code(str(value)) for value in condition.values)
            yield f"  - only when {code(condition.key)} {code(condition.operator)} {values}"


def _paths(facts: RunFacts) -> Iterator[str]:
    yield from ("", "## Paths that were exercised", "")
    for path in paths(facts):
        yield f"- {path.name}: {path.state}. {prose(path.sentence)}"


def _left_out(left: Sequence[LeftOut]) -> Iterator[str]:
    yield from ("", "## What was left out", "")
    if not left:
        yield "Nothing."
    for kind, same in groupby(sorted(left, key=lambda one: (one.kind, one)), lambda one: one.kind):
        lines = [f"- {code(o.action)} on {code(o.resource)}: {prose(o.reason)}" for o in same]
        yield from (f"{code(kind)}", "", *_capped(lines, "- and {} more, in refined.json"), "")


def _files(facts: RunFacts) -> Iterator[str]:
    yield from ("", "## Files", "")
    files = listed([f"`{one.file}`" for one in FORMS])
    yield f"- `policy.json` is IAM's JSON; {files} are the same"
    yield f"  for {_languages()}, with variables."
    yield "- `report.html` shows the events behind every permission."
    yield "- `manifest.json` pins every document of the run and the run before it."
    yield ""
    yield f"Written from {code(', '.join(f'{n} {v}' for n, v in facts.versions.items()))}."


def _languages() -> str:
    return listed([f"the {one.title}" if one.title == "CDK" else one.title for one in FORMS])


def _capped(lines: Iterable[str], rest: str) -> list[str]:
    every = list(lines)
    more = [rest.format(f"{len(every) - MOST:,}")] if len(every) > MOST else []
    return every[:MOST] + more
