"""`fencepost learn`: what a run showed of each type, for `check --knowledge`."""

import json
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from foretell.beside_handlers.tool_calls import tool_of
from foretell.comparison.policy_context import place_of, stack_of
from foretell.errors import UnreadableKnowledgeError
from foretell.knowledge.knowledge import Knowledge, joined
from foretell.knowledge.learning import Deployed, learned
from foretell.requests import arn_of
from foretell.templates.opening import Opener
from foretell.templates.stack import StackResource
from lambdas.errors import FencepostError
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import CLOSING
from lambdas.model.text import counted, visible
from lambdas.model.trail.evidence import Evidence
from local.offline.foretelling.files import LocalFiles, pairs
from local.offline.foretelling.policies import NamedPolicy, named_policy
from local.output import UNKNOWN, YES, complain, document


def learn(args: Namespace) -> int:
    """Write what a run showed into a file, beside what the file holds already.

    Args:
        args: `run` (a dossier's folder, or a process), `template` (a list: what each phase
            deployed, in order), `parameter`, `stack_name`, `tool`, `archive`, `into`, `json`.
    """
    try:
        policy = named_policy(args.run, args.archive)
        found = _learned(args, policy)
        into = Path(args.into)
        if into.is_file():
            found = Knowledge.from_text(into.read_text(encoding="utf-8"), args.into).joined(found)
    except FencepostError as error:
        complain(f"not learnt: {error}")
        return UNKNOWN
    into.write_text(found.to_text(), encoding="utf-8")
    if args.json:
        document("learn", YES, {"into": args.into, "rows": len(found.rows)})
    else:
        print(f"{visible(args.into)} holds {counted(len(found.rows), 'row')}")
    return YES


def _learned(args: Namespace, policy: NamedPolicy) -> Knowledge:
    lines = [Evidence.from_json(json.loads(line)) for line in policy.evidence]
    lines = [one for one in lines if one.phase != CLOSING]
    phases = list(dict.fromkeys(one.phase for one in lines if one.phase))
    if not lines or not phases:
        raise UnreadableKnowledgeError(
            f"{visible(policy.name)} has no evidence with phases; name a run's folder"
        )
    name = str(policy.manifest.get("process") or Path(policy.name).name)
    opener = Opener(
        files=LocalFiles(),
        place=place_of(policy.granted),
        arn_of=arn_of,
        name=args.stack_name or stack_of(policy.granted),
        given=pairs("--parameter", args.parameter),
    )
    opened = [opener.open(path) for path in args.template]
    states = [tuple(one for stack in each.stacks for one in stack.resources()) for each in opened]
    tool = args.tool or opened[0].tool or tool_of(opened[0].stacks)
    deployed = tuple(_deployed(phases, states))
    rows = learned(name, lines, deployed, place_of(policy.granted), tool)
    shown = Platform.read(policy.manifest.get("shownOn"))
    return joined(rows, {name: str(shown)})


def _deployed(phases: list[str], states: list[tuple[StackResource, ...]]) -> Iterator[Deployed]:
    """The last phase removes; what was deployed last stays in the phases between."""
    before: tuple[StackResource, ...] = ()
    for index, phase in enumerate(phases[:-1] if len(phases) > 1 else phases):
        after = states[min(index, len(states) - 1)]
        yield Deployed(phase=phase, before=before, after=after)
        before = after
    if len(phases) > 1:
        yield Deployed(phase=phases[-1], before=before, after=())
