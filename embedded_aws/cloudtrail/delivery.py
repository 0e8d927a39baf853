"""CloudTrail's delivery: records become gzipped files in each trail's bucket, minutes compressed.

As on AWS files come late, in any order and now and then twice; how late and how disorderly is a
knob here, so that tests can ask for the worst.
https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
"""

import dataclasses
import gzip
import json
import logging
import random
import secrets
import string
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ministack import app as ministack
from ministack.core.responses import request_scope
from ministack.services import cloudtrail

from embedded_aws.cloudtrail import event_selectors, lookup
from embedded_aws.cloudtrail import records as trail_records
from embedded_aws.cloudtrail.delays import Knobs, published
from embedded_aws.cloudtrail.delivery_permissions import owner_of, refusal_of

logger = logging.getLogger("fencepost.delivery")
NAME_LETTERS = string.ascii_letters + string.digits
TrailRecord = dict[str, Any]  # MiniStack's record of a trail


@dataclass(slots=True)
class Delivery:
    """Carries records to buckets, in a thread of its own."""

    knobs: Knobs = field(default_factory=Knobs)
    _position: int = 0
    _waiting: list[tuple[float, trail_records.Record]] = field(default_factory=list)
    _undelivered: dict[str, list[trail_records.Record]] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to deliver."""
        threading.Thread(target=self._run, name="trail-delivery", daemon=True).start()

    def stop(self) -> None:
        """Deliver no more."""
        self._stopped.set()

    def change(self, changes: Mapping[str, Any]) -> None:
        """Turn knobs while the trail runs."""
        self.knobs = dataclasses.replace(self.knobs, **changes)

    def _run(self) -> None:
        while not self._stopped.wait(self.knobs.interval):
            try:
                self.deliver()
            except Exception:
                logger.exception("delivery failed")

    def deliver(self) -> None:
        """Carry what is due; what a bucket refuses is tried again with the next delivery."""
        due = self._due(time.time())
        for (account, home, name), found in list(cloudtrail._trails.all_items()):
            if not found.get("IsLogging"):
                continue
            selectors = cloudtrail._event_selectors.get_scoped(account, home, name)
            chosen = [record for record in due if _takes(found, account, home, selectors, record)]
            held = self._undelivered.pop(found["TrailARN"], [])
            refused = self._carry(found, account, home, held + chosen)
            if refused:
                self._undelivered[found["TrailARN"]] = refused

    def _due(self, now: float) -> list[trail_records.Record]:
        fresh = trail_records.records.since(self._position)
        self._position += len(fresh)
        for record in fresh:
            lookup.history.take(record)
            self._waiting.append((self._from(now, record), record))
        if self.knobs.never:
            return []
        limit = now - self.knobs.delay
        due = [record for since, record in self._waiting if since <= limit]
        self._waiting = [(since, record) for since, record in self._waiting if since > limit]
        return due

    def _from(self, now: float, record: trail_records.Record) -> float:
        """From when on a record may be delivered."""
        if self.knobs.minute:
            source = f"{record['eventSource']} {record['awsRegion']}"
            return published(now, source, minute=self.knobs.minute, steps=self.knobs.steps)
        return now + (random.uniform(0, self.knobs.interval) if self.knobs.shuffle else 0.0)  # noqa: S311

    def _carry(
        self, found: TrailRecord, account: str, home: str, chosen: list[trail_records.Record]
    ) -> list[trail_records.Record]:
        """Write one file per region; return what the bucket refused."""
        files: dict[str, list[trail_records.Record]] = {}
        for record in chosen:
            files.setdefault(record["awsRegion"], []).append(record)
        order = sorted(files)
        if self.knobs.shuffle:
            random.shuffle(order)
        refused: list[trail_records.Record] = []
        for position, region in enumerate(order):
            records = files[region]
            if self.knobs.shuffle:
                random.shuffle(records)
            twice = self.knobs.duplicate and position == 0
            for _ in range(2 if twice else 1):
                if not _write(found, account, home, region, records):
                    refused.extend(records)
                    break
        return refused


def _takes(
    found: TrailRecord,
    account: str,
    home: str,
    selectors: list[dict[str, Any]] | None,
    record: trail_records.Record,
) -> bool:
    if record["recipientAccountId"] != account and not found.get("IsOrganizationTrail"):
        return False
    if record["awsRegion"] != home and not found.get("IsMultiRegionTrail"):
        return False
    started = datetime.fromtimestamp(float(found.get("_StartedAt") or 0), UTC)
    if record["eventTime"] < f"{started:%Y-%m-%dT%H:%M:%SZ}":
        return False
    return event_selectors.selects(selectors or event_selectors.DEFAULT, record)


def _write(
    found: TrailRecord, account: str, home: str, region: str, records: list[trail_records.Record]
) -> bool:
    bucket, key = found["S3BucketName"], _key(found, account, region, datetime.now(UTC))
    reason = refusal_of(found, account, home, key) or _put(
        bucket, key, home, _headers(found), records
    )
    stamp = int(time.time())
    found["_LatestDeliveryAttempt"] = stamp
    found["_LatestDeliveryError"] = reason
    if reason:
        logger.warning("trail %s: bucket %s: %s", found["Name"], bucket, reason)
        return False
    found["_LatestDelivery"] = stamp
    return True


def _key(found: TrailRecord, account: str, region: str, now: datetime) -> str:
    prefix = f"{found['S3KeyPrefix']}/" if found.get("S3KeyPrefix") else ""
    unique = "".join(secrets.choice(NAME_LETTERS) for _ in range(16))
    return (
        f"{prefix}AWSLogs/{account}/CloudTrail/{region}/{now:%Y/%m/%d}/"
        f"{account}_CloudTrail_{region}_{now:%Y%m%dT%H%MZ}_{unique}.json.gz"
    )


def _headers(found: TrailRecord) -> dict[str, str]:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    headers["x-amz-acl"] = "bucket-owner-full-control"
    if found.get("KmsKeyId"):
        headers["x-amz-server-side-encryption"] = "aws:kms"
        headers["x-amz-server-side-encryption-aws-kms-key-id"] = found["KmsKeyId"]
    return headers


def _put(
    bucket: str,
    key: str,
    home: str,
    headers: dict[str, str],
    records: list[trail_records.Record],
) -> str | None:
    body = gzip.compress(json.dumps({"Records": records}).encode(), mtime=0)
    scope = f"Credential=test/20260101/{home}/s3/aws4_request"
    signed = {**headers, "authorization": f"AWS4-HMAC-SHA256 {scope}", "host": "127.0.0.1"}
    signed["content-length"] = str(len(body))
    with request_scope(owner_of(bucket) or "", home):
        status, _, answer = ministack.call_service_handler_sync(
            ministack.SERVICE_HANDLERS["s3"], "PUT", f"/{bucket}/{key}", signed, body, {}
        )
    return None if status < 300 else answer[:200].decode("utf-8", "replace")  # noqa: PLR2004 - HTTP


def _trail_status(body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    """GetTrailStatus with what was delivered, which MiniStack does not know."""
    status, headers, answer = _original_status(body)
    _, _, found = cloudtrail._find_visible_trail(str(body.get("Name", "")).strip())
    if status != 200 or found is None:  # noqa: PLR2004 - HTTP
        return status, headers, answer
    values = json.loads(answer)
    if found.get("_LatestDelivery"):
        values["LatestDeliveryTime"] = found["_LatestDelivery"]
    if found.get("_LatestDeliveryError"):
        values["LatestDeliveryError"] = found["_LatestDeliveryError"]
    return status, headers, json.dumps(values).encode()


_original_status = cloudtrail._get_trail_status
running = Delivery()


def install() -> None:
    """Extend MiniStack's trails with delivery; `running.start()` begins it."""
    cloudtrail._DISPATCH["GetTrailStatus"] = _trail_status
    names = {"_LatestDelivery", "_LatestDeliveryAttempt", "_LatestDeliveryError"}
    cloudtrail._TRAIL_STATE_KEYS = cloudtrail._TRAIL_STATE_KEYS | names
