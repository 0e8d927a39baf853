"""What KMS records of keys that services use in the caller's name.

Each use is a call of KMS under the caller's identity, recorded beside the call that caused it:
https://docs.aws.amazon.com/kms/latest/developerguide/services-dynamodb.html (log entries),
https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html#security-encryption-logs.
S3 hides behind "AWS Internal":
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""

from collections.abc import Iterable
from typing import Any

from embedded_aws.cloudtrail import event_names, records
from embedded_aws.iam.calls import Check
from embedded_aws.iam.evaluation.decision import Denial
from embedded_aws.iam.requirements.encrypted import CONTEXT_KEY
from embedded_aws.sessions import caller

VIA = "kms:ViaService"
INTERNAL = {"s3": "AWS Internal"}


def record(checks: Iterable[Check], denial: Denial | None, signer: caller.Caller) -> None:
    """Write down the uses of keys that a call led to, up to the one that was refused."""
    refused = denial.check if denial else None
    if refused is not None and VIA not in refused.context:
        return  # the service did not come so far
    for one in checks:
        if VIA not in one.context:
            continue
        stopped = refused is not None and (one.action, one.resource) == (
            refused.action,
            refused.resource,
        )
        _emit(one, denial if stopped else None, signer)
        if stopped:
            return


def _emit(check: Check, denial: Denial | None, signer: caller.Caller) -> None:
    name = check.action.partition(":")[2]
    service = str(check.context[VIA]).partition(".")[0]
    host = f"{service}.amazonaws.com"
    records.emit(
        records.ApiCall(
            source="kms.amazonaws.com",
            name=name,
            identity=caller.identity(signer.access_key, signer.account),
            account=signer.account,
            region=signer.region,
            request=_request(name, check, host),
            error=("AccessDenied", denial.message) if denial else None,
            read_only=event_names.is_read("kms", name),
            resources=(
                {
                    "accountId": check.resource.split(":")[4],
                    "type": "AWS::KMS::Key",
                    "ARN": check.resource,
                },
            ),
            invoked_by=INTERNAL.get(service, host),
        )
    )


def _request(name: str, check: Check, host: str) -> dict[str, Any]:
    context = {
        key.removeprefix(CONTEXT_KEY): value
        for key, value in check.context.items()
        if key.startswith(CONTEXT_KEY)
    }
    key = {"keyId": check.resource}
    encryption = {"encryptionContext": context} if context else {}
    match name:
        case "Decrypt":
            return {**encryption, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
        case "Encrypt":
            return {**key, **encryption, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}
        case "GenerateDataKey":
            return {**key, **encryption, "keySpec": "AES_256"}
        case "CreateGrant":
            constraints = {"constraints": {"encryptionContextSubset": context}} if context else {}
            return {**key, **constraints, "granteePrincipal": host}
        case _:
            return key
