"""`python -m benchmarks.containment RUN…`: what reaches others' things, with conditions or without.

Each RUN is a run's folder of an archive, such as `out/orders/<run>`; without one, only the table of
types is printed.
"""

import gzip
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.execution.run import Run
from lambdas.model.iam.policy import policy_size
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence
from lambdas.model.trail.stack import StackReport
from lambdas.reference import actions as reference
from lambdas.reference.arn_parts import ArnParser
from lambdas.reference.stacks.containment import RESOURCE_TAG, Means, row_of, rows, services
from lambdas.refine_policy.handler import generated_policies
from lambdas.refine_policy.refine import refine


def main() -> None:
    """Print both tables."""
    for line in (*types(), *(one for name in sys.argv[1:] for one in figures(Path(name)))):
        print(line)


def types() -> Iterator[str]:
    """The forms of resources by what tells them apart; those of which no page was read."""
    found = Counter(row.by for service in services() for row in rows(service))
    yield f"documented and used, by the stack's tag: {found[Means.STACK_TAG]} forms"
    yield f"documented and used, by the function: {found[Means.FUNCTION]}"
    yield f"nothing that can be used: {found[Means.NOTHING]}"
    layout = ArnParser(reference)
    unread: Counter[bool] = Counter()
    for service in reference.services():
        for kind in reference.resource_types(service):
            for arn in kind.arns:
                resource = arn.split(":", 5)[-1]
                _, slots = layout.read(service, resource)
                first = next((one for one in slots if one.placeholder), None)
                if first is not None and first.is_id and row_of(service, resource) is None:
                    unread[RESOURCE_TAG in kind.condition_keys] += 1
    yield f"no page was read: {unread[True]} with tags in the reference, {unread[False]} without"


def figures(folder: Path) -> Iterator[str]:
    """One process: grants that reach others', characters and statements, without and with."""
    told = json.loads((folder / "manifest.json").read_bytes())
    definition = told["definition"]
    policy = definition.get("policy", {})
    conditions = {**policy.get("conditions", {}), "containment": False}
    off = {**definition, "policy": {**policy, "conditions": conditions}}
    for words, given in (("without", off), ("with", definition)):
        refinement = _refined(folder, told, given)
        found = refinement.containment
        if found is None:
            continue
        reads = sum(one.reads for one in found.reaches)
        values = dict(refinement.variables)
        size = sum(policy_size(one.policy.render(values)) for one in refinement.policies)
        statements = sum(len(one.statements) for one in refinement.policies)
        yield (
            f"{told['process']} {words}: {found.calls} calls, {found.refused} refused, "
            f"{len(found.reaches)} of {found.grants} grants reach others', {reads} only read; "
            f"{size:,} characters, {statements} statements"
        )


def _refined(folder: Path, told: dict[str, str], definition: dict[str, object]) -> Refinement:
    lines = gzip.decompress((folder / "evidence.jsonl.gz").read_bytes()).splitlines()
    return refine(
        run=Run.from_json({**told, "id": told["run"]}),
        process=Process.from_mapping(told["process"], definition),
        generated=generated_policies(json.loads((folder / "generated.json").read_bytes())),
        evidence=[Evidence.from_json(json.loads(line)) for line in lines],
        reference=reference,
        history=EarlierNames(),
        stacks=StackReport.from_bytes((folder / "stacks.json").read_bytes()).stacks,
    )


if __name__ == "__main__":
    main()
