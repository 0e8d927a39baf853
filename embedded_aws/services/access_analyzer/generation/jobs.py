"""Access Analyzer's policy generation: jobs, one at a time, fifty a day.

A job assumes the access role and reads the trail's files with that role's permissions alone.
https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_StartPolicyGeneration.html
"""

import contextvars
import threading
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from embedded_aws.iam.service_roles import RoleNotAssumableError, assume
from embedded_aws.services.access_analyzer.errors import ServiceError, invalid
from embedded_aws.services.access_analyzer.generation import requests, trail_files
from embedded_aws.services.access_analyzer.generation.activity import (
    Activity,
    activity_of,
    coverage,
    policies_of,
)
from embedded_aws.services.access_analyzer.generation.knobs import knobs
from embedded_aws.sessions.role_session import RoleSession

Json = dict[str, Any]
SERVICE = "access-analyzer.amazonaws.com"
LISTED_FOR = timedelta(days=7)  # ListPolicyGenerations, API reference


@dataclass(slots=True, kw_only=True)
class Job:
    """A policy generation."""

    identifier: str
    token: str
    request: Json
    principal: str
    start: datetime
    end: datetime
    started: datetime
    outcome: str | None  # what a test wants it to come to
    status: str = "IN_PROGRESS"
    completed: datetime | None = None
    error: Json | None = None
    activity: Activity | None = None
    over: threading.Event = field(default_factory=threading.Event)


_jobs: Any = AccountRegionScopedDict()
_guard = threading.Lock()


def start(data: Json) -> Json:
    """StartPolicyGeneration."""
    window = requests.window_of(data)
    with _guard:
        token = str(data.get("clientToken") or uuid.uuid4())
        known = next((job for job in _jobs.values() if job.token == token), None)
        if known is not None:
            if known.request != _without_token(data):
                raise ServiceError(409, "ConflictException", "The client token was used before")
            return {"jobId": known.identifier}
        _within_quota()
        job = Job(
            identifier=str(uuid.uuid4()),
            token=token,
            request=_without_token(data),
            principal=data["policyGenerationDetails"]["principalArn"],
            start=window[0],
            end=window[1],
            started=datetime.now(UTC),
            outcome=knobs.outcomes.pop(0) if knobs.outcomes else None,
        )
        _jobs[job.identifier] = job
    seconds = knobs.seconds
    thread = threading.Thread(
        target=contextvars.copy_context().run, args=(_run, job, seconds), daemon=True
    )
    thread.start()
    return {"jobId": job.identifier}


def get(identifier: str, *, placeholders: bool, service_level: bool) -> Json:
    """GetGeneratedPolicy."""
    job = _jobs.get(identifier)
    if job is None:
        raise invalid(f"The job {identifier} does not exist")
    details: Json = {"jobId": identifier, "status": job.status, "startedOn": _text(job.started)}
    if job.completed:
        details["completedOn"] = _text(job.completed)
    if job.error:
        details["jobError"] = job.error
    properties: Json = {"principalArn": job.principal}
    if "cloudTrailDetails" in job.request:
        properties["cloudTrailProperties"] = {
            "trailProperties": job.request["cloudTrailDetails"]["trails"],
            "startTime": _text(job.start),
            "endTime": _text(job.end),
        }
    result: Json = {"properties": properties, "generatedPolicies": []}
    if job.status == "SUCCEEDED" and job.activity is not None:
        properties["isComplete"] = job.activity.complete
        found = policies_of(
            job.activity,
            placeholders=placeholders,
            service_level=service_level,
            partition=job.principal.split(":")[1],
        )
        result["generatedPolicies"] = [{"policy": policy} for policy in found]
    return {"jobDetails": details, "generatedPolicyResult": result}


def listed(principal: str | None) -> list[Json]:
    """ListPolicyGenerations, newest first."""
    since = datetime.now(UTC) - LISTED_FOR
    jobs = [
        job for job in _jobs.values() if job.started > since and principal in (None, job.principal)
    ]
    return [_summary(job) for job in sorted(jobs, key=lambda job: job.started, reverse=True)]


