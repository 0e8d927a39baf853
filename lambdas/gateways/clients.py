"""Clients of AWS's services, by botocore alone.

boto3's session and its resources would add to every cold start and give nothing that is used here;
botocore, the part of it that calls AWS, reads the same environment.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session

if TYPE_CHECKING:
    from botocore.config import Config


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


def client(service: str, config: Config | None = None) -> Any:  # noqa: ANN401  # typed where used
    """A client of a service, in the region and with the credentials of the environment."""
    return _session().create_client(service, config=config)
