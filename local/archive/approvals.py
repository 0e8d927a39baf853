"""approve and withdraw: who stands for the policy of a run, and who no longer does."""

import argparse
import getpass
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lambdas.document_policy.archive_index.index import write_index
from lambdas.errors import ArchiveRefusedError, FencepostError, MissingObjectError
from lambdas.gateways import clients
from lambdas.gateways.archive.archived_runs import finished_runs, row_of
from lambdas.gateways.archive.documents import Archive, S3Archive
from lambdas.gateways.iam.policy_parameter import PolicyParameters
from lambdas.model.archive.approval import Signature, approval, withdrawal
from lambdas.model.archive.manifest import APPROVAL, MANIFEST, WITHDRAWAL, unsealed
from lambdas.model.archive.published_policy import parameter_of
from lambdas.model.execution.platform import Platform
from lambdas.model.execution.source_revision import SourceRevision
from lambdas.model.text import listed, visible
from local.archive.places import S3, chosen_archive, embedded_client
from local.output import NO, UNKNOWN, YES, complain, document

JSON = "application/json"
PATH = "/{name}/policies"
MOST = 3  # runs that are named, the newest


def approve(arguments: argparse.Namespace) -> int:
    """Record who approved the policy of a run, and let its parameter follow."""

    def act(archive: Archive, signature: Signature) -> Platform:
        return record_approval(
            archive, arguments.process, arguments.run, signature, emulated=arguments.emulated
        )

    return _done(arguments, act, command="approve", word="approved")


def withdraw(arguments: argparse.Namespace) -> int:
    """Record who took the approval of a run back, and let its parameter follow."""

    def act(archive: Archive, signature: Signature) -> Platform:
        return record_withdrawal(archive, arguments.process, arguments.run, signature)

    return _done(arguments, act, command="withdraw", word="withdrawn")


def _done(
    arguments: argparse.Namespace,
    act: Callable[[Archive, Signature], Platform],
    *,
    command: str,
    word: str,
) -> int:
    try:
        archive = chosen_archive(arguments.archive)
        by = arguments.by or _signer(arguments.archive)
    except FencepostError as error:
        complain(f"not {word}: {error}")
        return UNKNOWN
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    try:
        platform = act(archive, Signature(by=by, at=now, note=arguments.note))
    except FencepostError as error:
        complain(f"not {word}: {error}")
        _follow(archive, arguments)  # what an earlier attempt may have left
        return NO
    moved, pointed = _follow(archive, arguments)
    status = YES if moved else NO
    if arguments.json:
        fields = {"process": arguments.process, "run": arguments.run, "by": by, "at": now}
        document(command, status, {**fields, "shownOn": platform.value, "parameter": pointed})
    else:
        run = f"{arguments.process}/{arguments.run}, shown on {platform}"
        print(f"{word}: {run}, by {visible(by)}")
        if pointed:
            print(f"{pointed['name']}: {pointed['run'] or 'none is approved, it is gone'}")
    return status


def _follow(archive: Archive, arguments: argparse.Namespace) -> tuple[bool, dict[str, Any] | None]:
    """Let the parameter follow; whether it could, and what it says. A folder has none."""
    if not isinstance(archive, S3Archive):
        return True, None
    path = PATH.format(name=arguments.name)
    try:
        client = (
            embedded_client("ssm")
            if archive.is_given
            else clients.client("ssm", region=archive.region)
        )
        run = PolicyParameters(path, client=client).follow(archive, arguments.process)
    except (FencepostError, ValueError) as error:
        name = parameter_of(path, arguments.process)
        complain(f"{name} could not be moved: {error}; say the same again to try again")
        return False, None
    return True, {"name": parameter_of(path, arguments.process), "run": run}


