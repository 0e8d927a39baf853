"""A function's code, unpacked once: its compiled modules are found again by the next environment.

Lambda's /var/task is read-only, so environments may share it. Without this each cold start unpacks
and compiles a thousand files, which takes longer than everything else that the function does.
"""

import hashlib
import os
import shutil
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ministack.core import lambda_runtime

KEPT = 8  # packages
IN_USE = 86_400  # seconds; a warm environment, perhaps another host's, still reads from its package


def install() -> None:
    """Let MiniStack's workers unpack through us."""
    lambda_runtime.zipfile = SimpleNamespace(
        ZipFile=Package,
        BadZipFile=zipfile.BadZipFile,
        LargeZipFile=zipfile.LargeZipFile,
    )


class Package(zipfile.ZipFile):
    """A deployment package; unpacking it into a worker's `code` folder links to the one copy."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Unpack, or link to what was unpacked before."""
        if path is None or Path(path).name != "code" or members is not None:
            super().extractall(path, members, pwd)
            return
        unpacked = _store() / hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
        if not unpacked.exists():
            draft = unpacked.with_name(f"{unpacked.name}.{os.getpid()}.{id(self)}")
            super().extractall(draft)
            _publish(draft, unpacked)
        unpacked.touch()
        Path(path).rmdir()
        Path(path).symlink_to(unpacked, target_is_directory=True)


def _store() -> Path:
    folder = Path(os.environ.get("FENCEPOST_FUNCTIONS") or Path(os.environ["TMPDIR"], "functions"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _publish(draft: Path, unpacked: Path) -> None:
    """Two workers may unpack the same package at once: the first one stays."""
    try:
        draft.rename(unpacked)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
    packages = [path for path in unpacked.parent.iterdir() if "." not in path.name]
    for path in sorted(packages, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        if time.time() - path.stat().st_mtime > IN_USE:
            shutil.rmtree(path, ignore_errors=True)
