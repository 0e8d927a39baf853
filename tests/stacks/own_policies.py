"""Every policy of the app, as IAM will see it: references filled with ARNs of their types."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from tests.stacks.samples import Json

REGION, ACCOUNT = "eu-west-1", "123456789012"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": ACCOUNT}
PSEUDO["AWS::URLSuffix"] = "amazonaws.com"
HERE = f"{REGION}:{ACCOUNT}"
ARNS = {
    "AWS::CloudTrail::Trail": f"arn:aws:cloudtrail:{HERE}:trail/{{name}}",
    "AWS::CodeBuild::Project": f"arn:aws:codebuild:{HERE}:project/{{name}}",
    "AWS::Events::Rule": f"arn:aws:events:{HERE}:rule/{{name}}",
    "AWS::IAM::ManagedPolicy": f"arn:aws:iam::{ACCOUNT}:policy/{{name}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{name}}",
    "AWS::KMS::Key": f"arn:aws:kms:{HERE}:key/{{id}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{HERE}:function:{{name}}",
    "AWS::Logs::LogGroup": f"arn:aws:logs:{HERE}:log-group:{{name}}:*",
    "AWS::S3::Bucket": "arn:aws:s3:::{name}",
    "AWS::SNS::Topic": f"arn:aws:sns:{HERE}:{{name}}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{HERE}:{{name}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{HERE}:stateMachine:{{name}}",
}
NAMED_BY_ARN = {"AWS::SNS::Topic", "AWS::StepFunctions::StateMachine", "AWS::IAM::ManagedPolicy"}
# Which of a resource's policies is of which kind, and under which property it stands.
RESOURCE_POLICIES = {
    "AWS::KMS::Key": "KeyPolicy",
    "AWS::S3::BucketPolicy": "PolicyDocument",
    "AWS::SNS::TopicPolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
}


@dataclass(frozen=True, slots=True)
class OwnPolicy:
    """A document and what it is attached to."""

    name: str
    kind: str
    document: Json


def own_policies(templates: Mapping[str, Json]) -> Iterator[OwnPolicy]:
    """Identity, trust and resource policies of all stacks."""
    resolver = _Resolver(templates)
    for template in templates.values():
        for name, resource in template["Resources"].items():
            for kind, document in _documents(resource):
                yield OwnPolicy(name, kind, resolver.filled(document, template))


def _documents(resource: Json) -> Iterator[tuple[str, Json]]:
    properties, kind = resource.get("Properties", {}), resource["Type"]
    for inline in properties.get("Policies", []) if kind == "AWS::IAM::Role" else []:
        yield "IDENTITY_POLICY", inline["PolicyDocument"]
    if kind == "AWS::IAM::Role":
        yield "TRUST_POLICY", properties["AssumeRolePolicyDocument"]
    if kind in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"}:
        yield "IDENTITY_POLICY", properties["PolicyDocument"]
    if kind in RESOURCE_POLICIES:
        yield "RESOURCE_POLICY", properties[RESOURCE_POLICIES[kind]]


class _Resolver:
    def __init__(self, templates: Mapping[str, Json]) -> None:
        self._exports: dict[str, tuple[Any, Json]] = {
            output["Export"]["Name"]: (output["Value"], template)
            for template in templates.values()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def filled(self, value: Any, template: Json) -> Any:
        """The value without references."""
        if isinstance(value, list):
            return [self.filled(one, template) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, given),) = value.items()
            known = getattr(self, "_" + function.replace("::", "_").lower(), None)
            if known:
                return known(given, template)
        return {key: self.filled(one, template) for key, one in value.items()}

    def _ref(self, name: str, template: Json) -> str:
        if name in PSEUDO:
            return PSEUDO[name]
        kind = template["Resources"][name]["Type"] if name in template["Resources"] else ""
        return self._arn(name, kind, template) if kind in NAMED_BY_ARN else name.lower()

    def _fn_getatt(self, given: list[str], template: Json) -> str:
        return self._arn(given[0], template["Resources"][given[0]]["Type"], template)

    def _fn_join(self, given: list[Any], template: Json) -> str:
        separator, parts = given
        return str(separator.join(str(self.filled(one, template)) for one in parts))

    def _fn_importvalue(self, given: str, _template: Json) -> Any:
        value, template = self._exports[given]
        return self.filled(value, template)

    def _fn_sub(self, given: str, _template: Json) -> str:
        for name, value in PSEUDO.items():
            given = given.replace(f"${{{name}}}", value)
        return given

    @staticmethod
    def _arn(name: str, kind: str, template: Json) -> str:
        # Resources of two stacks may have the same name.
        own = uuid5(NAMESPACE_URL, f"{template.get('Description')} {name}")
        return ARNS[kind].format(name=name.lower(), id=own)
