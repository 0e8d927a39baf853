"""What a run left: in the sandbox, on the candidate role, in the archive, in the mail."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from lambdas.model.iam.role_boundary import boundary_name
from tests.flow.cloud import Cloud

HOME = "us-east-1"  # of the processes' cycles
OK = 200  # HTTP
ROLE = "role "
DEPLOYMENT = "fencepost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Remains:
    """Looks for what is left, and takes it away."""

    cloud: Cloud

    def mails(self) -> list[Path]:
        """All mails, oldest first."""
        return sorted(self.cloud.connection.inbox.glob("*.eml"))

    def subjects(self, topic: str, about: str) -> tuple[str, ...]:
        """The subjects of a topic's mails that hold a text, one for each message."""
        found: dict[str, str] = {}
        for mail in self.mails():
            text = mail.read_text(encoding="utf-8")
            head = dict(line.partition(": ")[::2] for line in text.split("\n\n")[0].splitlines())
            if head.get("X-Topic-Arn") == topic and about in text:
                found[head["Message-ID"]] = head["Subject"]
        return tuple(found.values())

    def left(self, process: str) -> Iterator[str]:
        """What the process's cycle made and nobody removed: parameters and roles."""
        pages = self.cloud.client("ssm", region=HOME).get_paginator("describe_parameters")
        for page in pages.paginate():
            for one in page["Parameters"]:
                if one["Name"].startswith(f"/{process}/"):
                    yield one["Name"]
        for page in self.cloud.client("iam").get_paginator("list_roles").paginate():
            for one in page["Roles"]:
                if one["RoleName"].startswith(f"{process}-"):
                    yield f"{ROLE}{one['RoleName']}"

    def held(self, process: str) -> Iterator[str]:
        """What the candidate role still holds, and policies made for it."""
        for policy in self._attached(process):
            yield f"attached {policy}"
        for policy in self._made(process):
            yield f"made {policy}"

    def scrub(self, process: str) -> None:
        """Take away by hand what no run has cleared, so that the next cell begins clean."""
        ssm, iam = self.cloud.client("ssm", region=HOME), self.cloud.client("iam")
        for name in list(self.left(process)):
            if name.startswith(ROLE):
                self._delete_role(name.removeprefix(ROLE))
            else:
                ssm.delete_parameter(Name=name)
        for policy in self._attached(process):
            iam.detach_role_policy(RoleName=candidate(process), PolicyArn=policy)
        for policy in self._made(process):
            iam.delete_policy(PolicyArn=policy)

    def _delete_role(self, name: str) -> None:
        iam = self.cloud.client("iam")
        for one in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=one["PolicyArn"])
        iam.delete_role(RoleName=name)

    def forget_boundary(self, process: str) -> None:
        """A run opens the boundary of its predecessor; without one it makes its own."""
        iam, name = self.cloud.client("iam"), boundary_name(DEPLOYMENT, process)
        for one in iam.list_policies(Scope="Local")["Policies"]:
            if one["PolicyName"] == name:
                for version in iam.list_policy_versions(PolicyArn=one["Arn"])["Versions"]:
                    if not version["IsDefaultVersion"]:
                        iam.delete_policy_version(
                            PolicyArn=one["Arn"], VersionId=version["VersionId"]
                        )
                iam.delete_policy(PolicyArn=one["Arn"])

    def forget_trail(self) -> None:
        """A run reads all log files of its day; with those of hundreds it would take minutes."""
        s3 = self.cloud.client("s3")
        for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="AWSLogs/")
            for keys in (
                [{"Key": one["Key"]} for one in page.get("Contents", [])] for page in pages
            ):
                if keys:
                    s3.delete_objects(Bucket=bucket, Delete={"Objects": keys})

    def policy(self, process: str, run: str) -> str:
        """The digest of what a run has documented as its policy, or nothing."""
        if "policy.json" not in self.cloud.keys(process, run):
            return ""
        return _digest(self.cloud.document(process, run, "policy.json"))

    def archive_problems(
        self, process: str, run: str, calls: Sequence[Mapping[str, Any]], *, whole: bool
    ) -> Iterator[str]:
        """What the archive lost, or holds otherwise than the manifest says; a whole run has one."""
        kept = self.cloud.keys(process, run)
        if whole and "manifest.json" not in kept:
            yield "the run ended well, and nothing seals its archive"
        for call in calls:
            written = call["call"] == "s3:PutObject" and call["status"] == OK
            _, mine, name = call["key"].partition(f"{process}/{run}/")
            here = call["bucket"] == self.cloud.deployed.archive
            if written and here and mine and name not in kept:
                yield f"{call['key']} was written and is gone"
        if "manifest.json" in kept:
            yield from self._unlike_manifest(process, run, kept)

    def _unlike_manifest(self, process: str, run: str, kept: set[str]) -> Iterator[str]:
        manifest = json.loads(self.cloud.document(process, run, "manifest.json"))
        listed = {one["name"]: one["sha256"] for one in manifest["objects"]}
        for name in sorted(set(listed) - kept):
            yield f"{name} is in the manifest alone"
        for name in sorted(set(listed) & kept):
            if _digest(self.cloud.document(process, run, name)) != listed[name]:
                yield f"{name} is not what the manifest sealed"

    def _attached(self, process: str) -> list[str]:
        iam = self.cloud.client("iam")
        try:
            found = iam.list_attached_role_policies(RoleName=candidate(process))
        except iam.exceptions.NoSuchEntityException:  # of a process that there is not
            return []
        return [one["PolicyArn"] for one in found["AttachedPolicies"]]

    def _made(self, process: str) -> list[str]:
        iam = self.cloud.client("iam")
        found = iam.list_policies(Scope="Local", PathPrefix=f"/fencepost/{process}/")
        return [one["Arn"] for one in found["Policies"]]


def candidate(process: str) -> str:
    """The name of a process's candidate role."""
    return f"fencepost-run-{process}-candidate"


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()
