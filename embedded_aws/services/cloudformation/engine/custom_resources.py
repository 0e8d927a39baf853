"""Custom resources: their Lambda functions find the SDK that AWS's runtime has, and fail in time.

AWS's Node runtimes come with every `@aws-sdk/client-*`; here the packages that the repository's own
tools brought are offered. CloudFormation would wait an hour for a provider that died before it
answered; here its failure is the answer.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-custom-resources.html
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from embedded_aws.ministack import services
from embedded_aws.services.cloudformation.engine import loading

Execute = Callable[[dict[str, Any], dict[str, Any]], Any]

PACKAGES = Path(__file__).resolve().parents[4] / "node_modules"


def install() -> None:
    """Offer the packages now, and watch providers once the engine is loaded."""
    if PACKAGES.is_dir():
        known = os.environ.get("NODE_PATH")
        os.environ["NODE_PATH"] = os.pathsep.join([*filter(None, [known]), str(PACKAGES)])
    loading.on_load(_watch)


def _watch() -> None:
    functions = services.service("lambda_svc")
    original: Execute = functions._execute_function_with_config_scope
    functions._execute_function_with_config_scope = _answering(original)


def _answering(execute: Execute) -> Execute:
    """Answer for a provider that failed: it will not."""

    def run(function: dict[str, Any], event: dict[str, Any]) -> Any:
        result = execute(function, event)
        url = str(event.get("ResponseURL") or "")
        if url and isinstance(result, dict) and result.get("error"):
            custom = services.service("cloudformation.custom_resource")
            reason = f"The provider of the custom resource failed: {result.get('body')}"
            # A provider that answered first keeps its answer.
            pending = custom._pending.get(url.rsplit("/", 1)[-1]) or {}
            if pending.get("result") is None:
                answer = {"Status": "FAILED", "Reason": reason}
                custom.deliver_response(url.rsplit("/", 1)[-1], answer)
        return result

    return run