def cancel(identifier: str) -> Json:
    """CancelPolicyGeneration."""
    job = _jobs.get(identifier)
    if job is None:
        raise invalid(f"The job {identifier} does not exist")
    _finish(job, "CANCELED")
    return {}


def _summary(job: Job) -> Json:
    summary = {
        "jobId": job.identifier,
        "principalArn": job.principal,
        "status": job.status,
        "startedOn": _text(job.started),
    }
    return summary | ({"completedOn": _text(job.completed)} if job.completed else {})


def _within_quota() -> None:
    quotas = coverage()["quotas"]
    if knobs.busy > 0:
        knobs.busy -= 1
        raise _over_quota("Concurrent policy generations quota exceeded")
    running = [job for job in _jobs.values() if job.status == "IN_PROGRESS"]
    if len(running) >= quotas["concurrent"]:
        raise _over_quota("Concurrent policy generations quota exceeded")
    today = datetime.now(UTC) - timedelta(days=1)
    recent = [job for job in _jobs.values() if job.started > today]
    daily = quotas["daily_by_region"].get(get_region(), quotas["daily"])
    if len(recent) >= (daily if knobs.daily is None else knobs.daily):
        raise _over_quota("Policy generations per day quota exceeded")


def _over_quota(message: str) -> ServiceError:
    more = {"resourceId": get_account_id(), "resourceType": "PolicyGeneration"}
    return ServiceError(402, "ServiceQuotaExceededException", message, more)


def _run(job: Job, seconds: float) -> None:
    """Read the trail, then let the job take its time."""
    status, error = "SUCCEEDED", None
    try:
        job.activity = _activity(job)
    except RoleNotAssumableError as failure:
        status, error = "FAILED", {"code": "AUTHORIZATION_ERROR", "message": str(failure)}
    except trail_files.TrailError as failure:
        status, error = "FAILED", {"code": failure.code, "message": failure.message}
    except Exception as failure:  # noqa: BLE001 (a job fails with whatever fails it)
        status, error = "FAILED", {"code": "SERVICE_ERROR", "message": str(failure)}
    spent = (datetime.now(UTC) - job.started).total_seconds()
    job.over.wait(max(seconds - spent, 0))
    if job.outcome == "FAILED":
        status, error = "FAILED", {"code": "SERVICE_ERROR", "message": "Failed as a test asked"}
    elif job.outcome == "CANCELED":
        status, error = "CANCELED", None
    _finish(job, status, error)


def _finish(job: Job, status: str, error: Json | None = None) -> None:
    with _guard:
        if job.status == "IN_PROGRESS":
            job.completed = datetime.now(UTC)
            job.error, job.status = error, status
    job.over.set()


def _activity(job: Job) -> Activity:
    trail = job.request["cloudTrailDetails"]
    quotas = coverage()["quotas"]
    acting = RoleSession(
        credentials=assume(
            trail["accessRole"], SERVICE, f"policy-generation-{job.identifier}", region=get_region()
        ),
        region=get_region(),
        session_name=job.identifier,
    )
    readings = [
        trail_files.Reading(
            trail_arn=given["cloudTrailArn"],
            account=job.principal.split(":")[4],
            regions=tuple(given.get("regions") or ()),
            first=job.start.date(),
            # A file may hold events of the day before.
            last=job.end.date() + timedelta(days=1),
            since=f"{job.start:%Y%m%dT%H%MZ}",
            most_files=quotas["files"],
            most_bytes=quotas["bytes"],
        )
        for given in trail["trails"]
    ]
    records = (record for reading in readings for record in trail_files.records(acting, reading))
    start, end = f"{job.start:%Y-%m-%dT%H:%M:%SZ}", f"{job.end:%Y-%m-%dT%H:%M:%SZ}"
    return activity_of(records, job.principal, start=start, end=end)


def _without_token(data: Json) -> Json:
    return {key: value for key, value in data.items() if key != "clientToken"}


def _text(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
