"""The account and the region: who asks, the bootstrap, what is there already and would be met."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from botocore import exceptions
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.model import limits
from local.deploy.deployable import GOOD
from local.doctor.asking import Aws, code_of
from local.doctor.check import Check, missing, note, there, unknown
from stacks import places

# What the templates ask for (requiresBootstrapStackVersion), and where the CDK keeps the number:
# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
BOOTSTRAP = 6
BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"


@dataclass(frozen=True, slots=True)
class Deployment:
    """What of Fencepost is there.

    Attributes:
        states: of its stacks, by their names.
    """

    name: str
    states: Mapping[str, str]

    def has(self, part: str) -> bool:
        """Whether a stack that is there once is there and usable."""
        return self.states.get(f"{self.name}-{part}") in GOOD

    @property
    def processes(self) -> frozenset[str]:
        """The names of the processes that have a stack."""
        stem = places.process(self.name, "")
        return frozenset(one.removeprefix(stem) for one in self.states if one.startswith(stem))


def region(aws: Aws) -> Check:
    """Where it would be deployed."""
    if aws.region:
        return there("region", f"{aws.region}.")
    return missing("region", "None is set.", "Set it: export AWS_REGION=eu-west-1 (for example).")


def credentials(aws: Aws) -> tuple[Check, str]:
    """Whose they are, and the account; no account when they do not work."""
    try:
        who = aws.client("sts").get_caller_identity()
    except ClientError as error:
        return missing(
            "credentials",
            f"AWS refuses them: {code_of(error)}.",
            "Renew them: aws sso login, or aws configure.",
        ), ""
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        return unknown(
            "credentials",
            f"AWS cannot be reached: {error}.",
            "Look at the network, and at HTTPS_PROXY if there is a proxy; then ask again.",
        ), ""
    except BotoCoreError as error:
        return missing(
            "credentials",
            f"There are none that work: {error}.",
            "Get some: aws configure sso, or aws configure; then set AWS_PROFILE.",
        ), ""
    account, arn = str(who["Account"]), str(who["Arn"])
    if arn.endswith(":root"):
        return note(
            "credentials", f"The root user of {account}.", "Use a role: root cannot assume one."
        ), account
    return there("credentials", f"{arn} of {account}."), account


def bootstrap(aws: Aws, account: str) -> Check:
    """What `cdk deploy` needs once per account and region."""
    command = f'Run make cdk DO="bootstrap aws://{account}/{aws.region}".'
    try:
        answer = aws.client("ssm").get_parameter(Name=BOOTSTRAP_PARAMETER)
    except ClientError as error:
        if code_of(error) != "ParameterNotFound":
            raise
        return missing("CDK bootstrap", f"{account} has none in {aws.region}.", command)
    version = str(answer["Parameter"]["Value"])
    if version.isdecimal() and int(version) >= BOOTSTRAP:
        return there("CDK bootstrap", f"Version {version}.")
    return missing("CDK bootstrap", f"Version {version}; {BOOTSTRAP} is needed.", command)


def stacks(aws: Aws, name: str) -> tuple[Check, Deployment]:
    """Fencepost's own, if it was deployed before."""
    once = {places.archive(name), places.sandbox(name), places.workflow(name)}
    many = tuple(f"{name}-{part}-" for part in ("process", "owner", "roles", "sandbox"))
    pages = aws.client("cloudformation").get_paginator("describe_stacks").paginate()
    found = {
        str(one["StackName"]): str(one["StackStatus"])
        for page in pages
        for one in page["Stacks"]
        if (one["StackName"] in once or one["StackName"].startswith(many))
        and one["StackStatus"] != "DELETE_COMPLETE"
    }
    there_are = Deployment(name, found)
    bad = sorted(f"{stack} is {state}" for stack, state in found.items() if state not in GOOD)
    if bad:
        advice = (
            "Wait while it is IN_PROGRESS; else read its events in CloudFormation's console and, "
            "after ROLLBACK_COMPLETE, delete it: the archive's bucket stays."
        )
        return missing("stacks", f"{'; '.join(bad)}.", advice), there_are
    if not found:
        return there("stacks", "None yet: this is the first deployment."), there_are
    further = len(found.keys() - once)
    names = f"{', '.join(sorted(found.keys() & once))} and {further} of processes and owners"
    return there("stacks", f"{names}: deployed."), there_are


