"""A policy and its whole dossier out of CloudTrail files that exist already."""

import gzip
import hashlib
import json
import re
from argparse import Namespace
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lambdas.collect_evidence.collect import collect
from lambdas.collect_evidence.principals.selection import Selection
from lambdas.document_policy.analysis.run_facts import gather
from lambdas.document_policy.analysis.versions import versions
from lambdas.document_policy.dossier import written
from lambdas.errors import FencepostError, InvalidProcessError, NoEvidenceError
from lambdas.gateways.cloudtrail.trail import Trail
from lambdas.model.archive.archived_runs import PreviousRun
from lambdas.model.definition.process import Process
from lambdas.model.dossier.refinement import Refinement
from lambdas.model.dossier.verdict import Verdict, VerdictKind
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.run import Run
from lambdas.model.findings.finding import Finding, FindingKind
from lambdas.model.iam.arn import Arn
from lambdas.model.text import counted, visible
from lambdas.model.trail.earlier_names import EarlierNames
from lambdas.model.trail.evidence import Evidence
from lambdas.reference import actions as reference
from lambdas.refine_policy.refine import refine
from lambdas.refine_policy.statements.managed_policies import require_fit
from local.offline.likely_principals import callers
from local.offline.sources.logs import Logs, UnusableLogsError
from local.offline.sources.places import asked, opened
from local.output import NO, UNKNOWN, YES, complain, document
from stacks.processes.folders import load_process

NOT_ATTEMPTED = (
    "made from log files that were handed in: nothing says whether they come from AWS, no cycle "
    "was run, and none under this policy"
)


def policy(args: Namespace) -> int:
    """Write the dossier; say what it holds, and what does not fit.

    Args:
        args: what `sources.places` reads; `process`, a process's folder or None; `out`, the folder
            to write.
    """
    try:
        selection, days = asked(args)
        process = load_process(Path(args.process)) if args.process else None
    except UnusableLogsError as error:
        complain(str(error))
        return UNKNOWN
    except (InvalidProcessError, OSError) as error:
        complain(f"--process: {error}")
        return UNKNOWN
    try:
        with opened(args, selection, days) as logs:
            refinement, lines = _write(logs, selection, process, Path(args.out))
        _tell(refinement, lines, args)
        require_fit(refinement.policies)
    except UnusableLogsError as error:
        complain(str(error))
        return UNKNOWN
    except FencepostError as error:
        complain(f"{type(error).__name__}: {error}")
        return NO
    except OSError as error:
        complain(f"{error.filename or args.out}: {error.strerror or error}")
        return UNKNOWN
    return YES


def _write(
    logs: Logs, selection: Selection, process: Process | None, out: Path
) -> tuple[Refinement, int]:
    part = collect(logs.trail, selection)
    part.ledger.extend(logs.findings)
    lines = [text for _, text in part.lines()]
    findings = part.ledger.sorted()
    evidence = [Evidence.from_json(json.loads(line)) for line in lines]
    if not evidence:
        for one in findings:
            complain(f"{one.severity} {one.kind}: {one.subject}: {one.detail}")
        raise NoEvidenceError(_nothing(logs, selection, findings))
    process = process or _unnamed(selection)
    run = _run(evidence, selection, process)
    refinement = refine(
        run=run,
        process=process,
        generated=(),
        evidence=evidence,
        reference=reference,
        history=EarlierNames(),
    )
    kept = _kept(lines, findings, refinement)
    facts = gather(
        run=run,
        process=process,
        refinement=refinement,
        evidence_lines=lines,
        checks=None,
        verdict=Verdict(kind=VerdictKind.NOT_ATTEMPTED, reason=NOT_ATTEMPTED),
        generated=None,
        versions=versions(),
        previous=PreviousRun(),
        findings=findings,
    )
    out.mkdir(parents=True, exist_ok=True)
    for name, body in {**kept, **written(facts, lambda _: kept)}.items():
        (out / name).write_bytes(body)
    return refinement, len(lines)


