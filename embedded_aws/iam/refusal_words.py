"""How a service words that IAM refused something: data, read off records of real accounts."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from embedded_aws.iam.calls import Check

TABLE = Path(__file__).parent / "refusal_words.yaml"


def sentence(check: Check, principal: str, reason: str) -> str:
    """IAM's sentence as the action's own service words it.

    Args:
        check: the question that was answered with no.
        principal: the ARN of who asked.
        reason: `because no identity-based policy allows the s3:GetObject action`.
    """
    words = _words()
    prefix, _, name = check.action.partition(":")
    action = f"{words['spelled'].get(prefix, prefix)}:{name}"
    if prefix in words["lowered"]:
        action = action.lower()
    said = f"User: {principal} is not authorized to perform: {action}{_resource(check, prefix)}"
    silent = prefix in words["no_reason"] or prefix in words["unnamed"]
    if silent and not reason.startswith("with an explicit deny"):
        return said
    return f"{said} {reason.replace(check.action, action)}"


def within(service: str, check: Check, account: str, own: str) -> str:
    """The sentence as a service passes it on that met it on its caller's behalf."""
    form = _words()["within"].get(f"{service} {check.action}")
    if form is None:
        return own
    return str(
        form.format(
            account=account,
            resource=check.resource,
            object=check.resource.rpartition(":::")[2],
            sentence=own,
        )
    )


def _resource(check: Check, prefix: str) -> str:
    words, resource = _words(), check.resource
    if prefix in words["unnamed"]:
        return " on the specified resource"
    if resource == "*":
        return " on resource: *" if prefix in words["says_star"] else ""
    if prefix in words["quoted"]:
        return f' on resource: "{resource}"'
    if prefix in words["bare_names"]:
        name = resource.rpartition(":")[2].rpartition("/")[2]
        return f" on resource: {name.removesuffix('-??????')}"
    return f" on resource: {_by_iam(check) if prefix == 'iam' else resource}"


def _by_iam(check: Check) -> str:
    """`role NAME`, `policy arn:…`: what IAM calls the resource of one of its own actions."""
    rules, name = _words()["iam"], check.action.partition(":")[2]
    kind, _, rest = check.resource.split(":", 5)[-1].partition("/")
    if name in rules["by_arn"] or kind not in rules["kinds"] or "*" in rest:
        return check.resource
    if kind == "policy" and name != "CreatePolicy":
        return f"policy {check.resource}"
    return f"{rules['kinds'][kind]} {rest.rpartition('/')[2]}"


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return loaded
