"""Which events a trail takes: its basic or advanced event selectors, applied to a record.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Record = Mapping[str, Any]
Selector = Mapping[str, Any]

# Without selectors of its own a trail takes all management events.
DEFAULT: tuple[Selector, ...] = ({"ReadWriteType": "All", "IncludeManagementEvents": True},)

POSITIVE: Mapping[str, Callable[[str, str], bool]] = {
    "Equals": str.__eq__,
    "StartsWith": str.startswith,
    "EndsWith": str.endswith,
}


def selects(selectors: Iterable[Selector], record: Record) -> bool:
    """Whether any of a trail's selectors takes a record."""
    return any(
        _advanced(selector, record) if "FieldSelectors" in selector else _basic(selector, record)
        for selector in selectors
    )


def _advanced(selector: Selector, record: Record) -> bool:
    return all(_field(field, record) for field in selector["FieldSelectors"])


def _field(field: Selector, record: Record) -> bool:
    values = _values(str(field["Field"]), record)
    for operator, patterns in field.items():
        test = POSITIVE.get(operator.removeprefix("Not"))
        if test is None:  # "Field" itself
            continue
        hit = any(test(value, str(pattern)) for value in values for pattern in patterns)
        if hit == operator.startswith("Not"):
            return False
    return True


def _values(field: str, record: Record) -> list[str]:
    resources = record.get("resources", [])
    match field:
        case "resources.type":
            return [str(resource.get("type", "")) for resource in resources]
        case "resources.ARN":
            return [str(arn) for resource in resources if (arn := _arn(resource))]
        case "userIdentity.arn":
            return [str(record["userIdentity"].get("arn", ""))]
        case "readOnly":
            return [str(record["readOnly"]).lower()]
        case "sessionCredentialFromConsole":
            return [str(record.get("sessionCredentialFromConsole", "false")).lower()]
        case _:
            return [str(record.get(field, ""))]


def _arn(resource: Mapping[str, Any]) -> str | None:
    found: str | None = resource.get("ARN") or resource.get("ARNPrefix")
    return found


def _basic(selector: Selector, record: Record) -> bool:
    wanted = selector.get("ReadWriteType", "All")
    if wanted != "All" and (wanted == "ReadOnly") != record["readOnly"]:
        return False
    if record["managementEvent"]:
        excluded = selector.get("ExcludeManagementEventSources") or ()
        included = selector.get("IncludeManagementEvents", True)
        return bool(included) and record["eventSource"] not in excluded
    return any(_holds(chosen, record) for chosen in selector.get("DataResources") or ())


def _holds(chosen: Mapping[str, Any], record: Record) -> bool:
    """`arn:aws:s3:::` takes all buckets, `arn:aws:s3:::bucket/` one bucket's objects."""
    arns = [
        arn
        for resource in record.get("resources", [])
        if resource.get("type") == chosen.get("Type") and (arn := _arn(resource))
    ]
    return any(arn.startswith(str(value)) for arn in arns for value in chosen.get("Values") or ())
