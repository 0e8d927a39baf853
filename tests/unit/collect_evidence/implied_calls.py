"""What a call implies, in few words."""

from typing import Any

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ACCOUNT, REGION, ROLE, record

PASSED = f"arn:aws:iam::{ACCOUNT}:role/worker"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1111"


def implied(source: str, name: str, request: dict[str, Any], **more: Any) -> list[tuple[str, ...]]:
    lines = translate(record(source, name, request, **more), ROLE).evidence
    return [
        (one.kind, str(one.action), one.resource, *(value for _, value in one.context))
        for line in lines
        for one in line.implies
    ]
