"""Resource types that MiniStack does not know: kept on paper, so that their stacks deploy.

A template with any type of CloudFormation's registry is accepted. What MiniStack cannot build is
in its stack alone, with a name, an ARN and the attributes that its schema promises; the forwarded
calls are authorised and recorded like any other's. Nothing can be called on such a resource.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ministack import app as ministack
from ministack.core.responses import get_account_id, get_region

from local.aws import stores

# Types that were kept on paper since the start; tests read it, and the docs say what it means.
on_paper: set[str] = set()

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z]|$)|[A-Z][a-z0-9]*")


def install() -> None:
    """Extend the engine's table when CloudFormation is first called: it is slow to import."""
    handler = ministack.SERVICE_HANDLERS["cloudformation"]

    async def first(*request: Any) -> Any:
        extend()
        return await handler(*request)

    ministack.SERVICE_HANDLERS["cloudformation"] = first


def extend() -> None:
    """Put the registry's types behind MiniStack's own, once."""
    provisioners = stores.service("cloudformation.provisioners")
    known = provisioners._RESOURCE_HANDLERS
    if isinstance(known, Registry):
        return
    provisioners._RESOURCE_HANDLERS = Registry(known)
    changesets = stores.service("cloudformation.changesets")
    changesets._RESOURCE_HANDLERS = provisioners._RESOURCE_HANDLERS


class Registry(dict[str, Any]):
    """MiniStack's types, and behind them every type that the registry has a schema of."""

    def __contains__(self, kind: object) -> bool:
        return super().__contains__(kind) or (isinstance(kind, str) and schema_of(kind) is not None)

    def __missing__(self, kind: str) -> dict[str, Any]:
        if schema_of(kind) is None:
            raise KeyError(kind)
        on_paper.add(kind)
        return _handlers(kind)

    def get(self, kind: str, default: Any = None) -> Any:
        """As `[]`, without an error."""
        try:
            return self[kind]
        except KeyError:
            return default


@lru_cache(maxsize=512)
def schema_of(kind: str) -> Mapping[str, Any] | None:
    """The registry's schema of a type, or nothing when there is no such type."""
    if not re.fullmatch(r"AWS::[A-Za-z0-9]+::[A-Za-z0-9]+", kind):
        return None
    # Half a second and 30 MB: only for types that MiniStack does not know.
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER  # noqa: PLC0415

    try:
        found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
            "us-east-1", kind
        ).schema
    except Exception:  # noqa: BLE001 - cfn-lint raises its own for a type that it does not know
        return None
    return found


def _handlers(kind: str) -> dict[str, Any]:
    def create(logical_id: str, properties: Mapping[str, Any], stack: str) -> tuple[str, Any]:
        return identity(kind, logical_id, properties, stack)

    def update(
        physical_id: str,
        old: Mapping[str, Any],  # noqa: ARG001 - MiniStack's signature
        new: Mapping[str, Any],
        stack: str,
        logical_id: str,
    ) -> tuple[str, Any]:
        return physical_id, identity(kind, logical_id, new, stack)[1]

    def delete(physical_id: str, properties: Mapping[str, Any]) -> None:
        """There is nothing but the stack's own record."""

    return {"create": create, "update": update, "delete": delete, "update_with_logical_id": True}


def identity(
    kind: str, logical_id: str, properties: Mapping[str, Any], stack: str
) -> tuple[str, dict[str, str]]:
    """What `Ref` and `Fn::GetAtt` give: the same for the same resource of the same stack."""
    schema = schema_of(kind) or {}
    seed = hashlib.sha256(f"{get_account_id()} {get_region()} {stack} {logical_id}".encode())
    digest = seed.hexdigest()
    name = stack.split("/")[1] if stack.startswith("arn:") else stack
    generated = f"{name}-{logical_id}-{digest[:12].upper()}"
    arn = _arn(kind, generated)

    def value(key: str) -> str:
        if isinstance(properties.get(key), str):
            return str(properties[key])
        if key.endswith("Arn"):
            return arn
        return digest[:10] if key.endswith("Id") else generated

    keys = [pointer.rsplit("/", 1)[-1] for pointer in schema.get("primaryIdentifier", ())]
    promised = [pointer.split("/")[-1] for pointer in schema.get("readOnlyProperties", ())]
    own = [key for key in keys if key in promised]  # `Ref` gives what the service itself made up
    physical_id = "|".join(map(value, own or keys)) or generated
    return physical_id, {key: value(key) for key in sorted({*promised, *keys})}


def _arn(kind: str, name: str) -> str:
    _, service, noun = kind.split("::")
    path = "-".join(word.lower() for word in _WORD.findall(noun))
    return f"arn:aws:{service.lower()}:{get_region()}:{get_account_id()}:{path}/{name}"
