"""What the deploying tool itself calls, beside CloudFormation's handlers, as runs of it showed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from foretell.knowledge.knowledge import Knowledge, Row
from foretell.needs import Certainty, Need
from foretell.templates.opening import is_serverless
from foretell.templates.stack import Stack
from foretell.translation import asked_for

CLOUDFORMATION = "cloudformation"
SERVERLESS = "serverless"
CDK = "cdk"
TOOLS = (CLOUDFORMATION, SERVERLESS, CDK)
_SOME, _MOST = 0.2, 0.5  # of the runs
DEPLOY, UPDATE, REMOVE = "deploy", "update", "remove"


def tool_of(stacks: Sequence[Stack]) -> str:
    """The tool that writes such templates: the Serverless Framework keeps a bucket of its own."""
    written = any(is_serverless(stack.document.content) for stack in stacks)
    return SERVERLESS if written else CLOUDFORMATION


def tool_needs(
    stacks: Sequence[Stack], base: Sequence[Stack], knowledge: Knowledge, tool: str
) -> Iterator[Need]:
    """The calls that most runs of the tool made are seen, those of some are possible.

    A plain template does not tell what deploys it: unless somebody says so, all are possible.
    """
    tool_is_known = bool(tool)
    tool = tool or tool_of(stacks)
    tool_is_known = tool_is_known or tool != CLOUDFORMATION
    for phase in (UPDATE,) if base else (DEPLOY, REMOVE):
        rows = knowledge.of(tool, phase)
        for call in sorted({one for row in rows for one in row.calls}):
            having = [row for row in rows if call in row.calls]
            for one in _needs(call, having, rows, stacks, knowledge, tool):
                yield one if tool_is_known else replace(one, certainty=Certainty.POSSIBLE)


def _needs(
    call: str,
    having: Sequence[Row],
    rows: Sequence[Row],
    stacks: Sequence[Stack],
    knowledge: Knowledge,
    tool: str,
) -> Iterator[Need]:
    service, _, operation = call.partition(":")
    share = sum(len(row.sources) for row in having) / sum(len(row.sources) for row in rows)
    if share < _SOME:
        return  # of a process's own commands a template tells nothing
    for stack in stacks[:1]:
        for one in asked_for(service, operation, {"StackName": stack.name}, stack.place):
            if one.kind:
                continue
            runs = knowledge.runs_named(run for row in having for run in row.sources)
            yield Need(
                action=one.action,
                resource=one.resource,
                certainty=Certainty.SEEN if share > _MOST else Certainty.POSSIBLE,
                because=f"{tool} called {operation} itself",
                source=f"runs of {runs}",
                region=stack.place.region,
                stack=stack.name,
                path=stack.document.path,
            )
