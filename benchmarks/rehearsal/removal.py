"""Removal, and what is left behind: nothing but what the runbook names."""

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.rehearsal.stage import Row, Stage
from tests.flow.cloud import until

RUNBOOK = Path(__file__).parents[2] / "docs" / "operations.md"
ONCE = ("fencepost-workflow", "fencepost-archive", "fencepost-sandbox")
# What stays, as a pattern of what is found, by the row of the runbook's table that names it.
STAYS = {
    "the archive's bucket and its key": r"bucket fencepost-archive-.*|key Dossiers.*",
    "the trail's bucket and its key": r"bucket fencepost-sandbox-trail.*|key Log files.*",
    "the rule `StepFunctionsGetEventForCodeBuildStartBuildRule`": r"rule StepFunctionsGetEvent.*",
    "`CDKToolkit` and its bucket": r"bucket cdk-.*|parameter /cdk-bootstrap/.*",
}

KINDS: tuple[tuple[Any, str, str, str, str], ...] = (
    ("s3", "list_buckets", "Buckets", "Name", "bucket"),
    ("iam", "list_roles", "Roles", "RoleName", "role"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName", "log group"),
    ("sns", "list_topics", "Topics", "TopicArn", "topic"),
    ("sqs", "list_queues", "QueueUrls", "", "queue"),
    ("lambda", "list_functions", "Functions", "FunctionName", "function"),
    ("stepfunctions", "list_state_machines", "stateMachines", "name", "state machine"),
    ("codebuild", "list_projects", "projects", "", "project"),
    ("events", "list_rules", "Rules", "Name", "rule"),
    ("scheduler", "list_schedules", "Schedules", "Name", "schedule"),
    ("ssm", "describe_parameters", "Parameters", "Name", "parameter"),
    ("cloudtrail", "describe_trails", "trailList", "Name", "trail"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName", "alarm"),
)


def remove(stage: Stage) -> Row:
    """Delete the stacks as `cdk destroy --all` does, and look for what is left."""
    cloudformation = stage.connection.client("cloudformation")
    failed = []
    stacks = [*_of_processes_and_owners(cloudformation), *ONCE]
    for name in stacks:
        cloudformation.delete_stack(StackName=name)
        until(partial(_rests, cloudformation, name), what=f"the removal of {name}")
        if _status(cloudformation, name) not in ("", "DELETE_COMPLETE"):
            failed.append(name)
    found = sorted(left(stage))
    unnamed = [one for one in found if not any(re.fullmatch(s, one) for s in STAYS.values())]
    named = [one for one in found if one not in unnamed]
    return Row(
        tried='make cdk DO="destroy --all"',
        happened=f"{len(stacks) - len(failed)} of {len(stacks)} stacks are gone"
        + (f"; left and named nowhere: {', '.join(unnamed)}" if unnamed else ""),
        told=f"left, as docs/operations.md says: {'; '.join(named)}",
        well=not failed and not unnamed and named_in_the_runbook(),
    )


def _of_processes_and_owners(cloudformation: Any) -> list[str]:  # noqa: ANN401  # as below
    """Those that need the others."""
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    names = sorted(one["StackName"] for page in pages for one in page["Stacks"])
    return [one for one in names if one.startswith("fencepost-") and one not in ONCE]


def named_in_the_runbook() -> bool:
    """Whether each thing that stays has its row."""
    text = RUNBOOK.read_text(encoding="utf-8")
    return all(f"| {one} |" in text for one in STAYS)


def left(stage: Stage) -> Iterator[str]:
    """All that there still is, of every kind that the stacks and runs make."""
    yield from _keys(stage.connection.client("kms"))
    for service, operation, member, word, kind in KINDS:
        answer = getattr(stage.connection.client(service), operation)()
        for one in answer.get(member, []):
            name = str(one[word] if word else one)
            if not name.startswith("AWSServiceRoleFor"):
                yield f"{kind} {name}"


def _keys(kms: Any) -> Iterator[str]:  # noqa: ANN401  # boto3 has no types here
    for one in kms.list_keys()["Keys"]:
        key = kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
        if key["KeyManager"] == "CUSTOMER" and key["KeyState"] == "Enabled":
            yield f"key {key['Description']}"


def _status(cloudformation: Any, name: str) -> str:  # noqa: ANN401  # as above
    try:
        return str(cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"])
    except cloudformation.exceptions.ClientError:
        return ""


def _rests(cloudformation: Any, name: str) -> bool:  # noqa: ANN401  # as above
    return not _status(cloudformation, name).endswith("_IN_PROGRESS")
