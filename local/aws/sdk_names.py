"""Names as Step Functions spells them: those of the AWS SDK for Java 2.x.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import re
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError

# Names of integrations that are neither botocore's nor its service id without spaces.
ALIASES = {"cloudwatchevents": "events", "dynamodbstreams": "dynamodbstreams"}

session = botocore.session.get_session()


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
    return pascal(str(model(service).metadata["serviceId"]))


@cache
def model(service: str) -> Any:
    """The botocore model of a service."""
    return session.get_service_model(service)


@cache
def service_of(integration: str) -> str | None:
    """The botocore service behind `aws-sdk:<integration>:…`, such as `sfn` or `cloudwatchlogs`."""
    wanted = integration.lower()
    names = session.get_available_services()
    plain = {name.replace("-", ""): name for name in names}
    for candidate in (ALIASES.get(wanted, wanted), plain.get(wanted, "")):
        if candidate in names and _identifies(candidate, wanted):
            return candidate
    # Only a few services are named otherwise; finding those means asking every model.
    return next((name for name in names if _identifies(name, wanted)), None)


def _identifies(service: str, wanted: str) -> bool:
    if ALIASES.get(wanted) == service:
        return True
    try:
        service_id = str(model(service).metadata.get("serviceId", ""))
    except UnknownServiceError:
        return False
    return re.sub(r"[^a-z0-9]", "", service_id.lower()) == wanted
