"""What a plan leaves in the archive: the plan itself, and the lists that the machine reads."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from lambdas.model.archive.fleet import PLAN, Fleet
from lambdas.plan_fleet.plan import Plan, PlannedRun, SandboxPlan

SANDBOXES = "sandboxes.json"


def documents(fleet: Fleet, plan: Plan) -> dict[str, bytes]:
    """By their names in the fleet's folder; the same plan gives the same bytes."""
    files: dict[str, Any] = {PLAN: _plan(fleet, plan)}
    if plan.runs:
        files[SANDBOXES] = [
            _sandbox(fleet, one, number) for number, one in enumerate(plan.sandboxes)
        ]
    for number, one in enumerate(plan.sandboxes):
        files[_items_name(number)] = [_item(fleet, run) for run in one.runs]
    return {name: json.dumps(content, indent=1).encode() for name, content in files.items()}


def _items_name(number: int) -> str:
    return f"items/{number:04}.json"


def _sandbox(fleet: Fleet, one: SandboxPlan, number: int) -> dict[str, Any]:
    return {
        "sandbox": one.place.name,
        "atOnce": one.at_once,
        "items": fleet.key(_items_name(number)),
    }


def _item(fleet: Fleet, run: PlannedRun) -> dict[str, Any]:
    """What one run is started with. The same fleet gives the same name: nothing runs twice."""
    process = run.candidate.process
    wanted: dict[str, Any] = {
        "process": process,
        "generator": run.generator,
        "fleet": fleet.id,
    }
    if not run.proves:
        wanted["prove"] = False
    due = datetime.fromisoformat(fleet.started_at) + timedelta(days=run.day)
    return {
        "fleet": fleet.id,
        "process": process,
        "name": fleet.execution(process),
        "due": due.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "input": json.dumps(wanted),
    }


def _plan(fleet: Fleet, plan: Plan) -> dict[str, Any]:
    return {
        "fleet": fleet.id,
        "startedAt": fleet.started_at,
        "execution": fleet.execution_arn,
        "words": plan.words,
        "runs": plan.runs,
        "known": plan.known,
        "minutes": round(plan.minutes, 1),
        "dollars": round(plan.dollars, 3),
        "tolerate": plan.request.tolerate,
        "sandboxes": [
            {
                "name": one.place.name,
                "account": one.place.account,
                "region": one.place.region,
                "runs": len(one.runs),
                "atOnce": one.at_once,
                "generations": one.generations,
                "withoutAccessAnalyzer": one.without,
                "days": one.days,
                "minutes": round(one.minutes, 1),
                "dollars": round(one.dollars, 3),
            }
            for one in plan.sandboxes
        ],
        "processes": list(_processes(plan)),
    }


def _processes(plan: Plan) -> Iterator[dict[str, Any]]:
    for sandbox in plan.sandboxes:
        for run in sandbox.runs:
            yield {
                "process": run.candidate.process,
                "sandbox": sandbox.place.name,
                "generator": run.generator,
                "day": run.day,
            }
