"""Names as Step Functions spells them: those of the AWS SDK for Java 2.x.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import re
from functools import cache

from embedded_aws.protocol.service_models import service_model, session

# Service ids that are not botocore's names without their hyphens.
NAMES = {
    "applicationdiscoveryservice": "discovery",
    "cloudwatchlogs": "logs",
    "cognitoidentityprovider": "cognito-idp",
    "configservice": "config",
    "costandusagereportservice": "cur",
    "costexplorer": "ce",
    "databasemigrationservice": "dms",
    "directoryservice": "ds",
    "directoryservicedata": "ds-data",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "elbv2",
    "elasticsearchservice": "es",
    "eventbridge": "events",
    "iotdataplane": "iot-data",
    "iotjobsdataplane": "iot-jobs-data",
    "lexmodelbuildingservice": "lex-models",
    "lexmodelsv2": "lexv2-models",
    "lexruntimeservice": "lex-runtime",
    "lexruntimev2": "lexv2-runtime",
    "marketplaceentitlementservice": "marketplace-entitlement",
    "marketplacemetering": "meteringmarketplace",
    "migrationhub": "mgh",
    "pinpointsmsvoice": "sms-voice",
    "serverlessapplicationrepository": "serverlessrepo",
    "sfn": "stepfunctions",
    "simpledb": "sdb",
}


def words(name: str) -> list[str]:
    """The words of a name, split where the Java SDK's code generator splits them.

    https://github.com/aws/aws-sdk-java-v2/blob/master/utils/src/main/java/software/amazon/awssdk/utils/internal/CodegenNamingUtils.java
    """
    text = re.sub(r"[^A-Za-z0-9]+", " ", name)
    text = re.sub(r"([^a-z]{2,})v([0-9]+)", r"\1 v\2 ", text)
    text = re.sub(r"([^A-Z]{2,})V([0-9]+)", r"\1 V\2 ", text)
    text = re.sub(r"(?<=[a-z])(?=[A-Z]([a-zA-Z]|[0-9]))", " ", text)
    text = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", text)
    text = re.sub(r"([0-9])([a-zA-Z])", r"\1 \2", text)
    return text.split()


@cache
def pascal(name: str) -> str:
    """A name in the Java SDK's PascalCase: `SSEKMSKeyId` becomes `SsekmsKeyId`."""
    return "".join(word.capitalize() for word in words(name))


@cache
def member(name: str) -> str:
    """A member of a request or response: `jobId` becomes `JobId`, `ETag` stays."""
    return pascal(name)


@cache
def exception(shape_name: str) -> str:
    """The Java class of an error: `ParameterNotFound` becomes `ParameterNotFoundException`."""
    if shape_name.endswith("Exception"):
        return pascal(shape_name)
    return pascal(shape_name.removesuffix("Fault")) + "Exception"


@cache
def prefix(service: str) -> str:
    """What precedes the errors of a service: `Ssm`, `CloudWatchLogs`, `AccessAnalyzer`."""
    return pascal(str(service_model(service).metadata["serviceId"])).removesuffix("Service")


@cache
def service_of(integration: str) -> str | None:
    """The botocore service behind `aws-sdk:<integration>:…`, such as `sfn` or `cloudwatchlogs`."""
    # The Java SDK drops a closing "Service" of the service id.
    for wanted in (integration.lower(), f"{integration.lower()}service"):
        candidate = NAMES.get(wanted) or _plain().get(wanted)
        if candidate and _service_id(candidate) == wanted:
            return candidate
    return None


@cache
def _plain() -> dict[str, str]:
    return {name.replace("-", ""): name for name in session.get_available_services()}


def _service_id(service: str) -> str:
    return re.sub(
        r"[^a-z0-9]", "", str(service_model(service).metadata.get("serviceId", "")).lower()
    )
