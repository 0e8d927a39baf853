"""Types that MiniStack's engine lacks although its services could make them.

Their curated calls (`forwarded/`) are made for real; here stands what `Ref` and `Fn::GetAtt`
return, filled from the answers. A type that is not listed exists in the stack's memory only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a resource returns to its template."""

    ref: str = "{name}"
    attributes: Mapping[str, str] = field(default_factory=dict)
    real: bool = False  # its curated calls are made


MADE: Mapping[str, Made] = {
    "AWS::AccessAnalyzer::Analyzer": Made(ref="{arn}", attributes={"Arn": "{arn}"}, real=True),
    "AWS::ApiGatewayV2::Deployment": Made(
        ref="{DeploymentId}", attributes={"DeploymentId": "{DeploymentId}"}, real=True
    ),
    "AWS::CloudTrail::Trail": Made(
        ref="{Name}", attributes={"Arn": "{TrailARN}", "SnsTopicArn": ""}, real=True
    ),
    "AWS::CloudWatch::CompositeAlarm": Made(
        attributes={"Arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}"}, real=True
    ),
    "AWS::Events::ApiDestination": Made(
        attributes={"Arn": "{ApiDestinationArn}", "ArnForPolicy": "{ApiDestinationArn}"}, real=True
    ),
    "AWS::Events::Archive": Made(attributes={"Arn": "{ArchiveArn}"}, real=True),
    "AWS::Events::Connection": Made(
        attributes={
            "Arn": "{ConnectionArn}",
            "ArnForPolicy": "{ConnectionArn}",
            "SecretArn": (
                "arn:aws:secretsmanager:{region}:{account}:secret:events!connection/{name}/id-AbCdEf"
            ),
        },
        real=True,
    ),
    "AWS::Events::EventBusPolicy": Made(ref="{prop.StatementId}", real=True),
    "AWS::IAM::RolePolicy": Made(ref="{prop.PolicyName}|{prop.RoleName}", real=True),
    "AWS::Kinesis::StreamConsumer": Made(
        ref="{ConsumerARN}", attributes={"ConsumerARN": "{ConsumerARN}"}, real=True
    ),
    "AWS::SES::ReceiptRule": Made(),
    "AWS::SES::ReceiptRuleSet": Made(),
    "AWS::SecretsManager::ResourcePolicy": Made(ref="{prop.SecretId}", real=True),
    "AWS::SecretsManager::RotationSchedule": Made(ref="{prop.SecretId}"),
    "AWS::StepFunctions::Activity": Made(
        ref="{activityArn}", attributes={"Arn": "{activityArn}", "Name": "{name}"}, real=True
    ),
    "AWS::StepFunctions::StateMachineAlias": Made(
        ref="{stateMachineAliasArn}", attributes={"Arn": "{stateMachineAliasArn}"}, real=True
    ),
    "AWS::StepFunctions::StateMachineVersion": Made(
        ref="{stateMachineVersionArn}", attributes={"Arn": "{stateMachineVersionArn}"}, real=True
    ),
}
