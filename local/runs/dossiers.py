"""Dossiers between the archive and `out/`: each run's documents come out, earlier runs' go back in.

An embedded AWS forgets everything when it stops. What earlier runs left in `out/` is put back into
an empty archive, so that the next run knows its history and its manifest continues the chain.
"""

import mimetypes
from collections.abc import Iterator
from pathlib import Path

from botocore.exceptions import ClientError

from local.emulator import Deployed

MANIFEST = "manifest.json"  # a run is whole when its manifest is there


def fetch(deployed: Deployed, process: str, run: str, out: Path) -> Path | None:
    """Copy a run's documents to out/<process>/<run>/, and the archive's pages beside them."""
    s3 = deployed.connection.client("s3")
    folder = f"{process}/{run}/"
    keys = [
        *_keys(deployed, folder),
        *_keys(deployed, f"{process}/", deep=False),
        *_keys(deployed, deep=False),
    ]
    for key in keys:
        target = (out / key).resolve()
        if target.is_relative_to(out.resolve()):
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(s3.get_object(Bucket=deployed.archive, Key=key)["Body"].read())
    return out / folder if any(key.startswith(folder) for key in keys) else None


def restore(deployed: Deployed, out: Path) -> int:
    """Put earlier runs back into an archive that has none; say how many."""
    if not out.is_dir() or next(_keys(deployed), None) is not None:
        return 0
    s3 = deployed.connection.client("s3")
    whole = sorted(path.parent for path in out.glob(f"*/*/{MANIFEST}") if path.is_file())
    pages = {path for run in whole for path in run.parent.iterdir() if path.is_file()}
    for path in sorted([*(file for run in whole for file in _files(run)), *pages]):
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        s3.put_object(
            Bucket=deployed.archive,
            Key=path.relative_to(out).as_posix(),
            Body=path.read_bytes(),
            ContentType=kind,
            ChecksumAlgorithm="SHA256",
        )
    return len(whole)


def _files(run: Path) -> Iterator[Path]:
    return (path for path in run.rglob("*") if path.is_file())


def _keys(deployed: Deployed, prefix: str = "", *, deep: bool = True) -> Iterator[str]:
    """The keys below a prefix, or right below it."""
    pages = deployed.connection.client("s3").get_paginator("list_objects_v2")
    near = {} if deep else {"Delimiter": "/"}
    try:
        for page in pages.paginate(Bucket=deployed.archive, Prefix=prefix, **near):
            yield from (one["Key"] for one in page.get("Contents", []))
    except ClientError:
        return
