"""When CloudTrail publishes an event: in five-minute steps, some services a step behind others.

Measured in 2,900 public events of one account (https://github.com/invictus-ir/aws_dataset): of 64
events of STS, 24 had earlier events of their region in later files, each one step later, of 17
services; an event was 2 to 5 minutes old in the middle and 9.9 at most when its file was named.
AWS itself names fifteen minutes for management events
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html): three steps.
"""

import hashlib
import math
from dataclasses import dataclass

STEP = 5  # minutes between publications
BEHIND = 24 / 64  # of a region's services, in a step


@dataclass(frozen=True, slots=True, kw_only=True)
class Knobs:
    """How the trail behaves."""

    interval: float = 1.0  # seconds between deliveries
    delay: float = 0.0  # seconds that an event waits before it can be delivered
    shuffle: bool = False  # files and the records in them come in any order
    duplicate: bool = False  # one file of each delivery comes twice
    never: bool = False  # nothing is delivered
    minute: float = (
        0.0  # seconds that stand for one when events come late as on AWS; 0: they do not
    )
    steps: int = 1  # of five minutes that a service may be behind others; AWS documents 2


def published(
    moment: float, source: str, *, minute: float, steps: int = 1, seed: str = ""
) -> float:
    """When an event of a moment lies in the bucket, in the moment's own seconds.

    Args:
        moment: when it was recorded, in seconds.
        source: its service and region: all of a step's events of one source come together.
        minute: how many seconds stand for a minute; 60 is AWS's own pace.
        steps: how many steps a service may be behind: 1 as measured, 2 as AWS documents.
        seed: another one draws other services.
    """
    step = STEP * minute
    first = math.ceil(moment / step)
    drawn = hashlib.sha256(f"{seed} {source} {first}".encode()).digest()
    behind = sum(one / 256 < BEHIND for one in drawn[:steps])
    return (first + behind) * step
