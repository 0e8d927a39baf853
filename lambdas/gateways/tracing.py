"""A call's own subsegment in X-Ray, so that a run's traces are found by its id.

The X-Ray SDK makes a client when it is imported, a third of a cold start; a subsegment is one
datagram to the daemon beside the function.
https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
"""

import contextlib
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

HEADER = b'{"format": "json", "version": 1}\n'
TRACE = "_X_AMZN_TRACE_ID"
DAEMON = "AWS_XRAY_DAEMON_ADDRESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subsegment:
    """What is told of one call.

    Attributes:
        id: 16 hexadecimal digits. began, ended: seconds since the epoch.
        annotations: what traces can be searched by, such as `annotation.run_id = "…"`.
        fault: whether the call raised.
    """

    id: str
    name: str
    began: float
    ended: float
    annotations: Mapping[str, str]
    fault: bool = False

    def datagram(self, trace: str) -> bytes | None:
        """What the daemon takes; nothing when the trace's header says that it is not sampled."""
        parts = dict(part.split("=", 1) for part in trace.split(";") if "=" in part)
        if parts.get("Sampled") != "1" or "Root" not in parts or "Parent" not in parts:
            return None
        content = {
            "type": "subsegment",
            "trace_id": parts["Root"],
            "parent_id": parts["Parent"],
            "id": self.id,
            "name": self.name,
            "start_time": self.began,
            "end_time": self.ended,
            "annotations": dict(self.annotations),
            "fault": self.fault,
        }
        return HEADER + json.dumps(content).encode()


def send(subsegment: Subsegment, environment: Mapping[str, str] | None = None) -> None:
    """Tell the daemon, if there is one; a trace that is lost is no reason to fail."""
    found = os.environ if environment is None else environment
    host, _, port = found.get(DAEMON, "").rpartition(":")
    datagram = subsegment.datagram(found.get(TRACE, ""))
    if not host or not port.isdecimal() or datagram is None:
        return
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(0)
        udp.sendto(datagram, (host, int(port)))
