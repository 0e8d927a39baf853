"""How a custom resource's function answers CloudFormation, as AWS's module of this name does.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/cfn-lambda-function-code-cfnresponsemodule.html
"""

import json
import urllib.request
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(  # noqa: PLR0913, PLR0917 - the documented signature
    event: dict[str, Any],
    context: Any,
    responseStatus: str,  # noqa: N803 - as documented
    responseData: dict[str, Any],  # noqa: N803
    physicalResourceId: str | None = None,  # noqa: N803
    noEcho: bool = False,  # noqa: FBT001, FBT002, N803
    reason: str | None = None,
) -> None:
    """Put the answer to the event's address."""
    place = context.log_stream_name
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {place}",
        "PhysicalResourceId": physicalResourceId or place,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(  # noqa: S310 - the address that CloudFormation gave
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        headers={"content-type": ""},
        method="PUT",
    )
    urllib.request.urlopen(request).close()  # noqa: S310
