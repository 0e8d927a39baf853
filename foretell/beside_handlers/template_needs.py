"""What CloudFormation asks the deployer for while it reads a template, before it makes anything."""

from collections.abc import Iterable, Iterator

from foretell.needs import Certainty, Need
from foretell.templates.stack import Stack
from foretell.translation import template_told
from lambdas.model.iam.arn import Arn
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.read_stacks.scope import Scope
from lambdas.read_stacks.template_reads import reads_of
from lambdas.reference.stacks.unknown import UNKNOWN

CLOUDFORMATION = "cloudformation"
_PAGES = {
    "cloudformation": "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html",
    "ec2": "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html",
    "s3": "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html",
}
_REFERENCES = (
    "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html"
)


def template_needs(stacks: Iterable[Stack], base: Iterable[Stack]) -> Iterator[Need]:
    """What reading the templates asks for; of a change, what the deployed ones did not."""
    before = {(stack.name, one) for stack in base for one in _reads(stack)}
    for stack in stacks:
        for one in _reads(stack):
            if (stack.name, one) not in before:
                yield _need(one, stack)


def _reads(stack: Stack) -> tuple[Implied, ...]:
    place = stack.place
    name = stack.name.replace(UNKNOWN, "x") or "x"
    arn = Arn(
        partition=place.partition,
        service=CLOUDFORMATION,
        region=place.region,
        account=place.account,
        resource=f"stack/{name}/x",
    )
    content = stack.document.sent or stack.document.content
    given = {key: one for key, one in stack.given.items() if UNKNOWN not in one}
    return reads_of(content, arn, Scope(content, arn, given, {}))


def _need(one: Implied, stack: Stack) -> Need:
    return Need(
        action=one.action,
        resource=template_told(one.resource),
        certainty=Certainty.DOCUMENTED,
        because=one.kind.because,
        source=_PAGES.get(one.action.service, _REFERENCES),
        via="" if one.kind == GroundKind.TRANSFORM else CLOUDFORMATION,
        region=stack.place.region,
        stack=stack.name,
        path=stack.document.path,
    )
