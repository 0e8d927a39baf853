"""An id of EC2 tells the type of what it names: tagging calls name anything by its id alone."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from embedded_aws.iam import service_reference
from embedded_aws.iam.calls import Call
from embedded_aws.iam.resources import ec2_associations
from embedded_aws.iam.resources.arns import with_id
from embedded_aws.iam.service_reference import Action


def tagged(action: Action, call: Call) -> list[str] | None:
    """The ARNs of what CreateTags and DeleteTags name; `*` for an id of no known type.

    What other calls name by an association is another rule's.
    """
    if call.operation not in ("CreateTags", "DeleteTags"):
        return ec2_associations.associated(action, call)
    kinds = {kind.name: kind for kind in action.resources}
    found = []
    for identifier in call.params.get("Resources") or ():
        prefix = str(identifier).rpartition("-")[0]
        kind = kinds.get(_types().get(prefix, prefix))
        found.append(with_id(kind, str(identifier), call) if kind else "*")
    return list(dict.fromkeys(found)) or None


def prefix_of(noun: str) -> str:
    """What the ids of a type begin with: `dopt` of `DHCPOptions`, `ipam-pool` of `IPAMPool`."""
    return _prefixes().get(noun.lower(), "")


@cache
def _prefixes() -> Mapping[str, str]:
    """By the letters of a type's name; where no table has its ids, they begin with that name."""
    action = service_reference.action("ec2", "CreateTags")
    named = {kind.name: kind.name for kind in (action.resources if action else ())}
    known = named | {kind: prefix for prefix, kind in _types().items()}
    return {kind.replace("-", ""): prefix for kind, prefix in known.items()}


@cache
def _types() -> Mapping[str, str]:
    table: dict[str, str] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("ascii"))
    return table
