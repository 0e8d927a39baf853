"""What CloudFormation asks the caller for while it reads a template.

* A transform is a change set of its own, authorised on the transform:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
* Dynamic references and parameters of Systems Manager's types are read as the caller:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
  https://github.com/aws/aws-cdk/issues/20959 (ssm:GetParameters)
* `Fn::GetAZs` names the permissions that it needs:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
* An include is read from its bucket, an application from the Serverless Application Repository:
  https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-aws-include.html
  https://github.com/aws-samples/cloudfront-authorization-at-edge/issues/145
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lambdas.model.iam.action import Action
from lambdas.model.iam.arn import FIELDS, Arn, arn_of, is_resource
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind
from lambdas.read_stacks.scope import UNKNOWN, Scope, section

_MAKE_CHANGE_SET: Final = Action("cloudformation", "CreateChangeSet")
_GET_PARAMETERS: Final = Action("ssm", "GetParameters")
_GET_SECRET: Final = Action("secretsmanager", "GetSecretValue")
_GET_OBJECT: Final = Action("s3", "GetObject")
_ZONES: Final = ("DescribeAvailabilityZones", "DescribeAccountAttributes", "DescribeSubnets")
_APPLICATION: Final = ("CreateCloudFormationTemplate", "GetCloudFormationTemplate")
_DYNAMIC: Final = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^{}]+)\}\}")
_SSM_VALUE: Final = "AWS::SSM::Parameter::Value<"
_TRANSFORM: Final = "Fn::Transform"
_INCLUDE: Final = "AWS::Include"
_NAMED_FIELDS: Final = FIELDS + 1  # a secret's name is the seventh
_SUFFIX: Final = "-??????"  # six characters that Secrets Manager puts after a secret's name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    stack: Arn
    scope: Scope

    def arn(self, service: str, resource: str, account: str = "") -> str:
        return arn_of(
            service,
            resource,
            partition=self.stack.partition,
            region=self.stack.region,
            account=account or self.stack.account,
        )

    def transform(self, name: str) -> Implied:
        """AWS's own belong to the account `aws`."""
        _, own, rest = name.partition("AWS::")
        at = ("transform/" + rest, "aws") if own else ("transform/" + name, "")
        return Implied(
            kind=GroundKind.TRANSFORM,
            action=_MAKE_CHANGE_SET,
            resource=self.arn("cloudformation", *at),
        )

    def parameter(self, name: str) -> Implied:
        """A name, or the ARN of a shared parameter; perhaps with a version behind it."""
        if name.startswith("arn:"):
            return _read(_GET_PARAMETERS, ":".join(name.split(":")[:FIELDS]))
        plain = name.partition(":")[0].lstrip("/") or UNKNOWN
        return _read(_GET_PARAMETERS, self.arn("ssm", f"parameter/{plain}"))

    def secret(self, reference: str) -> Implied:
        """An ARN or a name, before which key and version of it are meant."""
        if reference.startswith("arn:"):
            return _read(_GET_SECRET, ":".join(reference.split(":")[:_NAMED_FIELDS]))
        name = reference.partition(":")[0]
        # Where a function gives the whole reference, it is an ARN with its suffix.
        known = f"secret:{name}{_SUFFIX}" if UNKNOWN not in name else f"secret:{name}"
        return _read(_GET_SECRET, self.arn("secretsmanager", known))

    def reads(self, value: Any) -> Iterator[Implied]:  # noqa: ANN401  # any part of a template
        """All of one part of the template, what is inside it included."""
        if isinstance(value, list):
            for one in value:
                yield from self.reads(one)
        elif isinstance(value, dict):
            yield from self._of_function(value)
            for one in value.values():
                yield from self.reads(one)
        elif isinstance(value, str):
            yield from self._dynamic(value)

    def _of_function(self, value: Mapping[str, Any]) -> Iterator[Implied]:
        if "Fn::GetAZs" in value:
            yield from (_read(Action("ec2", name), "*") for name in _ZONES)
        if _TRANSFORM in value:
            yield from self.transforms(value[_TRANSFORM])
        if len(value) == 1:  # perhaps a function that gives a reference
            yield from self._dynamic(self.scope.text(value))

    def _dynamic(self, text: str) -> Iterator[Implied]:
        if "${" in text:  # inside Fn::Sub, whose own text is looked at
            return
        for service, reference in _DYNAMIC.findall(text):
            read = self.secret if service == "secretsmanager" else self.parameter
            yield read(reference)

    def transforms(self, declared: Any) -> Iterator[Implied]:  # noqa: ANN401
        """One or several, by name or with parameters."""
        for one in declared if isinstance(declared, list) else [declared]:
            name = one.get("Name") if isinstance(one, dict) else one
            if not isinstance(name, str) or not name:
                continue
            yield self.transform(name)
            if name == _INCLUDE and isinstance(one, dict):
                location = self.scope.text((one.get("Parameters") or {}).get("Location"))
                place = location.removeprefix("s3://") if location.startswith("s3://") else UNKNOWN
                yield _read(_GET_OBJECT, self.arn("s3", place))

    def application(self, resource: Mapping[str, Any]) -> Iterator[Implied]:
        """A nested application of the Serverless Application Repository."""
        location = (resource.get("Properties") or {}).get("Location")
        if isinstance(location, dict) and "ApplicationId" in location:
            text = self.scope.text(location["ApplicationId"])
            for name in _APPLICATION:
                yield _read(Action("serverlessrepo", name), text)


def reads_of(template: Mapping[str, Any], stack: Arn, scope: Scope) -> tuple[Implied, ...]:
    """What was read for one stack, sorted.

    Args:
        template: as it was sent.
        stack: its ARN.
        scope: what names mean in it.
    """
    reader = _Reader(stack=stack, scope=scope)
    found = set(reader.transforms(template.get("Transform")))
    for name, one in section(template, "Parameters").items():
        if isinstance(one, dict) and str(one.get("Type", "")).startswith(_SSM_VALUE):
            found.add(reader.parameter(scope.sent(name)))
    for key, one in section(template, "Resources").items():
        if not isinstance(one, dict) or key == _TRANSFORM:  # a loop, or what makes all the rest
            found.update(reader.reads({key: one}))
            continue
        # Transforms are applied before conditions are known.
        found.update(each for each in reader.reads(one) if scope.made(one) or _early(each))
        if one.get("Type") == "AWS::Serverless::Application":
            found.update(reader.application(one))
    for name in ("Outputs", "Conditions", "Mappings", "Rules"):
        found.update(reader.reads(template.get(name)))
    embedded = {key: one for key, one in template.items() if key == _TRANSFORM}
    found.update(reader.reads(embedded))
    return tuple(sorted(found))


def _early(read: Implied) -> bool:
    return read.kind == GroundKind.TRANSFORM or read.action == _GET_OBJECT


def _read(action: Action, resource: str) -> Implied:
    known = resource if is_resource(resource) else UNKNOWN
    return Implied(kind=GroundKind.TEMPLATE_READ, action=action, resource=known)
