"""Why a stack failed, which the tool that deployed it often does not say.

A stack is the cycle's if its name is among the last lines and it changed during the run: whoever
deploys a stack names it.

A reason may repeat a property's value. The build masks the process's secrets in its log, but only
it may read them: of a process that has secrets no reason is quoted but a denial, which holds none.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from lambdas.errors import FencepostError
from lambdas.gateways.failed_stacks import ChangedStacks
from lambdas.model.execution.stack_event import StackEvent
from lambdas.model.iam.arn import arn_pattern
from lambdas.model.text import visible

STACK_ID = re.compile(arn_pattern("cloudformation", r"stack/[\w-]+/[\w-]+", region="[^:]+"))
NESTED = "AWS::CloudFormation::Stack"
MOST = 3  # reasons of one stack; the first is what the others follow from
DENIAL = "not authorized to perform"
WITHHELD = "its reason may repeat a secret of the process: read it in the stack's events"
DEPTH = 5  # stacks within stacks; AWS allows no more than this in one another


def stack_reasons(
    stacks: ChangedStacks,
    regions: Iterable[str],
    last_lines: Sequence[str],
    since: str,
    *,
    has_secrets: bool = False,
) -> tuple[str, ...]:
    """The reasons, one line each; a region that does not tell is a line, too.

    Args:
        stacks: asked which changed, and what happened to them.
        regions: where the process acts.
        last_lines: of the build's log.
        since: when the run began, ISO 8601.
        has_secrets: whether the process has secrets, which a reason may repeat.
    """
    found: list[str] = []
    for region in regions:
        try:
            for stack, name in sorted(stacks.changed(region, since).items()):
                if _names(last_lines, name):
                    failed = _reasons(stacks, stack, since)
                    found += (
                        _sentence(one, within, has_secrets=has_secrets) for one, within in failed
                    )
        except FencepostError as error:
            found.append(f"CloudFormation did not tell why a stack failed in {region}: {error}")
    return tuple(map(visible, found))


def _names(lines: Sequence[str], name: str) -> bool:
    return any(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line) for line in lines)


def _reasons(
    stacks: ChangedStacks, stack: str, since: str, depth: int = 0
) -> Iterator[tuple[StackEvent, str]]:
    """What failed first, with its stack; where that is a nested stack, what failed first in it."""
    failed = [one for one in stacks.events(stack, since) if one.failed]
    own = [one for one in failed if one.physical_id != stack] or failed
    for one in own[:MOST]:
        inner: list[tuple[StackEvent, str]] = []
        nested = _nested_in(one)
        if nested not in ("", stack) and depth < DEPTH:
            inner = list(_reasons(stacks, nested, since, depth + 1))
        yield from inner or [(one, stack)]


def _nested_in(event: StackEvent) -> str:
    """The id of a nested stack that failed: it may stand in the reason alone."""
    if event.type != NESTED:
        return ""
    named = STACK_ID.search(event.physical_id) or STACK_ID.search(event.reason)
    return named[0] if named else ""


def _sentence(event: StackEvent, stack: str, *, has_secrets: bool) -> str:
    name = stack.split("/")[1] if "/" in stack else stack
    of = f"{event.logical_id} ({event.type}) of the stack {name}"
    reason = event.reason or "without a reason"
    if has_secrets and event.reason and DENIAL not in event.reason:
        reason = WITHHELD
    return f"{of}: {event.status}, {reason}"
