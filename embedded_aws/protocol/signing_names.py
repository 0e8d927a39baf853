"""Which of botocore's services a signing name stands for: `bedrock` signs for six of them."""

import gzip
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from embedded_aws.protocol.service_models import session

# A model starts with its metadata: to parse all models whole takes five seconds.
HEAD = 4096  # characters
_SIGNING_NAME = re.compile(r'"signingName"\s*:\s*"([^"]+)"')
_ENDPOINT = re.compile(r'"endpointPrefix"\s*:\s*"([^"]+)"')


def services_signed(name: str) -> tuple[str, ...]:
    """Botocore's services whose requests are signed with a name, the one of that name first.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    ("credential scope")
    """
    return services_by_name().get(name.lower(), ())


@cache
def services_by_name() -> Mapping[str, tuple[str, ...]]:
    """All of botocore's services by the name that signs their requests."""
    loader = session.get_component("data_loader")
    found: dict[str, list[str]] = {}
    for service in session.get_available_services():
        head = _head(loader, service)
        match = _SIGNING_NAME.search(head) or _ENDPOINT.search(head)
        if match:
            found.setdefault(match[1].lower(), []).append(service)
    return {
        name: tuple(sorted(services, key=lambda one: (one != name, one)))
        for name, services in found.items()
    }


def _head(loader: Any, service: str) -> str:
    version = loader.determine_latest_version(service, "service-2")
    for folder in map(Path, loader.search_paths):
        packed = folder / service / version / "service-2.json.gz"
        if packed.exists():
            with gzip.open(packed, "rt", encoding="utf-8") as text:
                return text.read(HEAD)
    return ""
