"""removable: whether a process can be taken away from an account now, and what stays of it."""

import argparse
import json
from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import reason
from lambdas.model.text import listed, visible
from local.archive.places import embedded_client
from local.output import NO, UNKNOWN, YES, complain, document
from stacks import places

MACHINE = "build-policy"


def removable(arguments: argparse.Namespace) -> int:
    """Say what stands in the way of a removal."""
    find = (
        embedded_client if arguments.emulated else partial(clients.client, region=arguments.region)
    )
    name, process = arguments.name, arguments.process
    try:
        if find("stepfunctions") is None:
            complain("no embedded AWS is up; start one with fencepost up")
            return UNKNOWN
        deployed = deployed_processes(find, name)
        if process not in deployed:
            complain(
                f"no process {visible(process)} is deployed here; deployed are "
                f"{listed(deployed) or 'none'}. The archive keeps the runs of one that was"
            )
            return NO
        problems = [*runs_under_way(find, name, process), *held(find, name, process)]
    except (BotoCoreError, ClientError) as error:
        complain(f"it could not be asked: {reason(error)}. make doctor says what is missing")
        return UNKNOWN
    if arguments.json:
        fields = {"process": process, "problems": problems}
        document("removable", NO if problems else YES, fields)
    elif problems:
        for one in problems:
            complain(one)
    else:
        print(f"nothing keeps {visible(process)} here; its runs stay in the archive")
    return NO if problems else YES


def deployed_processes(find: Callable[[str], Any], name: str) -> list[str]:
    """Those that have a stack, in whatever state: one that failed is to be removed, too.

    In a sandbox that is another account it is that of their roles.
    """
    pages = find("cloudformation").get_paginator("describe_stacks").paginate()
    stacks = [
        one["StackName"]
        for page in pages
        for one in page["Stacks"]
        if one["StackStatus"] != "DELETE_COMPLETE"
    ]
    return sorted(
        {
            one.removeprefix(stem)
            for stem in (places.process(name, ""), places.roles(name, ""))
            for one in stacks
            if one.startswith(stem)
        }
    )


def runs_under_way(find: Callable[[str], Any], name: str, process: str) -> list[str]:
    """A sentence for each: without its roles a run cannot take away what it has made."""
    client = find("stepfunctions")
    machines = client.get_paginator("list_state_machines").paginate()
    found = [
        one["stateMachineArn"]
        for page in machines
        for one in page["stateMachines"]
        if one["name"] == f"{name}-{MACHINE}"
    ]
    return [
        f"a run of {process} is under way, and could not clean up without its roles: wait for its "
        f"end, or stop it and redrive it (docs/operations.md, Stop a run): {arn}"
        for machine in found
        for page in client.get_paginator("list_executions").paginate(
            stateMachineArn=machine, statusFilter="RUNNING"
        )
        for arn in (one["executionArn"] for one in page["executions"])
        if _process_of(client.describe_execution(executionArn=arn)) == process
    ]


def held(find: Callable[[str], Any], name: str, process: str) -> list[str]:
    """The candidate's policies, with which IAM does not delete its role; in this account alone."""
    iam, role = find("iam"), f"{name}-run-{process}-candidate"
    try:
        attached = iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]
    except iam.exceptions.NoSuchEntityException:  # its sandbox is another account
        return []
    names = [one["PolicyArn"] for one in attached]
    if not names:
        return []
    problem = (
        f"the role {role} still holds {listed(names)}, which an ended proof has left, and "
        "CloudFormation cannot delete it so: take the policy away (docs/operations.md, Remove it)"
    )
    return [problem]


def _process_of(described: dict[str, Any]) -> str:
    try:
        return str(json.loads(described.get("input") or "{}").get("process", ""))
    except (ValueError, AttributeError):  # somebody's own words
        return ""
