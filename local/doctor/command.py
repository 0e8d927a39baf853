"""`fencepost doctor`: every check, what to do about each, and a status for scripts."""

import argparse
import os
from collections.abc import Iterator, Sequence

import boto3
from botocore.exceptions import BotoCoreError
from rich.text import Text

from local.deploy.synthesis import ROOT
from local.doctor import account, laptop, mail, quotas
from local.doctor.asking import Aws, ShellAws, asked
from local.doctor.check import Check, State, missing, unknown
from local.output import document
from local.runs.progress import Words, plain
from stacks.processes.folders import ProcessFolder, process_folders

STATUS = {State.THERE: 0, State.NOTE: 0, State.UNKNOWN: 2, State.MISSING: 1}
COLOUR = {State.THERE: "green", State.NOTE: "cyan", State.UNKNOWN: "yellow", State.MISSING: "red"}


def doctor(arguments: argparse.Namespace) -> int:
    """Ask everything and print it; 1 when something is missing, 2 when something is not known."""
    checks = [*everything(arguments.name)]
    if arguments.json:
        document("doctor", status(checks), {"checks": [one.to_json() for one in checks]})
    else:
        _show(checks)
    return status(checks)


def status(checks: Sequence[Check]) -> int:
    """What is missing weighs more than what is not known."""
    found = {STATUS[one.state] for one in checks}
    return 1 if 1 in found else max(found, default=0)


def everything(name: str) -> Iterator[Check]:
    """This machine first, then the account."""
    yield laptop.python()
    yield laptop.node_js()
    yield laptop.cdk(ROOT)
    check, folders = laptop.processes(process_folders(os.environ.get("FENCEPOST_PROCESSES", "")))
    yield check
    try:
        # The CDK and the AWS CLI read AWS_REGION first; botocore does not.
        aws = ShellAws(boto3.Session(region_name=os.environ.get("AWS_REGION") or None))
    except BotoCoreError as error:  # such as a profile that is not there
        yield missing("credentials", f"{error}.", "Look at AWS_PROFILE and at ~/.aws/config.")
        return
    yield from of_account(aws, name, folders)


def of_account(aws: Aws, name: str, folders: Sequence[ProcessFolder]) -> Iterator[Check]:
    """All that needs credentials and a region; without them it says that it could not ask."""
    where = account.region(aws)
    yield where
    if not aws.region:
        yield unknown("account", "It cannot be asked without a region.", "Set one, then ask again.")
        return
    who, owner = account.credentials(aws)
    yield who
    if not owner:
        yield unknown("account", "It cannot be asked without credentials.", "Then ask again.")
        return
    yield asked("CDK bootstrap", "ssm:GetParameter", lambda: account.bootstrap(aws, owner))
    yield from _of_deployment(aws, name, folders)
    yield asked("builds", "servicequotas:ListServiceQuotas", lambda: quotas.builds(aws))
    yield asked("functions", "lambda:GetAccountSettings", lambda: quotas.functions(aws))
    yield account.generations(aws.region)


def _of_deployment(aws: Aws, name: str, folders: Sequence[ProcessFolder]) -> Iterator[Check]:
    deployment = account.Deployment(name, {})

    def of_stacks() -> Check:
        nonlocal deployment
        check, deployment = account.stacks(aws, name)
        return check

    yield asked("stacks", "cloudformation:DescribeStacks", of_stacks)
    yield asked(
        "analyzer", "access-analyzer:ListAnalyzers", lambda: account.analyzer(aws, deployment)
    )
    names = {one.process.name for one in folders}
    yield account.processes(deployment, names)
    yield asked("trail", "cloudtrail:DescribeTrails", lambda: account.trails(aws, deployment))
    owners = sorted({one.process.owner for one in folders})
    yield asked(
        "subscriptions",
        "sns:ListSubscriptionsByTopic or cloudformation:ListStackResources",
        lambda: mail.subscriptions(aws, deployment, owners),
    )
    to_come = len(names - deployment.processes)
    yield from _of_iam(aws, to_come, deployed=deployment.has("sandbox"))


def _of_iam(aws: Aws, processes: int, *, deployed: bool) -> Iterator[Check]:
    for name, question in {
        "IAM roles": lambda: quotas.roles(quotas.summary_of(aws), processes, deployed=deployed),
        "IAM policies": lambda: quotas.policies(quotas.summary_of(aws)),
        "policies per role": lambda: quotas.held(quotas.summary_of(aws)),
    }.items():
        yield asked(name, "iam:GetAccountSummary", question)


def _show(checks: Sequence[Check]) -> None:
    console = Words()
    for one in checks:
        line = Text(f"{one.state.value:10}", COLOUR[one.state])
        console.print(line + Text(plain(f"{one.name}: {one.found}")), soft_wrap=True)
        if one.advice:
            console.print(Text(plain(f"{'':10}→ {one.advice}")), soft_wrap=True)
    console.print(_summary(checks), soft_wrap=True)


def _summary(checks: Sequence[Check]) -> str:
    count = {state: sum(one.state is state for one in checks) for state in State}
    if count[State.MISSING]:
        return f"{count[State.MISSING]} missing: do what the arrows say, then ask again."
    if count[State.UNKNOWN]:
        return f"Nothing is missing as far as could be asked; {count[State.UNKNOWN]} not known."
    return "Ready: make deploy."