def _nothing(logs: Logs, selection: Selection, findings: Sequence[Finding]) -> str:
    if any(one.kind == FindingKind.NEEDS_NOTHING for one in findings):
        return f"{selection.principal} did nothing in {logs.words} that needs a permission of IAM's"
    return (
        f"{logs.words} holds nothing that {selection.principal} did; check the ARN and the session"
        + _others(logs.trail)
    )


def _others(trail: Trail) -> str:
    found = callers(trail)
    return f". Who called most: {', '.join(map(visible, found))}" if found else ". It has no calls"


def _kept(
    lines: Sequence[str], findings: Sequence[Finding], refinement: Refinement
) -> Mapping[str, bytes]:
    """What the workflow's earlier states would have kept."""
    text = "".join(f"{line}\n" for line in lines)
    return {
        "evidence.jsonl.gz": gzip.compress(text.encode(), mtime=0),
        "evidence-findings.json": _json([one.to_json() for one in findings]),
        "refined.json": _json(refinement.to_json()),
    }


def _json(value: object) -> bytes:
    return (json.dumps(value, separators=(",", ":")) + "\n").encode()


def _unnamed(selection: Selection) -> Process:
    """A process of which nothing is known but who ran it."""
    name = re.sub(r"[^a-z0-9]+", "-", selection.principal.name.lower()).strip("-")[:32].strip("-")
    definition = {
        "description": f"What {selection.principal} did",
        "owner": "nobody@example.com",
        "phases": {"deploy": ["# unknown: made from logs"], "remove": ["# unknown"]},
        "proof": {"attempt": False},
    }
    return Process.from_mapping(name if re.match(r"[a-z]", name) else f"p-{name}"[:32], definition)


def _run(evidence: Sequence[Evidence], selection: Selection, process: Process) -> Run:
    first, last = evidence[0].time, evidence[-1].time
    digest = hashlib.sha256(f"{selection.principal}{first}{last}".encode()).hexdigest()
    return Run(
        id=f"{re.sub(r'[-:]', '', first)}-{digest[:8]}",
        process=process.name,
        principal=_principal(evidence, selection),
        account=selection.principal.account,
        region=_region(evidence),
        started_at=first,
        ended_at=last,
    )


def _principal(evidence: Sequence[Evidence], selection: Selection) -> str:
    """As the events spell it: with the path that the command line may have left out."""
    asked = selection.principal
    spelled = {
        one.principal
        for one in evidence
        if (arn := Arn.from_text(one.principal)).account == asked.account and arn.name == asked.name
    }
    return max(spelled, key=lambda text: (len(text), text), default=str(asked))


def _region(evidence: Sequence[Evidence]) -> str:
    """Where the most was done on resources that lie in a region."""
    counts = Counter(
        one.region for one in evidence if f":{one.region}:" in one.resource and one.region
    ) or Counter(one.region for one in evidence)
    return min(counts, key=lambda region: (-counts[region], region))


def _tell(refinement: Refinement, lines: int, args: Namespace) -> None:
    policies: list[dict[str, Any]] = [
        {
            "name": one.name,
            "principal": one.principal,
            "statements": len(one.statements),
            "grants": sum(len(statement.grants) for statement in one.statements),
            "managedPolicies": len(one.packs),
        }
        for one in refinement.policies
    ]
    if args.json:
        counts = {"evidence": lines, "findings": len(refinement.findings), "out": args.out}
        origin = {"verdict": str(VerdictKind.NOT_ATTEMPTED), "shownOn": Platform.UNKNOWN.value}
        document("policy", YES, {**counts, **origin, "policies": policies})
        return
    for one in policies:
        print(
            f"{one['name']}: {counted(one['statements'], 'statement')}, "
            f"{counted(one['grants'], 'grant')} in "
            f"{counted(one['managedPolicies'], 'managed policy')} "
            f"for {visible(one['principal'])}"
        )
    print(f"{lines} lines of evidence, {len(refinement.findings)} findings; written to {args.out}")
    print(f"{VerdictKind.NOT_ATTEMPTED}: {NOT_ATTEMPTED}")
