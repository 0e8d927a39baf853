"""Addresses of templates with the bucket as host, which MiniStack takes for a path alone.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from embedded_aws.ministack import services

_BUCKET_HOST = re.compile(
    r"https?://(?P<bucket>[^/]+?)\.s3(?P<rest>[.-][\w.-]*amazonaws\.com(?:\.cn)?)/(?P<key>[^?]+)"
)
_KEYS = ("TemplateURL", "StackPolicyURL")


def repair() -> None:
    """Let every operation find the object."""
    helpers = services.service("cloudformation.helpers")
    helpers._resolve_document = _finding(helpers._resolve_document)


def _finding(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def document(params: Mapping[str, Any], *names: Any) -> Any:
        places = {name: _by_path(params[name]) for name in _KEYS if name in params}
        return resolve({**params, **places}, *names)

    return document


def _by_path(given: Any) -> Any:
    if isinstance(given, list):
        return [_by_path(one) for one in given]
    found = _BUCKET_HOST.match(str(given))
    return f"https://s3{found['rest']}/{found['bucket']}/{found['key']}" if found else given
