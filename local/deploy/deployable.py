"""deployable: whether one process can be deployed, into an account that has what is there once."""

import argparse

from botocore.exceptions import BotoCoreError, ClientError

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import reason
from lambdas.model.text import visible
from local.output import NO, UNKNOWN, YES, complain, document
from stacks import places

GOOD = ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE")
MOVING = "_IN_PROGRESS"
NOWHERE = "ValidationError"  # of a stack that there is not
FIRST = "make deploy (without PROCESS) deploys it, and then every process"


def deployable(arguments: argparse.Namespace) -> int:
    """Say what is missing: a process's stack takes keys, roles and topics of the workflow's."""
    try:
        problem = missing(arguments)
    except (BotoCoreError, ClientError) as error:
        complain(f"it could not be asked: {reason(error)}. make doctor says what is missing")
        return UNKNOWN
    status = NO if problem else YES
    if arguments.json:
        document("deployable", status, {"process": arguments.process, "problem": problem or None})
    elif problem:
        complain(problem)
    else:
        print(f"{visible(arguments.process)} can be deployed")
    return status


def missing(arguments: argparse.Namespace) -> str:
    """What has to be done first, in a sentence; empty when nothing has."""
    account = str(clients.client("sts", region=arguments.region).get_caller_identity()["Account"])
    if arguments.account not in {None, account}:
        return ""  # the CDK acts there by the roles of its bootstrap, as whom nothing can be read
    stack = places.workflow(arguments.name)
    cloudformation = clients.client("cloudformation", region=arguments.region)
    where = f"in {account}, {cloudformation.meta.region_name}"
    try:
        state = cloudformation.describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]
    except ClientError as error:
        if error.response["Error"]["Code"] != NOWHERE:
            raise
        return (
            f"there is no stack {stack} {where}, which every process needs: {FIRST}. If it is "
            "elsewhere, name its account (AWS_PROFILE), its region (AWS_REGION) or the "
            'deployment (CONTEXT="-c name=…")'
        )
    if state in GOOD:
        return ""
    if state.endswith(MOVING):
        return f"the stack {stack} {where} is {state}: wait until it is done, then ask again"
    return (
        f"the stack {stack} {where} is {state}: read its events in CloudFormation's console, "
        f"delete it if it is ROLLBACK_COMPLETE (the archive is another stack); then {FIRST}"
    )
