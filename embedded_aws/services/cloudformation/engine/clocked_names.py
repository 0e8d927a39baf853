"""Change sets that tools name for the second in which they make them.

The AWS CLI and SAM do so. On AWS no stack is done within the second in which it was begun; here a
small one is, and the deployment that follows would find its name taken. So a change set that is
done gives such a name away. Any other name is taken until its change set is deleted.
https://github.com/aws/aws-cli/blob/develop/awscli/customizations/cloudformation/deployer.py
"""

import re
from collections.abc import Callable
from typing import Any

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import loading

_BY_CLOCK = re.compile(r"\d{10}$")  # seconds since 1970, until 2286


def install() -> None:
    """Look at the name before the engine does, once it is loaded."""
    loading.on_load(_hook)


def _hook() -> None:
    actions = services.service("cloudformation.handlers")._ACTION_HANDLERS
    actions["CreateChangeSet"] = _freeing(actions["CreateChangeSet"])


def _freeing(handler: Callable[..., Any]) -> Callable[..., Any]:
    def handle(parameters: dict[str, Any]) -> Any:
        value = services.service("cloudformation.changesets")._p
        name, stack = value(parameters, "ChangeSetName"), value(parameters, "StackName")
        if _BY_CLOCK.search(name):
            for one in services.service("cloudformation")._change_sets.values():
                same = one["ChangeSetName"] == name and stack in (one["StackName"], one["StackId"])
                if same and one["ExecutionStatus"] == "EXECUTE_COMPLETE":
                    one["ChangeSetName"] = f"{name}-done"
        return handler(parameters)

    return handle