def processes(deployment: Deployment, names: Collection[str]) -> Check:
    """What is deployed against the folders that there are here."""
    if not deployment.has("workflow"):
        return there("deployed processes", "None before the first deployment.")
    missed = sorted(set(names) - deployment.processes)
    left = sorted(deployment.processes - set(names))
    found = [f"not deployed: {', '.join(missed)}"] if missed else []
    found += [f"deployed, without a folder here: {', '.join(left)}"] if left else []
    if not found:
        return there("deployed processes", "As many as there are folders.")
    advice = "make deploy PROCESS=… adds one. make remove PROCESS=… takes one away, by its folder; "
    return note(
        "deployed processes",
        f"{'; '.join(found)}.".capitalize(),
        f"{advice}without one: aws cloudformation delete-stack --stack-name "
        f"{places.process(deployment.name, '…')}.",
    )


def analyzer(aws: Aws, deployment: Deployment) -> Check:
    """A region takes one account analyzer: where there is one, a second must not be asked for."""
    pages = aws.client("accessanalyzer").get_paginator("list_analyzers").paginate(type="ACCOUNT")
    others = [one for page in pages for one in page["analyzers"] if not _ours(one, deployment)]
    if not others:
        return there("analyzer", "The region has none but Fencepost's own, if any.")
    return note(
        "analyzer",
        f"The region has an account analyzer already: {others[0]['name']}. No run needs one.",
        "Deploy without -c analyzer=true: a second makes the deployment fail.",
    )


def _ours(one: Mapping[str, Any], deployment: Deployment) -> bool:
    """By the tag of CloudFormation; without tags, when our stack is there to have made it."""
    stack = (one.get("tags") or {}).get("aws:cloudformation:stack-name")
    return stack == f"{deployment.name}-sandbox" if stack else deployment.has("sandbox")


def trails(aws: Aws, deployment: Deployment) -> Check:
    """Fencepost makes its own; a region takes five, and copies after the first cost."""
    found = aws.client("cloudtrail").describe_trails(includeShadowTrails=True)["trailList"]
    others = sorted(str(one["Name"]) for one in found if one["Name"] != deployment.name)
    if len(others) >= limits.TRAILS_PER_REGION:
        return missing(
            "trail",
            f"The region has {len(others)} trails, and takes {limits.TRAILS_PER_REGION}.",
            "Delete one that nobody needs, or deploy into another account.",
        )
    if others:
        return note(
            "trail",
            f"There are others: {', '.join(others)}.",
            "Nothing to do; Fencepost's own is then a further copy of the management events, "
            "which CloudTrail charges.",
        )
    return there("trail", "There is no other: the copy of management events is free.")


def generations(region: str) -> Check:
    """How often Access Analyzer works there, at most."""
    name = "policy generation"
    if region.startswith(("cn-", "us-gov-", "us-iso")):
        return unknown(
            name,
            f"How many policies a day Access Analyzer generates in {region} is not documented.",
            "Look at the quotas of IAM Access Analyzer in that partition's documentation.",
        )
    if region in limits.FEW_GENERATIONS_REGIONS:
        return note(
            name,
            f"Access Analyzer generates {limits.FEW_GENERATIONS_A_DAY} policies a day in {region}.",
            "Schedule fewer runs than that, or do without it: "
            'make deploy CONTEXT="-c generator=trail".',
        )
    return there(name, f"{limits.GENERATIONS_A_DAY} policies a day, one at a time.")
