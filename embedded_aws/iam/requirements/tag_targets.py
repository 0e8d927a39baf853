"""What a create with tags is asked about for its tagging action: what the call makes."""

import re
from collections.abc import Sequence

from embedded_aws.iam.calls import Call, Check
from embedded_aws.iam.resources import arns, parameters
from embedded_aws.iam.service_reference import Action, ResourceType

_VERB = re.compile(r"(?:Create|Register|Put|Import|Start|Copy|Restore|Run|Add|Request|Publish)")
_FURTHER = re.compile(r"(?:(?:From|With|For|By|ToPoint|ToRegion)(?=[A-Z]|$)|V(?=\d)).*")
_NAME = re.compile(r"(?:Name|Id|Identifier|Arn)$")
_SPEAKS = 6  # letters that tell a type: `cluster` of a DBCluster
# A change set's tags are its stack's.
_HELD = {"CreateChangeSet"}


def targets(call: Call, action: Action, own: Sequence[Check]) -> list[str]:
    """The resources to be tagged: of what was asked for those of the type that is made."""
    asked = list(dict.fromkeys(check.resource for check in own))
    made = [kind for kind in action.resources if _is_made(kind, call.operation)]
    if not made or call.operation in _HELD:
        return asked
    mine = [one for one in asked if any(arns.is_of(kind, one) for kind in made)]
    return mine or [arns.partly(made[0], call)]


def _is_made(kind: ResourceType, operation: str) -> bool:
    noun = _letters(_FURTHER.sub("", _VERB.sub("", operation, count=1))).removesuffix("s")
    names = [kind.name.split("/", maxsplit=1)[0], *parameters.VARIABLE.findall(kind.arn)[-1:]]
    return noun in {_letters(_NAME.sub("", name)) for name in names} or (
        len(names[0]) >= _SPEAKS and noun.endswith(_letters(names[0]))
    )


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
