"""Transforms of a template that the trail does not show, by what a request tells of its template.

Each is authorised as a change set of its own, on the transform:
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-template.html
Where the stack itself can be read, its template decides (ReadStacks), and these signs do not count.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from lambdas.collect_evidence.call.call import Call
from lambdas.model.iam.action import Action
from lambdas.model.trail.evidence import Implied
from lambdas.model.trail.ground_kind import GroundKind

SERVERLESS: Final = "Serverless-2016-10-31"
_ANY: Final = "*"
_MAKERS: Final = frozenset({"CreateChangeSet", "CreateStack", "UpdateStack"})
_MAKE: Final = Action("cloudformation", "CreateChangeSet")
_MACROS: Final = "CAPABILITY_AUTO_EXPAND"
# Of SAM's change sets and its client, https://github.com/aws/aws-sam-cli, samcli/lib/deploy.
_OF_SAM: Final = ("samcli-", "aws-sam-cli")
# The CDK acknowledges macros always: https://github.com/aws/aws-cdk-cli, api/deployments.
_OF_CDK: Final = ("cdk-", "aws-cdk")
# SAM's transform tags what it makes: `lambda:createdBy`, `httpapi:createdBy`, …,
# https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
_MADE_BY: Final = ":createdby"
_SAM: Final = "SAM"


def transforms(call: Call, service: str) -> Iterator[Implied]:
    """The transforms that the template behind a request must have, or may have."""
    if service == "cloudformation" and call.operation in _MAKERS:
        name = _declared(call)
    elif service == "iam":
        return  # recorded in one region, whichever the stack is in: what uses the role tells it
    else:
        name = SERVERLESS if _is_made_by_sam(call) else ""
    if name:
        aws = replace(call.place, account="aws")
        yield Implied(
            kind=GroundKind.TRANSFORM,
            action=_MAKE,
            resource=aws.arn("cloudformation", f"transform/{name}"),
        )


def _declared(call: Call) -> str:
    change_set = call.request.first("changesetname")
    if _is_of(_OF_SAM, change_set, call.agent):
        return SERVERLESS
    macros = _MACROS in call.request.texts.get("capabilities", ())
    return _ANY if macros and not _is_of(_OF_CDK, change_set, call.agent) else ""


def _is_of(tool: tuple[str, str], change_set: str, agent: str) -> bool:
    beginning, client = tool
    return change_set.startswith(beginning) or client in agent


def _is_made_by_sam(call: Call) -> bool:
    texts = call.request.texts
    if any(name.endswith(_MADE_BY) and _SAM in found for name, found in texts.items()):
        return True
    keys = (one.lower() for one in texts.get("tags.key", ()))
    return any(key.endswith(_MADE_BY) for key in keys) and _SAM in texts.get("tags.value", ())
