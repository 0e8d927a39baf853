"""What a command costs: time on the wall, and the memory of all its processes together."""

from __future__ import annotations

import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PAGE = 4_096
EVERY = 0.05  # seconds between two looks at the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """One run of a command.

    Attributes:
        seconds: from its start to its end, interpreter and imports included.
        memory: the largest sum of its processes' resident memory, in MB.
    """

    seconds: float
    memory: float
    output: bytes


def measured(command: list[str], given: bytes = b"") -> Cost:
    """Run a command.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as source:
        source.write(given)
        source.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=source, stdout=output, stderr=subprocess.DEVNULL, start_new_session=True
        )
        peaks: list[int] = []
        watch = threading.Thread(target=_watch, args=(process, peaks), daemon=True)
        watch.start()
        status = process.wait()
        seconds = time.perf_counter() - start
        watch.join()
        if status:
            raise subprocess.CalledProcessError(status, command)
        output.seek(0)
        peak = max(peaks, default=0) * PAGE / 1e6
        return Cost(seconds=seconds, memory=peak, output=output.read())


def _watch(process: subprocess.Popen[bytes], peaks: list[int]) -> None:
    while process.poll() is None:
        peaks.append(sum(_resident(pid) for pid in _group(process.pid)))
        time.sleep(EVERY)


def _group(process: int) -> list[int]:
    """A process and its descendants, as Linux tells; elsewhere none, and no memory is measured.

    Only they are looked at: to search all processes would take time from those that are measured.
    """
    found = [process]
    for parent in found:
        try:
            told = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            continue
        found += map(int, told.split())
    return found


def _resident(pid: int) -> int:
    """Pages that are the process's own: what it shares with its parent counts once."""
    try:
        size, resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[:3]
    except (OSError, ValueError):
        return 0
    return int(resident) if int(size) else int(shared)
