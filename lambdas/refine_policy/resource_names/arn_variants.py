"""A resource as the policy spells it, and the spellings under which IAM may ask for it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lambdas.model.findings.reason import Reason
from lambdas.model.iam.arn import arn_pattern
from lambdas.model.iam.template import ANY, Template, Wildcard

# https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_examples.html
_SECRET = re.compile(
    f"({arn_pattern('secretsmanager', 'secret:.+')})-(?:[A-Za-z0-9]{{6}}|[?]{{6}})"
)
_QUALIFIED = re.compile(f"({arn_pattern('lambda', 'function:[^:]+')}):[^:]+")
_SERVICE_ROLE = re.compile(arn_pattern("iam", r"role/aws-(?:service-role|reserved)/.*\*.*"))
REPAIRED = "rounds of the proof met different names here"
PATHLESS = "the event does not tell the path of a role that a service made"
UNTOLD = "the event does not tell this part of the name"
Reasons = tuple[Reason, ...]


@dataclass(frozen=True, slots=True, order=True)
class ResourceTemplate:
    """A resource as the policy will spell it, and why each of its wildcards is there."""

    template: Template
    reasons: Reasons = ()


def secret_of(resource: str) -> str:
    """The ARN of a secret without its six random characters; empty when it is no secret's."""
    found = _SECRET.fullmatch(resource)
    return found[1] if found else ""


def as_secret(plain: ResourceTemplate) -> ResourceTemplate:
    """A secret's template, with wildcards for its six random characters."""
    reason = Reason("Secrets Manager ends the ARN of every secret with six random characters")
    ending = [Wildcard("?")] * 6
    return ResourceTemplate(
        Template.of(*plain.template.parts, "-", *ending), (*plain.reasons, reason)
    )


def anything(resource: str) -> ResourceTemplate:
    """Any resource: it was asked for, or what was asked for is no ARN."""
    if resource == ANY.symbol:
        return ResourceTemplate(Template.of(ANY))
    reason = f"the event names {resource!r}, which is no ARN: IAM would refuse the whole policy"
    return ResourceTemplate(Template.of(ANY), (Reason(reason),))


def opened(plain: ResourceTemplate, resource: str, why: str) -> ResourceTemplate:
    """With any text for `*`, for a reason, or where a role's path is not told."""
    why = why or (PATHLESS if _SERVICE_ROLE.fullmatch(resource) else "")
    if not why:
        return plain
    parts = [
        part
        for given in plain.template.parts
        for part in (re.split(r"(\*)", given) if isinstance(given, str) else (given,))
    ]
    if why == UNTOLD and "*" not in parts:
        return plain  # a whole field, which is open anyway
    return ResourceTemplate(
        Template.of(*(ANY if part == "*" else part for part in parts)),
        (*plain.reasons, Reason(why)),
    )


def spellings(
    service: str, resource: str, of: Callable[[str], ResourceTemplate]
) -> Iterator[ResourceTemplate]:
    """All of them; `of` spells one."""
    if service == "logs" and ":log-group:" in resource and ":log-stream:" not in resource:
        # Logs asks for `log-group:NAME:*` where it means a log group, for tags without `:*`,
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        plain = of(resource.removesuffix(":*"))
        streams = Template.of(*plain.template.parts, ":", ANY)
        reason = Reason("CloudWatch Logs names a log group together with all of its streams")
        yield plain
        yield ResourceTemplate(streams, (*plain.reasons, reason))
        return
    qualified = _QUALIFIED.fullmatch(resource) if service == "lambda" else None
    if qualified:
        # Whether the qualifier of a request is part of what IAM asks for differs by action,
        # https://docs.aws.amazon.com/lambda/latest/dg/lambda-api-permissions-ref.html
        yield of(qualified.group(1))
    yield of(resource)
