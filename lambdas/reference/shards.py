"""Where the compiled facts lie: one small file per service, and which of them a record means."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
SERVICES = FOLDER / "services"
_ARN_SERVICE = 2  # arn:partition:service:…
_NAMING = ("resourcearn", "arn")  # elements that hold the ARN of what is tagged or asked about


@cache
def service_shard(prefix: str) -> dict[str, Any]:
    """The facts of one IAM service prefix; empty when there is no such service."""
    path = SERVICES / f"{prefix}.json"
    # A prefix comes from events and handlers: it must not lead out of the folder.
    if not prefix.replace("-", "").replace("_", "").isalnum() or not path.is_file():
        return {}
    return _read(path)


@cache
def shard(name: str) -> dict[str, Any]:
    """A file that spans services: `events`, `resources`, `types`, `versions` and others."""
    return _read(FOLDER / f"{name}.json")


@cache
def service_prefixes() -> tuple[str, ...]:
    """Every service prefix that IAM knows, sorted."""
    return tuple(sorted(path.stem for path in SERVICES.glob("*.json")))


@cache
def judged_services() -> frozenset[str]:
    """The prefixes of which AWS's tables of authorised operations are in the reference.

    Of their calls the embedded AWS asks what AWS says; of others what their names say.
    """
    return frozenset(one["prefix"] for one in shard("authorized_actions")["services"].values())


def _read(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


def prefixes_of(source: str) -> tuple[str, ...]:
    """The IAM prefixes that an event source speaks for, the likeliest first."""
    return tuple(shard("events")["sources"].get(_host(source), [_host(source)]))


def service_sent(source: str, request: Mapping[str, Any], beside: Mapping[str, Any]) -> str:
    """The one that is meant of several services, where the record tells it; empty else."""
    prefixes = prefixes_of(source)
    if len(prefixes) == 1:
        return ""
    sent = {str(key).lower(): value for key, value in request.items()}
    return next((one for one in _services_sent(_host(source), sent, beside) if one in prefixes), "")


def _services_sent(host: str, sent: Mapping[str, Any], beside: Mapping[str, Any]) -> Iterator[str]:
    service = beside.get("service")
    if isinstance(service, str):
        yield service
    for element, prefix in shard("events")["told_by"].get(host, {}).items():
        if sent.get(element.lower()):
            yield prefix
    for element in _NAMING:
        fields = str(sent.get(element, "")).split(":", _ARN_SERVICE + 1)
        if len(fields) > _ARN_SERVICE + 1 and fields[0] == "arn":
            yield fields[_ARN_SERVICE]


def _host(source: str) -> str:
    return source.lower().removesuffix(".cn").removesuffix(".amazonaws.com")
