"""What a call acts on, of services that have no rules here: as the reader of trails tells it.

Of what nobody has measured the emulator knows no better than the reader. A proof then shows the
actions of such a service, and that names change, but not the form of its ARNs.
"""

from collections.abc import Mapping

from embedded_aws.iam.calls import Call
from lambdas.collect_evidence.resources.call import Call as Read
from lambdas.collect_evidence.resources.resolve import resources_of
from lambdas.model.action import Action
from lambdas.reference.actions import facts
from lambdas.reference.arn_formats import ArnContext
from lambdas.reference.events import RequiredAction


def as_read(action: str, call: Call) -> list[str]:
    """The ARNs for an action of a call; empty where the request does not tell them.

    Args:
        action: as IAM spells it, `sqs:SendMessage`.
        call: in botocore's words.
    """
    known = facts(Action.from_text(action))
    if known is None:
        return []
    place = ArnContext(partition=call.partition, region=call.region, account=call.account)
    read = Read.of({"requestParameters": _recorded(call.params)}, call.operation, place)
    found = resources_of(read, RequiredAction(action=known.action), known)
    return [one for one in found if one != "*"]


def _recorded(value: object) -> object:
    """Parameters as CloudTrail spells them: `functionName`."""
    if isinstance(value, Mapping):
        return {f"{key[:1].lower()}{key[1:]}": _recorded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_recorded(one) for one in value]
    return value
