"""WatchPolicies: how old each proof is, from what lies in the archive: metrics, and a mail."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from lambdas.gateways.archive.archived_runs import proved_run
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.archive.known_processes import RegisteredProcesses
from lambdas.gateways.operator_mail import OperatorMail, TopicMail
from lambdas.gateways.telemetry import Telemetry
from lambdas.model.archive.proof_age import days_unproved
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.setting import Setting
from lambdas.watch_policies.stale import stale_mail

STEP = "watch_policies"
telemetry = Telemetry(STEP)
logger = telemetry.logger


@telemetry.entry
def handler(_event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The entry point on Lambda."""
    archive = S3Archive.deployed()
    processes = RegisteredProcesses.deployed().proved()
    ages = watch(processes, archive, now=datetime.now(UTC), platform=archive.platform)
    for process, days in ages.items():
        telemetry.measure(process, "DaysUnproved", MetricUnit.Count, days)
    if ages:
        telemetry.measure("", "DaysUnproved", MetricUnit.Count, max(ages.values()))
    tell(ages, float(os.environ[Setting.STALE_DAYS]), TopicMail.deployed())
    return {"daysUnproved": ages}


def tell(ages: Mapping[str, float], limit: float, mail: OperatorMail) -> None:
    """Name to the operator what became stale; the alarm rings once, however many there are."""
    found = stale_mail(ages, limit)
    if found:
        mail.send(*found)


def watch(
    processes: Sequence[str],
    archive: Archive,
    *,
    now: datetime,
    platform: Platform = Platform.UNKNOWN,
) -> dict[str, float]:
    """Days by process, of those that have run. On AWS, a proof that was emulated is none."""
    found = {}
    for process in sorted(processes):
        proved = proved_run(archive, process, platform)
        days = days_unproved(proved, archive.folders(f"{process}/"), now)
        logger.info("looked for a proved run", watched=process, days=days)
        if days is not None:
            found[process] = days
    return found
