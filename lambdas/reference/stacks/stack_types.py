"""CloudFormation's types: their names, what replaces them; compiled from the registry's schemas."""

from dataclasses import dataclass
from functools import lru_cache

from lambdas.reference.shards import shard

# CloudFormation's name of a service (AWS::<this>::…) where IAM's prefix is not the same in small
# letters, https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
PREFIXES = {
    "amazonmq": "mq",
    "apigatewayv2": "apigateway",
    "applicationautoscaling": "application-autoscaling",
    "certificatemanager": "acm",
    "cognito": "cognito-idp",
    "docdb": "rds",
    "efs": "elasticfilesystem",
    "elasticloadbalancingv2": "elasticloadbalancing",
    "elasticsearch": "es",
    "emr": "elasticmapreduce",
    "kinesisfirehose": "firehose",
    "msk": "kafka",
    "neptune": "rds",
    "opensearchservice": "es",
    "pinpoint": "mobiletargeting",
    "stepfunctions": "states",
    "wafregional": "waf-regional",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StackType:
    """What a template's reader must know of a type.

    Attributes:
        name: the property that holds the resource's name; empty where none does.
        reference: what `Ref` gives: `name`, `arn` or `id`.
        replaced_by: properties that no update can change.
        tags: the property that holds its tags, and a stack's; empty where it has none.
    """

    type: str
    name: str
    reference: str
    replaced_by: frozenset[str]
    tags: str = ""


@lru_cache(maxsize=2_048)
def stack_type(kind: str) -> StackType | None:
    """What the registry says of a type; None when it does not know it."""
    content = shard("stack_types")
    row = content["types"].get(kind)
    if row is None:
        return None
    name, reference, replaced, _, _, tags = row
    return StackType(
        type=kind,
        name=name,
        reference=reference,
        replaced_by=frozenset(content["properties"][one] for one in replaced),
        tags=tags,
    )


def prefix_of(kind: str) -> str:
    """IAM's service prefix of a type: `AWS::StepFunctions::StateMachine`, states."""
    service = [*kind.split("::"), "", ""][1].lower()
    return PREFIXES.get(service, service)
