"""The parameter that points to the newest approved policy of a process."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdas.model.archive.archived_runs import RunSummary
from lambdas.model.execution.platform import Platform
from lambdas.model.limits import STANDARD_PARAMETER_LIMIT

VERSION = "1"  # of the value; it grows when a field changes its meaning or goes
POLICY = "policy.json"
_PART = re.compile(r"policy(?:-(\d+))?\.json")


def parameter_of(path: str, process: str) -> str:
    """`/fencepost/policies/orders`."""
    return f"{path.rstrip('/')}/{process}"


def newest_approved(rows: Sequence[RunSummary], platform: Platform) -> RunSummary | None:
    """The newest run whose approval stands and that was proved where the parameter is.

    An emulated proof moves no parameter of an account on AWS.
    """
    meant = (row for row in reversed(rows) if row.stands)
    return next((row for row in meant if row.proved and row.platform is platform), None)


def pointer(
    row: RunSummary, policies: Mapping[str, str], *, place: str, version_of: Callable[[str], str]
) -> str:
    """The parameter's value.

    Args:
        row: the approved run.
        policies: the SHA-256 of each of its policies, by file name.
        place: `bucket/process`, where its process's runs lie.
        version_of: the version of an object, by its key.
    """
    bucket, _, process = place.partition("/")
    run = row.manifest.run

    def object_of(name: str) -> dict[str, str]:
        key = f"{process}/{run}/{name}"
        return {"key": key, "versionId": version_of(key), "sha256": policies[name]}

    whole = object_of(POLICY)
    content: dict[str, Any] = {
        "version": VERSION,
        "process": process,
        "run": run,
        "shownOn": row.platform.value,
        "approvedBy": row.by[:256],
        "bucket": bucket,
        **whole,
        "location": f"s3://{bucket}/{whole['key']}",
        "manifestSha256": row.manifest.sha256,
        # What to attach: more than one when a single managed policy is too small.
        "attach": [object_of(name) for name in to_attach(policies)],
    }
    text = json.dumps(content).replace("{{", "{ {").replace("}}", "} }")
    if len(text) > STANDARD_PARAMETER_LIMIT:
        raise ValueError(f"it has {len(text)} characters, {STANDARD_PARAMETER_LIMIT} are allowed")
    return text


def to_attach(names: Mapping[str, str]) -> list[str]:
    """`policy-1.json` and on, or the whole policy when it is not cut."""
    parts = {int(match[1]): name for name in names if (match := _PART.fullmatch(name)) and match[1]}
    return [parts[number] for number in sorted(parts)] or [POLICY]
