"""How AWS words a refusal."""

from lambdas.collect_evidence.translation.translate import translate
from tests.unit.collect_evidence.trails import ROLE, record

WHO = "User: arn:aws:sts::111122223333:assumed-role/sandbox/s"
BECAUSE = "because no identity-based policy allows the action"


def refused(
    message: str, source: str = "lambda", name: str = "GetFunction"
) -> set[tuple[str, str]]:
    call = record(source, name, None, errorCode="AccessDenied", errorMessage=message)
    return {(str(one.action), one.resource) for one in translate(call, ROLE).evidence}