def record_approval(
    archive: Archive, process: str, run: str, signature: Signature, *, emulated: bool = False
) -> Platform:
    """Write `approval.json` into the run's folder, pinned to its manifest, and the lists anew.

    Args:
        archive: where the run lies.
        process: whose run it is.
        run: its id.
        signature: who approves, when and why.
        emulated: says that the approver knows of an embedded AWS.

    Returns:
        Where the run took place.

    Raises:
        ArchiveRefusedError: the run has not finished, was changed, is approved already, ran
            another revision, or took place elsewhere than the approver says.
    """
    folder = f"{process}/{run}"
    try:
        body = archive.get(f"{folder}/{MANIFEST}")
        manifest = unsealed(body)
    except MissingObjectError as error:
        raise ArchiveRefusedError(_unfinished(archive, process, run)) from error
    except ValueError as error:
        raise ArchiveRefusedError(f"the manifest of {folder} was changed: {error}") from error
    _refuse_twice(archive, folder)
    revision = SourceRevision.from_json(manifest.get("revision"))
    if revision.named:
        raise ArchiveRefusedError(
            f"{folder} ran the revision {visible(revision.named)} and not the process's own, so "
            "nothing can go on from it: approve a run of the process's own revision"
        )
    platform = Platform.read(manifest.get("shownOn"))
    if platform is Platform.EMBEDDED and not emulated:
        raise ArchiveRefusedError(
            f"{folder} took place on {platform}, so nothing of it was shown on AWS; say --emulated "
            "to approve it all the same"
        )
    if platform is Platform.AWS and emulated:
        raise ArchiveRefusedError(f"{folder} took place on AWS: leave --emulated out")
    archive.put(f"{folder}/{APPROVAL}", approval(body, manifest, signature, platform), JSON)
    _list_anew(archive, process, run)
    return platform


def record_withdrawal(archive: Archive, process: str, run: str, signature: Signature) -> Platform:
    """Write `withdrawal.json` beside the approval, which stays, and the lists anew.

    Raises:
        ArchiveRefusedError: the run is not approved, or its approval was taken back already.
    """
    folder = f"{process}/{run}"
    try:
        body = archive.get(f"{folder}/{APPROVAL}")
        content = unsealed(body)
    except MissingObjectError as error:
        raise ArchiveRefusedError(f"{folder} is not approved") from error
    except ValueError as error:
        raise ArchiveRefusedError(f"the approval of {folder} was changed: {error}") from error
    if archive.exists(f"{folder}/{WITHDRAWAL}"):
        before = unsealed(archive.get(f"{folder}/{WITHDRAWAL}"))
        raise ArchiveRefusedError(
            f"the approval of {folder} was taken back already, by {before['by']} at {before['at']}"
        )
    archive.put(f"{folder}/{WITHDRAWAL}", withdrawal(body, content, signature), JSON)
    _list_anew(archive, process, run)
    return Platform.read(content.get("shownOn"))


def _unfinished(archive: Archive, process: str, run: str) -> str:
    """What to approve in place of a run that has no manifest."""
    finished = [one.manifest.run for one in finished_runs(archive, process)]
    known = f"; those of {process} are {listed(finished[-MOST:])}" if finished else ""
    return f"{process}/{run} has no manifest: only finished runs can be approved{known}"


def _refuse_twice(archive: Archive, folder: str) -> None:
    for name, words in ((WITHDRAWAL, "was approved, and that was taken back"), (APPROVAL, "")):
        if archive.exists(f"{folder}/{name}"):
            before = unsealed(archive.get(f"{folder}/{name}"))
            raise ArchiveRefusedError(
                f"{folder} {words or 'is approved already'}, by {before['by']} at {before['at']}"
            )


def _list_anew(archive: Archive, process: str, run: str) -> None:
    rows = [
        (row_of(archive, process, run) or row) if row.manifest.run == run else row
        for row in finished_runs(archive, process)
    ]
    write_index(archive, process, rows)


def _signer(place: str | None) -> str:
    """Who signs: the caller's ARN on AWS, else the machine's user."""
    if place and place.startswith(S3):
        import boto3  # noqa: PLC0415  # only here, so that a folder needs no SDK

        return str(boto3.client("sts").get_caller_identity()["Arn"])
    return os.environ.get("FENCEPOST_APPROVER") or getpass.getuser()
