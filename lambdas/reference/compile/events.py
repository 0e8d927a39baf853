"""From CloudTrail's event sources and names to IAM's prefixes and actions: what is irregular.

An operation that is not in the result has the action of its own name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from lambdas.reference.compile.sources import Sources, read_curated

# API Gateway authorises an HTTP verb on a path,
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
PATH_SERVICES = ("apigateway", "apigatewayv2")


def compile_events(sources: Sources, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The file of all event sources and irregular operations."""
    curated = read_curated("sources")
    operations = {
        prefix: {name: _rules(rule) for name, rule in sorted(rules.items())}
        for prefix, rules in sorted(read_curated("operations").items())
    }
    _check(operations, known)
    homes = homes_of(sources, known)
    return {
        "sources": _event_sources(sources, homes, curated["event_sources"], known),
        "told_by": curated["told_by"],
        "operations": operations,
        "paths": _paths(sources),
    }


def homes_of(sources: Sources, known: Mapping[str, Any]) -> dict[str, str]:
    """The IAM prefix of each of botocore's services, empty where IAM knows none."""
    named = read_curated("sources")["services"]
    return {
        service: home_of(service, model, known, named) for service, model in sources.models.items()
    }


def home_of(
    service: str, model: Mapping[str, Any], known: Mapping[str, Any], named: Mapping[str, str]
) -> str:
    """The IAM prefix of a botocore service, or empty when IAM knows none."""
    if service in named:
        return named[service]
    metadata = model["metadata"]
    names = (metadata.get("signingName", ""), metadata["endpointPrefix"], service)
    return next((name for name in names if name in known), "")


def hosts_of(service: str, model: Mapping[str, Any]) -> list[str]:
    """The names a service's events may bear before `.amazonaws.com`."""
    metadata = model["metadata"]
    endpoint = metadata["endpointPrefix"]
    names = (
        metadata.get("signingName", endpoint),
        endpoint,
        endpoint.removeprefix("api."),
        service,
    )
    return [name.lower() for name in dict.fromkeys(names)]


def _event_sources(
    sources: Sources,
    homes: Mapping[str, str],
    curated: Mapping[str, list[str]],
    known: Mapping[str, Any],
) -> dict[str, list[str]]:
    found = {host: list(prefixes) for host, prefixes in curated.items()}
    for service, model in sorted(sources.models.items()):
        for host in hosts_of(service, model):
            prefixes = found.setdefault(host, [host] if host in known else [])
            if homes[service] and homes[service] not in prefixes:
                prefixes.append(homes[service])
    return {host: prefixes for host, prefixes in sorted(found.items()) if prefixes != [host]}


def _rules(rule: Any) -> Any:  # noqa: ANN401 (YAML)
    """One form for all: a list of rules, or a reason why nothing is needed."""
    if isinstance(rule, str):
        return [{"action": rule}]
    if isinstance(rule, list):
        return [_listed(one) for one in rule]
    return rule


def _listed(one: str | dict[str, Any]) -> dict[str, Any]:
    if isinstance(one, str):
        return {"action": one}
    many = {
        key: [paths] if isinstance(paths, str) else paths
        for key, paths in one.items()
        if key in ("when", "unless")
    }
    return {**one, **many}


def _check(operations: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]]) -> None:
    """No rule may name an action that IAM does not know."""
    for prefix, rules in operations.items():
        for name, rule in rules.items():
            for one in rule if isinstance(rule, list) else ():
                service, _, action = one["action"].partition(":")
                if action not in known.get(service, {"actions": ()})["actions"]:
                    raise ValueError(f"operations.yaml: {prefix}.{name}: no action {one['action']}")


def _paths(sources: Sources) -> dict[str, list[list[str]]]:
    """API Gateway's operations: verb and path, the path's variables named as requests name them."""
    found: dict[str, list[list[str]]] = {}
    for service in PATH_SERVICES:
        model = sources.models[service]
        for name, operation in sorted(model["operations"].items()):
            http = operation["http"]
            shape = model["shapes"][operation["input"]["shape"]] if "input" in operation else {}
            path = http["requestUri"].split("?")[0]
            for location, member in _members(shape):
                path = path.replace(f"{{{location}}}", f"{{{member}}}")
            found.setdefault(name, []).append([http["method"], path.replace("+}", "}")])
    return found


def _members(shape: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, member in shape.get("members", {}).items():
        if member.get("location") == "uri":
            camel = name[0].lower() + name[1:]
            yield member.get("locationName", name), camel
