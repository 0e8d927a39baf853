"""Markers of Fencepost's own: a call without need of permission, recorded under a name of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from lambdas.gateways import clients
from lambdas.gateways.aws_errors import wanted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from types_boto3_sts import STSClient

    Connect = Callable[[str, str], STSClient]  # a region and a session's name


class MarkerCalls(Protocol):
    """What AwaitTrail makes itself."""

    def make(self, session: str, regions: Sequence[str]) -> None:
        """Call something in each region that the trail records under the session's name."""


class StsMarkerCalls:
    """sts:GetCallerIdentity as a role that may do nothing, of the account of the trail."""

    def __init__(self, role: str, external_id: str, connect: Connect | None = None) -> None:
        self._role, self._external_id = role, external_id
        self._connect: Connect = connect or self._as_role

    def make(self, session: str, regions: Sequence[str]) -> None:
        """See `MarkerCalls`."""
        for region in regions:
            wanted(
                self._connect(region, session).get_caller_identity(), "Arn", "sts:GetCallerIdentity"
            )

    def _as_role(self, region: str, session: str) -> Any:  # noqa: ANN401  # as clients gives it
        return clients.client_as(
            "sts", self._role, session=session, external_id=self._external_id, region=region
        )
