"""Which objects of a bucket to read: by account, region and day, without listing the others."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lambdas.gateways.archive import s3_objects
from lambdas.gateways.cloudtrail.trail import TrailFile
from lambdas.model.iam.arn import ACCOUNT_ID

if TYPE_CHECKING:
    from collections.abc import Iterator

    from types_boto3_s3 import S3Client

    from local.offline.sources.days import Days

# AWSLogs/[o-organisation/]account/CloudTrail/region/YYYY/MM/DD/,
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
_TOP = "AWSLogs"
_ORGANISATION = re.compile(r"o-[a-z0-9]+")
_ACCOUNT = re.compile(ACCOUNT_ID)
_KIND = re.compile(r"CloudTrail(?:-[A-Za-z]+)?")
_DATE = re.compile(r"\d{4}(?:-\d\d){0,2}")


@dataclass(slots=True, kw_only=True)
class BucketWalk:
    """A walk below a prefix.

    Attributes:
        prefix: a folder, or one object's key.
        accounts, regions: whose and of which; empty for all.
        passed_over: accounts that have logs there and were not asked for; known after the walk.
    """

    s3: S3Client
    bucket: str
    prefix: str
    days: Days
    accounts: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    passed_over: set[str] = field(default_factory=set)

    def files(self) -> Iterator[TrailFile]:
        """Every object that can matter, by its whole key.

        Raises:
            botocore's errors: the bucket cannot be listed.
        """
        if self.prefix and not self.prefix.endswith("/"):
            alone = self._alone()
            if alone:
                yield alone
                return
            self.prefix += "/"
        yield from self._below(self.prefix)

    def _alone(self) -> TrailFile | None:
        for page in s3_objects.pages(self.s3, self.bucket, self.prefix, delimiter="/"):
            for one in page.get("Contents", ()):
                if one["Key"] == self.prefix:
                    return TrailFile.of(one["Key"], one["Size"])
        return None

    def _below(self, folder: str) -> Iterator[TrailFile]:
        folders: list[str] = []
        for page in s3_objects.pages(self.s3, self.bucket, folder, delimiter="/"):
            for one in page.get("Contents", ()):
                file = TrailFile.of(one["Key"], one["Size"])
                # A key that ends so is a folder that a console has made.
                if not one["Key"].endswith("/") and self.days.may_hold(file):
                    yield file
            folders += [one["Prefix"] for one in page.get("CommonPrefixes", ())]
        for below in folders:
            if self._wanted(below):
                yield from self._below(below)

    def _wanted(self, folder: str) -> bool:
        """Whether a folder can hold what was asked for; outside CloudTrail's layout all can."""
        _, top, below = f"/{folder}".rpartition(f"/{_TOP}/")
        parts = below.strip("/").split("/") if top and below else []
        if parts and _ORGANISATION.fullmatch(parts[0]):
            parts = parts[1:]
        if not parts or not _ACCOUNT.fullmatch(parts[0]):
            return True
        match parts[1:]:
            case []:
                return self._of(parts[0])
            case [kind]:
                return _KIND.fullmatch(kind) is not None
            case [_, region]:
                return not self.regions or region in self.regions
            case [_, _, *date]:
                spelled = "-".join(date)
                return not _DATE.fullmatch(spelled) or self.days.meets(spelled)
        return True

    def _of(self, account: str) -> bool:
        if not self.accounts or account in self.accounts:
            return True
        self.passed_over.add(account)
        return False
